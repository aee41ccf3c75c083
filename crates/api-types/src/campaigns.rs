//! Campaigns: the five cards, what is missing, exact counts, progress and deliveries.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    audience::AnswerSource, contents::EmailDocument, line_messages::LineDocument,
    problem::FieldError, push_messages::PushDocument,
};

/// The five cards and the goal; a card that is null has not been answered yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignDocument {
    /// Always 1.
    #[schema(minimum = 1, maximum = 1)]
    pub version: u32,
    /// Who.
    #[serde(default)]
    pub target: Option<Target>,
    /// What is offered.
    #[serde(default)]
    pub offer: Option<Offer>,
    /// When.
    #[serde(default)]
    pub timing: Option<Timing>,
    /// By which way.
    #[serde(default)]
    pub channel: Option<ChannelCard>,
    /// In which words.
    #[serde(default)]
    pub contents: Option<CampaignContents>,
    /// What it is for.
    #[serde(default)]
    pub goal: Option<Goal>,
}

/// Who gets it: whoever is in one of `include` and in none of `exclude`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Everybody, chosen on purpose; `include` is then empty.
    #[serde(default)]
    pub everybody: bool,
    /// Segments (`seg_…`) whose members get it.
    #[serde(default)]
    pub include: Vec<String>,
    /// Segments whose members do not.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Whether members of VIP segments that are not named in `include` get it, too; without it they are spared.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub include_vip: bool,
}

/// What is offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Offer {
    /// Nothing, chosen on purpose.
    None {},
    /// Something described in words.
    Free {
        /// What.
        label: String,
    },
    /// Products that the catalogue picks for each person.
    Products {
        /// What to call it.
        label: String,
        /// `popular` or `last_order`.
        block: String,
        /// Only products of this category path and below; for `popular` alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(example = "飲料 > お茶")]
        category: Option<String>,
    },
    /// A coupon with one code for everybody.
    Coupon {
        /// What it gives.
        label: String,
        /// The code.
        code: String,
        /// Until when (RFC 3339).
        #[serde(default)]
        expires_at: Option<String>,
    },
}

/// When.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Timing {
    /// At once.
    Now {},
    /// Everybody at the same instant.
    At {
        /// The instant (RFC 3339).
        at: String,
    },
    /// Everybody when it is this time where they are.
    LocalTime {
        /// `2026-07-15`
        date: String,
        /// `10:30`
        time: String,
    },
}

/// By which way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ChannelCard {
    /// Email.
    Email {
        /// From whom (`snd_…`).
        sender: String,
        /// Who sends instead, in this order, while those before are in trouble or have had their day's messages; at most 5.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        then: Vec<String>,
    },
    /// Messages of a LINE account.
    Line {
        /// Which account (`snd_…`).
        sender: String,
        /// Whether it arrives without a sound.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_silent: bool,
    },
    /// Pushes to the devices of a site or an app.
    Push {
        /// Which one (`snd_…`).
        sender: String,
        /// Whether it arrives without a sound.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_silent: bool,
    },
}

impl ChannelCard {
    /// Returns the sender (`snd_…`).
    pub fn sender(&self) -> &str {
        match self {
            Self::Email { sender, .. } | Self::Line { sender, .. } | Self::Push { sender, .. } => {
                sender
            }
        }
    }
}

/// In which words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignContents {
    /// Where the words come from.
    pub source: ContentsSource,
    /// In which language each person gets it.
    #[serde(default)]
    pub locale: LocaleChoice,
}

/// Where the words come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContentsSource {
    /// A saved content (`cnt_…`).
    Saved(String),
    /// An email written for this campaign.
    Inline(Box<EmailDocument>),
    /// Messages for LINE, written for this campaign.
    Line(Box<LineDocument>),
    /// A push, written for this campaign.
    Push(Box<PushDocument>),
}

/// In which language each person gets it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LocaleChoice {
    /// The person's own, where the email has it.
    #[default]
    Person,
    /// The same for everybody, such as `ja`.
    Fixed(String),
}

/// What it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// `order` or `revenue`.
    pub event: String,
    /// For how many days after the message it counts, 1 to 90.
    #[schema(minimum = 1, maximum = 90)]
    pub window_days: u16,
}

/// A campaign as it is listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CampaignSummary {
    /// `cmp_…`
    pub id: String,
    /// Its name.
    pub name: String,
    /// draft, scheduled, running, paused, finished or cancelled.
    pub state: String,
    /// Version to name when changing or launching it.
    pub version: i64,
    /// Why it is paused, when it holds itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<HeldView>,
    /// When the audience is or was worked out (RFC 3339).
    pub plan_at: Option<String>,
    /// When it was launched.
    pub launched_at: Option<String>,
    /// When it ended.
    pub finished_at: Option<String>,
    /// When it was made.
    pub created_at: String,
    /// When it was last changed.
    pub updated_at: String,
}

/// Why a campaign holds itself; a person lets it go on or calls it off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum HeldView {
    /// Too many of those who were written to have removed the app or turned its pushes off.
    DevicesLost {
        /// How many were written to.
        sent: i64,
        /// How many of them were lost.
        lost: i64,
        /// How many of a hundred the sender bears.
        percent: u32,
    },
}

/// A campaign with its cards.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CampaignView {
    /// What lists show.
    #[serde(flatten)]
    pub summary: CampaignSummary,
    /// The five cards and the goal.
    pub document: CampaignDocument,
}

/// A new campaign.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCampaign {
    /// Its name, at most 200 characters; may be empty until the launch.
    pub name: String,
    /// The cards; all open when absent.
    #[serde(default)]
    pub document: Option<CampaignDocument>,
}

/// A changed draft.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveCampaign {
    /// The version that was read.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// The cards.
    pub document: CampaignDocument,
}

/// The name of a copy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyCampaign {
    /// Its name.
    pub name: String,
}

/// The launch of what has been reviewed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LaunchCampaign {
    /// The version that was reviewed.
    pub version: i64,
}

/// A test of a campaign.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestCampaign {
    /// Who gets it, at most 10 addresses.
    pub addresses: Vec<String>,
    /// For whom it is rendered (`prf_…`).
    pub profile: String,
}

/// How many tests are on their way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestQueued {
    /// How many.
    pub queued: u64,
}

/// What is missing before the launch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Readiness {
    /// Whether it can be launched.
    pub ready: bool,
    /// What is missing or wrong, each with the pointer of its card.
    pub missing: Vec<FieldError>,
}

/// Exact numbers before the launch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewView {
    /// When it was counted (RFC 3339).
    pub at: String,
    /// Whom the segments select.
    pub matched: i64,
    /// Who falls out, step by step.
    pub steps: Vec<ReviewStep>,
    /// Who will be written to.
    pub sendable: i64,
    /// When the first is due.
    pub first_due_at: Option<String>,
    /// When the last is due.
    pub last_due_at: Option<String>,
    /// Who said whom the segments select; who falls out is always read from the database.
    #[serde(default)]
    pub source: AnswerSource,
}

/// How many fall out for a reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewStep {
    /// `gone`, `no_address`, `no_consent`, `refused`, `unsubscribed`, `hard_bounce`, `soft_bounce`,
    /// `complaint`, `manual`,
    /// `vip` or `same_mailbox`.
    pub reason: String,
    /// How many.
    pub count: i64,
    /// How many are left after this step.
    pub left: i64,
}

/// A person behind a number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonBehind {
    /// `prf_…`
    pub profile: String,
}

/// How far a campaign has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProgressView {
    /// The state of the campaign.
    pub state: String,
    /// Whether the whole audience stands in the ledger.
    pub is_planned: bool,
    /// All deliveries.
    pub total: i64,
    /// Taken by the provider.
    pub accepted: i64,
    /// Still to come: planned, deferred, waiting for another try, or on their way.
    pub waiting: i64,
    /// Refused for good.
    pub failed: i64,
    /// Given to the provider, whose answer never came; not sent again.
    pub unknown: i64,
    /// Not sent, whatever the reason.
    pub not_sent: i64,
    /// Every state with its reasons.
    pub counts: Vec<DeliveryCount>,
}

/// How many deliveries are in a state for a reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryCount {
    /// The state.
    pub state: String,
    /// The reason, where there is one.
    pub reason: Option<String>,
    /// How many.
    pub count: i64,
}

/// One row of the delivery ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryView {
    /// `dlv_…`
    pub id: String,
    /// `prf_…`
    pub profile: String,
    /// The state.
    pub state: String,
    /// The reason, where there is one.
    pub reason: Option<String>,
    /// The address; masked without `pii:read`.
    pub address: Option<String>,
    /// When it is or was due (RFC 3339).
    pub due_at: String,
    /// Times it was handed over.
    pub attempts: i32,
    /// The provider's status number.
    pub provider_code: Option<i32>,
    /// The provider's words.
    pub provider_detail: Option<String>,
    /// The Message-ID.
    pub message_id: Option<String>,
    /// When it was handed over.
    pub handed_over_at: Option<String>,
    /// When it ended.
    pub settled_at: Option<String>,
}
