//! Saved emails: lists, documents, previews, test sends.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An email as its author writes it; `docs/contents.md` tells the language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailDocument {
    /// Always 1.
    #[schema(minimum = 1, maximum = 1)]
    pub version: u32,
    /// What the author calls it; customers never see it.
    pub name: String,
    /// The variant that customers without a matching language receive.
    pub default_locale: String,
    /// The email in each language, keyed by `ja`, `en`, `en-GB`.
    pub variants: BTreeMap<String, EmailVariant>,
}

/// An email in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailVariant {
    /// Liquid.
    pub subject: String,
    /// Liquid; the line that mail clients show after the subject.
    #[serde(default)]
    pub preheader: String,
    /// MJML with Liquid inside.
    pub mjml: String,
    /// Liquid; derived from the body when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A saved email, as it is listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContentSummary {
    /// `cnt_…`
    pub id: String,
    /// What its author calls it.
    pub name: String,
    /// The subject as a made-up customer reads it.
    pub subject: String,
    /// Its languages, the default first.
    pub locales: Vec<String>,
    /// Version to name when changing it.
    pub version: i64,
    /// When it was made (RFC 3339).
    pub created_at: String,
    /// Who made it; absent for a program or a person who has left.
    pub created_by: Option<String>,
    /// When it was last saved (RFC 3339).
    pub updated_at: String,
    /// Who saved it last.
    pub updated_by: Option<String>,
    /// When it was put away.
    pub archived_at: Option<String>,
}

/// A saved email in full.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContentView {
    /// What the list shows.
    #[serde(flatten)]
    pub summary: ContentSummary,
    /// The newest version.
    pub document: EmailDocument,
}

/// A new email: either a document, or the name of a starter of the gallery.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct CreateContent {
    /// The document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<EmailDocument>,
    /// Which starter to begin with, such as `newsletter`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starter: Option<String>,
    /// A name of its own for what is made from a starter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A changed email.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WriteContent {
    /// The version that was read.
    pub version: i64,
    /// The document as it shall be.
    pub document: EmailDocument,
}

/// The name of a copy.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct CopyContent {
    /// Its name; the original's with a mark when absent.
    #[serde(default)]
    pub name: Option<String>,
}

/// One version in the history of an email.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContentVersionView {
    /// Its number, from 1.
    pub version: i64,
    /// Who saved it.
    pub saved_by: Option<String>,
    /// When (RFC 3339).
    pub saved_at: String,
    /// What it said; only when one version is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<EmailDocument>,
}

/// An email to start from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StarterView {
    /// Stable name, such as `newsletter`.
    pub id: String,
    /// Its title in the reader's language.
    pub name: String,
    /// One sentence on when to use it.
    pub description: String,
    /// Where a frame finds it rendered for a made-up customer; good once, for a minute.
    pub preview_url: String,
}

/// What to render: a document as it stands in an editor, or a saved one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreviewContent {
    /// The document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<EmailDocument>,
    /// `cnt_…` of a saved email, when no document is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_id: Option<String>,
    /// `prf_…` of the customer; a made-up one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// `cmp_…` of a campaign whose offer the email carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign_id: Option<String>,
    /// The variant to show; the customer's own language when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Whether to show it as a mail client in the dark does.
    #[serde(default)]
    pub dark: bool,
}

/// An email as one customer would receive it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContentPreview {
    /// The language shown.
    pub locale: String,
    /// The subject.
    pub subject: String,
    /// The line after the subject.
    pub preheader: String,
    /// The text part.
    pub text: String,
    /// The bytes of the HTML part.
    pub html_bytes: u64,
    /// Variables that were empty for this customer where nothing was said to fall back on.
    pub warnings: Vec<EmptyVariable>,
    /// What is wrong or could be better, the worst first.
    pub findings: Vec<ContentFinding>,
    /// What spam filters would say of the letter itself.
    #[serde(default)]
    pub spam: SpamView,
    /// Where a frame finds the HTML part; good once, for a minute.
    pub preview_url: String,
}

/// What spam filters would say of a letter, as far as the letter alone decides it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SpamView {
    /// The points of all hits together.
    pub points: f32,
    /// From how many points on a filter in its usual setting takes it for spam.
    pub limit: f32,
    /// `good`, `fair` or `bad`.
    #[schema(pattern = "^(good|fair|bad)$")]
    pub standing: String,
    /// The rules that it meets, the heaviest first.
    pub hits: Vec<SpamHitView>,
}

/// A rule of spam filters that a letter meets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SpamHitView {
    /// Stable word.
    pub code: String,
    /// What it counts.
    pub points: f32,
    /// What it is and how to mend it.
    pub message: String,
    /// JSON pointer to the field of the document.
    pub pointer: String,
}

/// The links of an email, as they answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinksView {
    /// Every address once, those that lead nowhere first.
    pub links: Vec<CheckedLink>,
    /// How many more there were than are visited at a time.
    pub left_out: u32,
}

/// A link and what was found at its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckedLink {
    /// The address.
    pub url: String,
    /// `ok`; `gone` (404 or 410); `failing` (another error); `unreachable` (nobody answers, or not securely); `private`
    /// (an address inside, which is not visited); `unsure` (it does not answer programs).
    #[schema(pattern = "^(ok|gone|failing|unreachable|private|unsure)$")]
    pub state: String,
    /// The status of the last answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

/// A variable that was empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EmptyVariable {
    /// Such as `customer.first_name`.
    pub variable: String,
    /// JSON pointer to the field of the document.
    pub pointer: String,
    /// Line in the field, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// A piece of advice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContentFinding {
    /// `error` (cannot be sent like this), `warning` or `info`.
    pub severity: String,
    /// Stable word.
    pub code: String,
    /// What it is and how to mend it.
    pub message: String,
    /// JSON pointer to the field of the document.
    pub pointer: String,
    /// Line in the field, from 1; absent when the field as a whole is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column in characters, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}

/// A variable that a template may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VariableView {
    /// Its path, such as `customer.name`; for a list the whole list, `products`.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// `customer`, `attributes`, `products`, `order`, `coupon`, `workspace` or `links`.
    pub group: String,
    /// What to write into the source.
    pub insert: String,
    /// Its value for the customer asked for, or for a made-up one; empty when there is none.
    pub sample: String,
}

/// A test send.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct TestContent {
    /// One to five addresses, each of a member or of the test audience.
    pub recipients: Vec<String>,
    /// `snd_…`; the first sender when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_id: Option<String>,
    /// `prf_…` of the customer it is written for; a made-up one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// The variant to send; the customer's own language when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The document as it stands in an editor, instead of the saved one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<EmailDocument>,
}

/// What came of a test send.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestSent {
    /// `sandbox` when it went to the inbox page of the product, or `smtp`.
    pub transport: String,
    /// Recipient by recipient.
    pub results: Vec<TestResult>,
}

/// What came of one test mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestResult {
    /// The address.
    pub recipient: String,
    /// `accepted`, `not_accepted`, `dropped`, `suppress` or `unknown`.
    pub outcome: String,
    /// Why it was not accepted, in the mail server's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Who may receive test mails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestRecipientView {
    /// The address.
    pub address: String,
    /// Whose it is.
    pub label: String,
}
