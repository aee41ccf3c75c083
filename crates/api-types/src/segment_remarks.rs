//! What is worth knowing of a rule before it is saved.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    audience::AnswerSource,
    segments::{BothLanguages, SegmentUse},
};

/// A rule to be remarked upon.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskRemarks {
    /// The rule.
    #[schema(value_type = Object, example = json!({"version": 2, "root": {"all": [{"events": {"names": ["Order Completed"], "test": {"count": {"times": {"at_least": 1}}}}}]}}))]
    pub document: serde_json::Value,
    /// The saved segment whose rule it is, if any: it is not compared with itself, and told how it has drifted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "seg_4VJ0")]
    pub segment: Option<String>,
    /// What the answer should have seen: `newest` for everything that is committed by now, or the `position` of an
    /// earlier answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "newest")]
    pub position: Option<String>,
}

/// What is worth knowing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentRemarks {
    /// The remarks; empty when all is well.
    pub items: Vec<SegmentRemark>,
    /// How many it selects.
    pub members: i64,
    /// How many customers there are.
    pub everybody: i64,
    /// What a test with it can show.
    pub power: SegmentPower,
    /// When those whom it selects bought last. Only for a rule that asks nothing of what people did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spread: Vec<SegmentSpread>,
    /// Who answered.
    pub source: AnswerSource,
}

/// One remark.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentRemark {
    /// `nobody`, `only_demographic`, `too_small`, `too_large`, `almost_the_same`, `drifted` or `stale`.
    pub code: String,
    /// What, and what to do about it.
    pub message: BothLanguages,
    /// The other segment, of `almost_the_same`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<SegmentUse>,
}

/// What a test of two halves can show, at 5 % and four times in five.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentPower {
    /// The rate of answers that is assumed, from 0 to 1.
    pub base: f64,
    /// The smallest higher rate that can be told from it; none when there are too few for any.
    pub smallest: Option<f64>,
    /// How many people it takes to tell a doubled rate.
    pub needed: i64,
}

/// How many bought last within a stretch of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentSpread {
    /// `30`, `90` or `365` for so many days at most and more than the one before, `longer`, or `never`.
    pub bought: String,
    /// How many.
    pub members: i64,
}
