//! Computed attributes: what is declared, how far it is, and why a customer stands where she stands.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{customers::AttributeView, segments::BothLanguages};

/// What a workspace has declared, and how far its values are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ComputedAttributes {
    /// The rules, those that others rest on first.
    pub items: Vec<ComputedAttribute>,
    /// How far the values are.
    pub progress: ComputeProgress,
    /// The currency of thresholds.
    pub currency: String,
}

/// A declared rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ComputedAttribute {
    /// `dormancy`, `lifecycle`, `rank`, `score` or `affinity`.
    pub kind: String,
    /// The rule, such as `{"dormancy": {"purchase_days": 3, "after": {"days": 365}}}`.
    pub rule: Value,
    /// Version to name when changing it.
    pub version: i64,
    /// Whether it is kept up; one that was put away is taken from everybody.
    pub is_active: bool,
    /// When it was last saved (RFC 3339).
    pub updated_at: String,
    /// The attributes that it fills.
    pub attributes: Vec<AttributeView>,
    /// How many customers stand where.
    pub counts: Vec<StandingCount>,
}

/// How many customers stand somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StandingCount {
    /// `active` or `dormant`; a stage: `prospect`, `new`, `repeat`, `loyal`, `dormant`; the name of a rank;
    /// `below` or `above` the threshold of the score; the favourite, of the twenty that most have.
    pub standing: String,
    /// How many.
    pub customers: i64,
}

/// How far values are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComputeProgress {
    /// Whether everybody has been computed by the present rules.
    pub is_whole: bool,
    /// How many have been.
    pub done: i64,
    /// Of how many.
    pub customers: i64,
    /// When that began (RFC 3339).
    pub begun_at: Option<String>,
    /// When it ended (RFC 3339).
    pub ended_at: Option<String>,
    /// Up to when everything that happened has been taken in (RFC 3339); null before the first time.
    pub read_at: Option<String>,
}

/// A rule to be declared or changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SaveComputedAttribute {
    /// The rule.
    pub rule: Value,
    /// The version that was read; 0 for a new one.
    pub version: i64,
}

/// A rule that is to be tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PreviewComputedAttribute {
    /// The rule.
    pub rule: Value,
}

/// How many customers would stand where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreviewedStandings {
    /// How many customers there are.
    pub customers: i64,
    /// How many of them were looked at: all, or an even sample of about five thousand.
    pub looked_at: i64,
    /// Of those, how many would stand where; nowhere is the empty word. Ranks from the lowest up.
    pub counts: Vec<StandingCount>,
}

/// A saved version of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ComputedVersion {
    /// Its number.
    pub version: i64,
    /// The rule then.
    pub rule: Value,
    /// Whether it was kept up.
    pub is_active: bool,
    /// Who saved it: `usr_…`; null for a machine.
    pub saved_by: Option<String>,
    /// When (RFC 3339).
    pub saved_at: String,
}

/// Why a customer stands where she stands, computed from her orders at this moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CustomerComputed {
    /// The moment (RFC 3339).
    pub counted_at: String,
    /// By each rule that is kept up.
    pub reasons: Vec<ComputedReason>,
    /// The latest orders that count, the newest first.
    pub orders: Vec<ComputedOrder>,
    /// How many count.
    pub n_orders: i64,
    /// The currency of amounts.
    pub currency: String,
}

/// Why one rule says what it says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComputedReason {
    /// `dormancy`, `lifecycle`, `rank`, `score` or `affinity`.
    pub kind: String,
    /// Where she stands; null where the rule says nothing of her.
    pub standing: Option<String>,
    /// Since when (RFC 3339).
    pub since: Option<String>,
    /// When that next turns if nothing else happens (RFC 3339).
    pub turns_at: Option<String>,
    /// To what.
    pub turns_to: Option<String>,
    /// The reasons with their arithmetic, a sentence each.
    pub lines: Vec<BothLanguages>,
}

/// An order that counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComputedOrder {
    /// `ord_…`; null where the event names none.
    pub order_id: Option<String>,
    /// Its event: `evt_…`.
    pub event_id: String,
    /// When it was placed (RFC 3339).
    pub occurred_at: String,
    /// Minor units, as it was placed; 0 in a foreign currency.
    pub amount: i64,
}

/// Lifecycle stages: how many are where, how many came how far, and who moved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LifecycleView {
    /// When it was counted (RFC 3339).
    pub counted_at: String,
    /// Whether stages are declared and kept up; everything is empty otherwise.
    pub is_declared: bool,
    /// Whether everybody has been computed by the present rules.
    pub is_whole: bool,
    /// Customers by their present stage, in the order of the stages.
    pub stages: Vec<StageCount>,
    /// From stage to stage: of those who ever came as far as one, how many came to the next.
    pub steps: Vec<StageStep>,
    /// The same by the month in which customers were first seen, the earliest first.
    pub cohorts: Vec<StageCohort>,
    /// The same by how customers came or by an attribute, where `by` asks for it: the twenty largest groups.
    pub groups: Vec<StageGroup>,
    /// Turns in the last `days` days.
    pub flows: Vec<StageFlow>,
    /// Over how many days turns are counted.
    pub days: u32,
}

/// Stages of customers who have something in common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StageGroup {
    /// What the group is known by; null where it is not known.
    pub key: Option<String>,
    /// Its name in Japanese.
    pub name_ja: String,
    /// Its name in English.
    pub name_en: String,
    /// Customers by their present stage, in the order of the stages; the share is of the group.
    pub stages: Vec<StageCount>,
    /// How many ever came as far as prospect, new, repeat and loyal.
    pub reached: Vec<i64>,
}

/// Customers of a stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StageCount {
    /// `prospect`, `new`, `repeat`, `loyal` or `dormant`.
    pub stage: String,
    /// How many.
    pub customers: i64,
    /// Of all who have a stage, 0 to 1; null of nobody.
    pub share: Option<f64>,
}

/// From one stage to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StageStep {
    /// From.
    pub from: String,
    /// To.
    pub to: String,
    /// How many ever came as far as `from`.
    pub reached_from: i64,
    /// How many ever came as far as `to`.
    pub reached_to: i64,
    /// The share, 0 to 1; null of nobody.
    pub rate: Option<f64>,
}

/// How far the customers of a month came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StageCohort {
    /// The month, as `2026-07`; null for everybody before the first month that is shown.
    pub month: Option<String>,
    /// How many came as far as `prospect`, `new`, `repeat` and `loyal`.
    pub reached: Vec<i64>,
}

/// Turns from one stage to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StageFlow {
    /// From; null for customers without a stage before.
    pub from: Option<String>,
    /// To; null for customers without one since.
    pub to: Option<String>,
    /// How many turns.
    pub turns: i64,
}
