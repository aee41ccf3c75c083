//! Customers, their attributes and their timeline.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A customer in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CustomerSummary {
    /// `prf_…`
    pub id: String,
    /// Id in the shop's own system.
    pub external_id: Option<String>,
    /// Whole name.
    pub full_name: Option<String>,
    /// Email address, masked for those who may not see it.
    pub email: Option<String>,
    /// Whether no id or address is known.
    pub is_anonymous: bool,
    /// When first seen.
    pub first_seen_at: String,
    /// When last seen.
    pub last_seen_at: String,
    /// Which channels reach this person with advertising.
    pub reach: ReachView,
    /// Sums over all orders.
    pub totals: TotalsView,
}

/// How each channel stands with a customer: `open`, `refused`, `broken` (a dead or complaining address),
/// `unasked` or `missing`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReachView {
    /// Email.
    pub email: String,
    /// LINE.
    pub line: String,
    /// Push messages.
    pub push: String,
}

/// How many customers a list has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CustomerCount {
    /// Their number, at most 10,000.
    pub count: i64,
    /// Whether there are more.
    pub is_more: bool,
}

/// Everything known of a customer, but for what happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CustomerView {
    /// `prf_…`; another id than the one asked for when that one was merged.
    pub id: String,
    /// Id in the shop's own system.
    pub external_id: Option<String>,
    /// Email address, masked for those who may not see it.
    pub email: Option<String>,
    /// Telephone number, masked likewise.
    pub phone: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Whole name.
    pub full_name: Option<String>,
    /// Language tag.
    pub locale: Option<String>,
    /// IANA zone.
    pub time_zone: Option<String>,
    /// Whether no id or address is known.
    pub is_anonymous: bool,
    /// Whether addresses and sensitive attributes are masked in this answer.
    pub is_masked: bool,
    /// Attributes, in the order of their keys.
    pub attributes: Vec<AttributeValue>,
    /// Values that lead to this customer.
    pub identities: Vec<IdentityView>,
    /// The present consents.
    pub consents: Vec<ConsentView>,
    /// Why the customer's addresses are not written to.
    pub suppressions: Vec<SuppressionView>,
    /// Sums over all orders.
    pub totals: TotalsView,
    /// When first seen.
    pub first_seen_at: String,
    /// When last seen.
    pub last_seen_at: String,
    /// When the profile was made.
    pub created_at: String,
    /// When its facts last changed.
    pub updated_at: String,
    /// Version to name when changing it.
    pub version: i64,
}

/// An attribute of a customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AttributeValue {
    /// The key.
    pub key: String,
    /// What people call it, in the reader's language.
    pub label: String,
    /// `text`, `number`, `boolean`, `date` or `list`.
    pub value_type: String,
    /// The value; null when it is hidden.
    pub value: Value,
    /// Whether it is hidden from those who may not see personal data.
    pub is_sensitive: bool,
}

/// A value that leads to a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IdentityView {
    /// `external_id`, `email`, `anonymous_id`, `phone` or `line`.
    pub kind: String,
    /// The value, masked where it is an address.
    pub value: String,
    /// When it was first known.
    pub created_at: String,
}

/// A present consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConsentView {
    /// Channel.
    pub channel: String,
    /// Purpose.
    pub purpose: String,
    /// Yes or no.
    pub is_granted: bool,
    /// Which wording was agreed to.
    pub text_version: Option<String>,
    /// Who reported it.
    pub source: String,
    /// When it was said.
    pub occurred_at: String,
    /// When a yes ends.
    pub expires_at: Option<String>,
}

/// An address that is not written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SuppressionView {
    /// Channel.
    pub channel: String,
    /// `unsubscribe`, `hard_bounce`, `soft_bounce`, `complaint` or `manual`.
    pub reason: String,
    /// Since when.
    pub created_at: String,
}

/// Sums over a customer's orders, in the workspace's currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TotalsView {
    /// Completed orders.
    pub n_orders: i64,
    /// Their amount in minor units, less what was paid back.
    pub amount: i64,
    /// When the first order was placed.
    pub first_order_at: Option<String>,
    /// When the last order was placed.
    pub last_order_at: Option<String>,
}

/// A new customer; an external id or an email address is needed.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct CreateCustomer {
    /// Id in the shop's own system.
    #[serde(default)]
    pub external_id: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub facts: CustomerFacts,
}

/// A change of a customer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PatchCustomer {
    /// The version that was read.
    pub version: i64,
    /// What changes.
    #[serde(flatten)]
    pub facts: CustomerFacts,
}

/// Facts of a customer; an absent field stays as it is, an empty text takes a name, language or zone away.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct CustomerFacts {
    /// Email address.
    #[serde(default)]
    pub email: Option<String>,
    /// Telephone number.
    #[serde(default)]
    pub phone: Option<String>,
    /// Family name.
    #[serde(default)]
    pub family_name: Option<String>,
    /// Given name.
    #[serde(default)]
    pub given_name: Option<String>,
    /// Whole name.
    #[serde(default)]
    pub full_name: Option<String>,
    /// Language tag.
    #[serde(default)]
    pub locale: Option<String>,
    /// IANA zone.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// Attributes to set; null takes one away.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub attributes: Map<String, Value>,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderView {
    /// `ord_…`
    pub id: String,
    /// Its number in the shop's own system.
    pub order_no: String,
    /// When it was placed.
    pub occurred_at: String,
    /// Amount in minor units.
    pub amount: i64,
    /// Currency.
    pub currency: String,
    /// How many pieces.
    pub quantity: i64,
    /// `completed`, `refunded` or `cancelled`.
    pub status: String,
    /// Its lines.
    pub lines: Vec<OrderLineView>,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderLineView {
    /// `prd_…`
    pub product_id: Option<String>,
    /// Product code.
    pub sku: Option<String>,
    /// Product name, where the catalogue knows it.
    pub name: Option<String>,
    /// Category path.
    pub category: Option<String>,
    /// How many.
    pub quantity: i64,
    /// Amount of the line in minor units.
    pub amount: i64,
}

/// Something that happened with a customer; which fields are set depends on `kind`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelineView {
    /// When.
    pub at: String,
    /// `event`, `consent`, `merge` or the name of another store, such as `delivery` or `segment`.
    pub kind: String,
    /// Name of the event or segment, or purpose of the consent.
    pub name: Option<String>,
    /// Product name or code.
    pub product: Option<String>,
    /// Category path.
    pub category: Option<String>,
    /// Amount in minor units of the workspace's currency.
    pub amount: Option<i64>,
    /// How many.
    pub quantity: Option<i64>,
    /// `ord_…`
    pub order_id: Option<String>,
    /// `cmp_…`
    pub campaign_id: Option<String>,
    /// The campaign's name.
    pub campaign: Option<String>,
    /// Words of the link that was clicked.
    pub link: Option<String>,
    /// Of a delivery: where it ended, as `suppressed`, and why.
    pub outcome: Option<OutcomeView>,
    /// `dlv_…`
    pub delivery_id: Option<String>,
    /// Channel of a consent or delivery.
    pub channel: Option<String>,
    /// Yes or no of a consent; of a segment: entered, or left.
    pub is_granted: Option<bool>,
    /// Who reported a consent.
    pub source: Option<String>,
    /// Whether a machine did it.
    #[serde(default)]
    pub is_machine: bool,
    /// Whether it was imported.
    #[serde(default)]
    pub is_imported: bool,
    /// Whether it was derived from other events.
    #[serde(default)]
    pub is_derived: bool,
    /// Everything else.
    pub detail: Option<Value>,
}

/// How a delivery ended that was not accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutcomeView {
    /// A step of the report, such as `no_consent`.
    pub step: String,
    /// Its name in Japanese.
    pub name_ja: String,
    /// Its name in English.
    pub name_en: String,
}

/// What is known of an attribute key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttributeView {
    /// The key.
    pub key: String,
    /// `text`, `number`, `boolean`, `date` or `list`; stays once it is known.
    pub value_type: String,
    /// What people call it in Japanese.
    pub label_ja: Option<String>,
    /// What people call it in English.
    pub label_en: Option<String>,
    /// Whether its values are hidden from those who may not see personal data.
    pub is_sensitive: bool,
    /// The purpose whose consent a campaign needs that uses it, when it is sensitive; `sensitive` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<String>,
}
