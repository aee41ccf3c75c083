//! The versions of a segment, and what changed from one to the next.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::segments::BothLanguages;

/// One version in the history of a segment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentVersionView {
    /// Its number, from 1.
    pub version: i64,
    /// The name then.
    pub name: String,
    /// The rule then; saving it as the present one goes back to it.
    #[schema(value_type = Object)]
    pub document: serde_json::Value,
    /// The rule as a sentence, in today's words.
    pub sentence: BothLanguages,
    /// Who saved it; none for a machine, or somebody who has left.
    pub saved_by: Option<String>,
    /// When (RFC 3339).
    pub saved_at: String,
    /// What changed since the version before; none for the first one.
    pub changes: Vec<SegmentChange>,
}

/// What became of one condition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentChange {
    /// `added`, `removed`, `changed`, or `moved` to another group.
    pub kind: String,
    /// The condition as it was; absent when it was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<BothLanguages>,
    /// The condition as it is; absent when it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<BothLanguages>,
}
