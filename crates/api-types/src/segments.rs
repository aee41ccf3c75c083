//! Segments: rules, counts, examples, explanations and the builder's vocabulary.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{FieldError, audience::AnswerSource};

/// A text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BothLanguages {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

/// A saved segment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentView {
    /// `seg_…`
    pub id: String,
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The rule, `{"version":1,"root":{…}}`; see the segment guide.
    #[schema(value_type = Object)]
    pub document: serde_json::Value,
    /// The rule as a sentence.
    pub sentence: BothLanguages,
    /// Hand it back when saving.
    pub version: i64,
    /// The template that it was made from.
    pub template: Option<String>,
    /// Whether it was put away.
    pub is_archived: bool,
    /// Whether its members are VIPs: they get only campaigns that name the segment or say that they are for VIPs, too.
    #[serde(default)]
    pub is_vip: bool,
    /// When it was made.
    pub created_at: String,
    /// When it was last saved.
    pub updated_at: String,
}

/// A new segment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSegment {
    /// The name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub description: String,
    /// The rule.
    #[schema(value_type = Object, example = json!({"version": 1, "root": {"all": [{"events": {"names": ["Order Completed"], "test": {"count": {"times": {"at_least": 1}}}}}]}}))]
    pub document: serde_json::Value,
    /// The template that it was made from.
    #[serde(default)]
    pub template: Option<String>,
}

/// A new version of a segment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveSegment {
    /// The version that was read; another stored version is a conflict.
    pub version: i64,
    /// The name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub description: String,
    /// The rule.
    #[schema(value_type = Object, example = json!({"version": 1, "root": {"all": [{"events": {"names": ["Order Completed"], "test": {"count": {"times": {"at_least": 1}}}}}]}}))]
    pub document: serde_json::Value,
}

/// A rule to be tried.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewSegment {
    /// The rule.
    #[schema(value_type = Object, example = json!({"version": 1, "root": {"all": [{"events": {"names": ["Order Completed"], "test": {"count": {"times": {"at_least": 1}}}}}]}}))]
    pub document: serde_json::Value,
    /// What the answer should have seen: `newest` for everything that is committed by now, or the `position` of an
    /// earlier answer. It waits a second at most, and says `stale` where that was not enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "newest")]
    pub position: Option<String>,
}

/// What a rule selects at this moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentPreview {
    /// Whom the whole selects.
    pub total: i64,
    /// All active customers.
    pub everybody: i64,
    /// What each condition and group selects by itself, a group before its members.
    pub nodes: Vec<SegmentNode>,
    /// The whole as a sentence.
    pub sentence: BothLanguages,
    /// What is allowed but probably not meant.
    pub warnings: Vec<FieldError>,
    /// How long counting took.
    pub took_ms: i64,
    /// Who answered.
    #[serde(default)]
    pub source: AnswerSource,
}

/// One condition or group of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentNode {
    /// JSON pointer into the document.
    pub pointer: String,
    /// Whom it selects by itself.
    pub count: i64,
    /// It as a sentence.
    pub sentence: BothLanguages,
}

/// People whom a rule selects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentPerson {
    /// `prf_…`
    pub id: String,
    /// The name, if known.
    pub name: Option<String>,
    /// The company's own number, if known.
    pub external_id: Option<String>,
    /// Latest sign of this person.
    pub last_seen_at: String,
}

/// Some of those whom a rule selects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentExamples {
    /// Ten people, or all if there are fewer.
    pub items: Vec<SegmentPerson>,
    /// Who answered.
    #[serde(default)]
    pub source: AnswerSource,
}

/// A page of those whom a segment selects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentMembers {
    /// The people.
    pub items: Vec<SegmentPerson>,
    /// The position to ask for next; null on the last page.
    pub next: Option<String>,
    /// Who answered.
    #[serde(default)]
    pub source: AnswerSource,
}

/// Where a segment is used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentUses {
    /// Campaigns whose target names it, the newest first.
    pub campaigns: Vec<SegmentUse>,
    /// Segments whose rule names it.
    pub segments: Vec<SegmentUse>,
}

/// Something that uses a segment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentUse {
    /// `cmp_…` or `seg_…`
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A rule and which of its examples are wanted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskExamples {
    /// The rule.
    #[schema(value_type = Object, example = json!({"version": 1, "root": {"all": [{"events": {"names": ["Order Completed"], "test": {"count": {"times": {"at_least": 1}}}}}]}}))]
    pub document: serde_json::Value,
    /// The same number gives the same people; another gives others.
    #[serde(default)]
    #[schema(value_type = i64, minimum = 0, maximum = 4_294_967_295_i64)]
    pub seed: u32,
    /// What the answer should have seen: `newest` for everything that is committed by now, or the `position` of an
    /// earlier answer. It waits a second at most, and says `stale` where that was not enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "newest")]
    pub position: Option<String>,
}

/// A rule and a person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskExplanation {
    /// The rule.
    #[schema(value_type = Object, example = json!({"version": 1, "root": {"all": [{"events": {"names": ["Order Completed"], "test": {"count": {"times": {"at_least": 1}}}}}]}}))]
    pub document: serde_json::Value,
    /// `prf_…`
    pub profile: String,
}

/// Why a person is in or out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentExplanation {
    /// Whether the person is in.
    pub is_member: bool,
    /// When that changes if nothing further happens.
    pub flips_at: Option<String>,
    /// Every condition and group.
    pub clauses: Vec<SegmentClause>,
}

/// One clause of an explanation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentClause {
    /// JSON pointer into the document.
    pub pointer: String,
    /// How many groups stand above.
    pub depth: u32,
    /// `true`, `false` or `unknown`.
    pub truth: String,
    /// The clause as a sentence.
    pub sentence: BothLanguages,
    /// The value found, of a condition about a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<serde_json::Value>,
    /// How many metres from the asked place the value lies, rounded up, of a condition about a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metres: Option<u32>,
    /// The events found, of a condition about events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<SegmentEvents>,
    /// How far the customer got, of a condition about the order of events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<SegmentSteps>,
    /// The permission found: `granted`, `withdrawn` or `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<String>,
    /// Where the customer stands, of a condition about standing among buyers; absent of who is no buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<SegmentPlace>,
    /// When the customer was in the segment, of a condition about that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub past: Option<SegmentPast>,
    /// Since when the customer has stood on the list, of a condition about that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed_at: Option<String>,
    /// When the clause changes if nothing further happens.
    pub flips_at: Option<String>,
}

/// When a customer was in a segment, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentPast {
    /// Since when it is known who is in the segment; absent when nothing is.
    pub kept_since: Option<String>,
    /// The latest five stretches, the latest first.
    pub stays: Vec<SegmentStay>,
}

/// A stretch of time that a customer was in a segment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentStay {
    /// The first instant in it.
    pub entered_at: String,
    /// The first instant out of it; absent while she is in.
    pub left_at: Option<String>,
}

/// Where a customer stands among the buyers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentPlace {
    /// `recency`, `frequency` or `monetary`.
    pub by: String,
    /// What is compared: days, orders or minor units.
    pub value: i64,
    /// The group's number, as the condition counts.
    pub group: i64,
    /// The least value in the group.
    pub least: i64,
    /// The greatest value in the group.
    pub most: i64,
    /// How many are in the group.
    pub n_group: i64,
    /// How many buyers there are.
    pub n_buyers: i64,
}

/// How far a customer got in a sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentSteps {
    /// The events that are its steps, in their order, as far as it got.
    pub steps: Vec<SegmentEvent>,
    /// How many steps there are.
    pub n_steps: u32,
    /// The last instant at which something may still follow that must not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_until: Option<String>,
    /// What followed although it must not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_by: Option<SegmentEvent>,
}

/// Events that a clause rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentEvents {
    /// How many events.
    pub lines: i64,
    /// How many orders, or events without one.
    pub times: i64,
    /// Sum of amounts in minor units.
    pub amount: i64,
    /// Sum of quantities.
    pub quantity: i64,
    /// The latest of them.
    pub latest: Vec<SegmentEvent>,
}

/// One event that counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentEvent {
    /// When.
    pub at: String,
    /// The product's number.
    pub product: Option<String>,
    /// The category's path.
    pub category: Option<String>,
    /// Amount in minor units.
    pub amount: Option<i64>,
    /// Quantity.
    pub quantity: Option<i64>,
}

/// Rules to be compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskOverlap {
    /// Two to four rules.
    #[schema(value_type = Vec<Object>, min_items = 2, max_items = 4, example = json!([{"version": 1, "root": {"fact": {"of": {"attribute": "rank"}, "test": {"text": {"equals": "gold"}}}}}, {"version": 1, "root": {"events": {"names": ["Order Completed"], "test": {"count": {"times": {"at_least": 1}}}}}}]))]
    pub documents: Vec<serde_json::Value>,
    /// What the answer should have seen: `newest` for everything that is committed by now, or the `position` of an
    /// earlier answer. It waits a second at most, and says `stale` where that was not enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "newest")]
    pub position: Option<String>,
}

/// How rules overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentOverlap {
    /// Every combination of them, also those that nobody is in. Nobody is counted twice: the sum is everybody who is in
    /// at least one.
    pub parts: Vec<SegmentPart>,
    /// Who answered.
    #[serde(default)]
    pub source: AnswerSource,
}

/// Who is in exactly these of the compared rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentPart {
    /// The places of the rules in the question, from 0, ascending.
    #[serde(rename = "in")]
    #[schema(example = json!([0, 2]))]
    pub rules: Vec<usize>,
    /// How many people.
    pub n: i64,
}

/// What conditions can speak of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentVocabulary {
    /// Standard fields.
    pub fields: Vec<VocabularyWord>,
    /// Attributes of this workspace.
    pub attributes: Vec<VocabularyWord>,
    /// Event names.
    pub events: Vec<VocabularyName>,
    /// Category paths.
    pub categories: Vec<String>,
}

/// A field or attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VocabularyWord {
    /// The name in documents.
    pub key: String,
    /// What people call it.
    pub label: BothLanguages,
    /// `text`, `number`, `boolean`, `date` or `list`.
    pub value_type: String,
    /// The values that it can have, where these are known: stages, ranks, grades.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<VocabularyName>,
}

/// An event name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VocabularyName {
    /// The name in documents.
    pub key: String,
    /// What people call it.
    pub label: BothLanguages,
}

/// A ready-made segment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentTemplate {
    /// Stable key.
    pub key: String,
    /// Its name.
    pub name: BothLanguages,
    /// What it is good for.
    pub description: BothLanguages,
    /// The rule.
    #[schema(value_type = Object)]
    pub document: serde_json::Value,
    /// The rule as a sentence.
    pub sentence: BothLanguages,
}
