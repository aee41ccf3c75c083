//! How the audience index stands: the copy of all customers in memory that answers questions about them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The audience index of the workspace, on the server that answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AudienceView {
    /// `building`, `following`, `too_large` (SQL answers), `stopped`, or `off` where this server keeps none.
    pub state: String,
    /// Since when.
    pub since: Option<String>,
    /// What it began with: `snapshot` or `tables`; absent until it has.
    pub begun_from: Option<String>,
    /// Active customers in it.
    pub people: u64,
    /// Their events.
    pub events: u64,
    /// What it holds, in bytes.
    pub memory: AudienceMemory,
    /// The position of the change feed up to which everything is in: `transaction.row`.
    pub position: String,
    /// For how long the oldest change that is not in has waited, in milliseconds.
    pub lag_ms: i64,
}

/// What the index holds, in bytes, by part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AudienceMemory {
    /// The numbering of customers, and who is active.
    pub people: u64,
    /// Facts and consents.
    pub columns: u64,
    /// Lists of those who share a rare value.
    pub bitmaps: u64,
    /// Events.
    pub events: u64,
    /// Properties of events.
    pub properties: u64,
    /// Where each customer's events stand.
    pub customers: u64,
    /// What came since the last compaction.
    pub delta: u64,
    /// Products, categories, names, suppressed addresses, lists.
    pub words: u64,
    /// The sum; where it is too large, what it would have been.
    pub total: u64,
    /// The most that it may hold.
    pub limit: u64,
}

/// Who answered a question about customers, and how fresh the answer is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnswerSource {
    /// `index`: the audience index of the server that answers. `sql`: the database, which says the same and takes
    /// longer.
    pub answered_by: String,
    /// Why SQL answered: `building`, `too_large`, `off`, `stopped`, or `behind` where only the newest state will do
    /// and the index had not taken it in within a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The position of the change feed up to which everything is in the answer: `transaction.row`. Sent with the next
    /// question, also to another server, it keeps that one from answering with less.
    pub position: String,
    /// The answer lacks some of what the question wanted it to have seen: the index had not taken it in within
    /// a second.
    pub stale: bool,
}
