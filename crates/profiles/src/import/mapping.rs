//! Which column of a file means what: a stored, versioned document.

use chrono_tz::Tz;
use kernel::{
    invalid::{FieldError, Invalid},
    money::Currency,
};
use serde::{Deserialize, Serialize};

use crate::{attributes::ValueType, computed};

/// The version that [`Mapping`] is written in.
pub const MAPPING_VERSION: u32 = 1;
const MAX_KEY_CHARS: usize = 64;

/// What the rows of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    /// People with their facts, attributes and consents.
    Customers,
    /// The catalogue.
    Products,
    /// Order lines.
    Orders,
}

impl ImportKind {
    /// Returns the stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Products => "products",
            Self::Orders => "orders",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Customers, Self::Products, Self::Orders]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// In which order a date has its parts when the year does not come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// Year first; anything else is refused.
    #[default]
    Ymd,
    /// Month, day, year.
    Mdy,
    /// Day, month, year.
    Dmy,
}

/// What a column is taken as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The customer's id in the shop's own system.
    ExternalId,
    /// The customer's email address.
    Email,
    /// The customer's telephone number.
    Phone,
    /// Family name.
    FamilyName,
    /// Given name.
    GivenName,
    /// The whole name.
    FullName,
    /// Language tag such as `ja`.
    Locale,
    /// IANA zone such as `Asia/Tokyo`.
    TimeZone,
    /// An attribute; `key` and `value_type` say which.
    Attribute,
    /// Whether marketing by email is allowed.
    EmailConsent,
    /// Order number.
    OrderNo,
    /// Number of the line within its order.
    LineNo,
    /// When it was ordered.
    OccurredAt,
    /// Product code.
    Sku,
    /// Product name.
    ProductName,
    /// Category; several columns make a path.
    Category,
    /// How many.
    Quantity,
    /// Amount of the line.
    Amount,
    /// Price of one; the amount is worked out when absent.
    UnitPrice,
    /// ISO 4217 code.
    Currency,
    /// Address of a picture.
    ImageUrl,
    /// Address of the product page.
    Url,
    /// How many are in stock.
    Stock,
    /// Whether the product is on sale.
    Active,
}

impl Field {
    /// Tells whether the field belongs to files of this kind.
    pub fn fits(self, kind: ImportKind) -> bool {
        use Field as F;
        match kind {
            ImportKind::Customers => matches!(
                self,
                F::ExternalId
                    | F::Email
                    | F::Phone
                    | F::FamilyName
                    | F::GivenName
                    | F::FullName
                    | F::Locale
                    | F::TimeZone
                    | F::Attribute
                    | F::EmailConsent
            ),
            ImportKind::Orders => matches!(
                self,
                F::ExternalId
                    | F::Email
                    | F::OrderNo
                    | F::LineNo
                    | F::OccurredAt
                    | F::Sku
                    | F::ProductName
                    | F::Category
                    | F::Quantity
                    | F::Amount
                    | F::UnitPrice
                    | F::Currency
            ),
            ImportKind::Products => matches!(
                self,
                F::Sku
                    | F::ProductName
                    | F::Category
                    | F::UnitPrice
                    | F::Currency
                    | F::ImageUrl
                    | F::Url
                    | F::Stock
                    | F::Active
                    | F::Attribute
            ),
        }
    }
}

/// What one column is taken as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnMapping {
    /// The column, counted from 0.
    pub column: usize,
    /// What it means.
    pub field: Field,
    /// Key of the attribute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Type of the attribute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_type: Option<ValueType>,
}

/// A consent that every row of the file brings, because it was given elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentDefault {
    /// Channel, such as `email`.
    pub channel: String,
    /// Purpose, such as `marketing`.
    pub purpose: String,
    /// Where and how it was given, such as `shop counter 2024`.
    pub source: String,
    /// Which wording was agreed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_version: Option<String>,
}

/// Which column means what, and how values are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Always [`MAPPING_VERSION`].
    pub version: u32,
    /// Whether the first row names the columns.
    pub has_header: bool,
    /// How many columns a row has.
    pub n_columns: usize,
    /// Names of the columns, for messages; empty names are numbered.
    #[serde(default)]
    pub header: Vec<String>,
    /// Which column means what; columns not named are left out.
    pub columns: Vec<ColumnMapping>,
    /// Order of the parts of a date.
    #[serde(default)]
    pub date_order: DateOrder,
    /// Zone of times without offset.
    pub time_zone: String,
    /// Currency of amounts without a currency column.
    pub currency: String,
    /// Consents that every row brings.
    #[serde(default)]
    pub consents: Vec<ConsentDefault>,
}

impl Mapping {
    /// Returns the columns of a field, in the order in which they were mapped.
    pub(crate) fn columns_of(&self, field: Field) -> impl Iterator<Item = usize> {
        self.columns
            .iter()
            .filter(move |column| column.field == field)
            .map(|column| column.column)
    }

    pub(crate) fn has(&self, field: Field) -> bool {
        self.columns_of(field).next().is_some()
    }

    /// Returns a column's name for messages.
    pub(crate) fn name_of(&self, column: usize) -> String {
        match self.header.get(column).map(|name| name.trim()) {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => format!("#{}", column + 1),
        }
    }

    /// Finds everything that keeps this mapping from being used.
    pub fn validate(&self, kind: ImportKind) -> Result<(), Invalid> {
        let mut invalid = Invalid::default();
        if self.version != MAPPING_VERSION {
            invalid.push(FieldError::new(
                "/version",
                "unsupported",
                "must be 1",
                "1を指定してください",
            ));
        }
        for (at, column) in self.columns.iter().enumerate() {
            check_column(at, column, self.n_columns, kind, &mut invalid);
        }
        let mut once: Vec<_> = self
            .columns
            .iter()
            .filter(|column| column.field != Field::Category)
            .map(|column| (column.field, column.key.as_deref()))
            .collect();
        let n = once.len();
        once.sort_unstable();
        once.dedup();
        if once.len() != n {
            invalid.push(FieldError::new(
                "/columns",
                "duplicate",
                "two columns are taken as the same field",
                "2つの列に同じ項目が割り当てられています",
            ));
        }
        self.check_required(kind, &mut invalid);
        if self.time_zone.parse::<Tz>().is_err() {
            invalid.push(FieldError::new(
                "/time_zone",
                "unknown",
                "is not an IANA time zone",
                "タイムゾーンが正しくありません",
            ));
        }
        if Currency::parse(&self.currency).is_err() {
            invalid.push(FieldError::new(
                "/currency",
                "unknown",
                "is not a currency",
                "通貨コードが正しくありません",
            ));
        }
        for (at, consent) in self.consents.iter().enumerate() {
            if consent.channel.trim().is_empty()
                || consent.purpose.trim().is_empty()
                || consent.source.trim().is_empty()
            {
                invalid.push(FieldError::new(
                    format!("/consents/{at}"),
                    "required",
                    "channel, purpose and source are needed: a consent must be provable",
                    "チャネル・目的・取得元が必要です（同意は証明できなければなりません）",
                ));
            }
        }
        invalid.into_result()
    }

    fn check_required(&self, kind: ImportKind, invalid: &mut Invalid) {
        let groups: &[&[Field]] = match kind {
            ImportKind::Customers => &[&[Field::ExternalId, Field::Email]],
            ImportKind::Products => &[&[Field::Sku]],
            ImportKind::Orders => &[
                &[Field::OrderNo],
                &[Field::ExternalId, Field::Email],
                &[Field::OccurredAt],
                &[Field::Amount, Field::UnitPrice],
            ],
        };
        for group in groups {
            if !group.iter().any(|field| self.has(*field)) {
                let names: Vec<String> = group
                    .iter()
                    .filter_map(|field| {
                        serde_json::to_value(field)
                            .ok()?
                            .as_str()
                            .map(str::to_owned)
                    })
                    .collect();
                invalid.push(FieldError::new(
                    "/columns",
                    "required",
                    format!("no column is taken as {}", names.join(" or ")),
                    format!("{} に割り当てる列がありません", names.join(" または ")),
                ));
            }
        }
    }
}

fn check_column(
    at: usize,
    column: &ColumnMapping,
    n_columns: usize,
    kind: ImportKind,
    invalid: &mut Invalid,
) {
    let pointer = format!("/columns/{at}");
    if column.column >= n_columns {
        invalid.push(FieldError::new(
            pointer.clone(),
            "out_of_range",
            "the file has no such column",
            "その列はありません",
        ));
    }
    if !column.field.fits(kind) {
        invalid.push(FieldError::new(
            format!("{pointer}/field"),
            "unsuitable",
            "does not belong to this kind of file",
            "この種類のファイルでは使えない項目です",
        ));
    }
    if column.field == Field::Attribute {
        let key = column.key.as_deref().unwrap_or_default();
        if key.is_empty() || key.chars().count() > MAX_KEY_CHARS || key.contains(['"', '\\', '\0'])
        {
            invalid.push(FieldError::new(
                format!("{pointer}/key"),
                "invalid",
                "an attribute needs a key of at most 64 characters without quotes or backslashes",
                "属性キーは64文字以内で、引用符とバックスラッシュは使えません",
            ));
        }
        if kind == ImportKind::Customers && computed::is_computed(key) {
            invalid.push(computed::refused(format!("{pointer}/key")));
        }
    }
}
