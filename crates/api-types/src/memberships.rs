//! Who was in which segment, and when.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A segment over time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentHistory {
    /// How many are in, as far as memberships have been kept.
    pub members: i64,
    /// `kept`, `filling` (the rule is new and its members are still being put in), `put_away`, or `waiting` (nothing
    /// is known yet).
    pub state: String,
    /// Before this nothing is known (RFC 3339); null while waiting.
    pub since: Option<String>,
    /// Up to when everything that happened has been taken in (RFC 3339).
    pub read_at: Option<String>,
    /// `index` when changes are noticed at once, `sql` when every few minutes, `none` when not yet.
    pub by: String,
    /// The days of the workspace's zone, the earliest first.
    pub days: Vec<SegmentDay>,
}

/// A day of a segment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SegmentDay {
    /// The day, as `2026-07-14`.
    pub date: String,
    /// When it began (RFC 3339).
    pub starts_at: String,
    /// How many were in at its end, today: now. Null before anything was known.
    pub members: Option<i64>,
    /// How many entered.
    pub entered: i64,
    /// How many left.
    pub left: i64,
    /// Of those who entered, how many because the rule was made or changed.
    pub filled_in: i64,
    /// Of those who left, how many because the rule was changed or put away.
    pub filled_out: i64,
}

/// A stretch of time that a customer was in a segment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MembershipView {
    /// `seg_…`
    pub segment_id: String,
    /// The segment's present name.
    pub segment: String,
    /// Since when (RFC 3339).
    pub entered_at: String,
    /// Why: `event`, `profile`, `consent`, `merge`, `erase`, `time`, `catalogue` or `backfill`.
    pub entered_by: String,
    /// The first instant out of it; null while in it.
    pub left_at: Option<String>,
    /// Why; null while in it.
    pub left_by: Option<String>,
}
