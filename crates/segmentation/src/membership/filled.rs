//! By which rule the intervals of each segment were made.

use std::collections::HashMap;

use kernel::{
    id::{SegmentId, WorkspaceId},
    time::Millis,
};
use sea_orm::{DbErr, FromQueryResult};
use storage::{ConnectionTrait, sql};

use super::lease::Way;

/// What a segment's rule is called while it is being filled.
pub(super) const FILLING: &str = "";
/// What a segment's rule is called once it has been put away and everybody has left.
pub(super) const PUT_AWAY: &str = "-";

/// How the intervals of a segment stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// The checksum of the rule that they follow; none fits while they are being made.
    pub rule: String,
    /// Before this nothing is known.
    pub since: Millis,
}

impl Filled {
    /// Tells whether the intervals follow a rule: not while being made, nor once put away.
    pub fn is_whole(&self) -> bool {
        self.rule != FILLING && self.rule != PUT_AWAY
    }

    /// Tells whether nobody is in any more because the segment was put away.
    pub fn is_put_away(&self) -> bool {
        self.rule == PUT_AWAY
    }
}

#[derive(FromQueryResult)]
struct Row {
    segment_id: i64,
    rule: String,
    kept_since: i64,
}

/// Returns how the intervals of each segment of a workspace stand.
///
/// # Errors
/// When the database does not answer.
pub async fn filled(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<HashMap<SegmentId, Filled>, DbErr> {
    let rows: Vec<Row> = sql::all(
        db,
        "SELECT segment_id, rule, kept_since FROM membership_filled WHERE workspace_id = $1",
        [workspace.raw().into()],
    )
    .await?;
    let filled = |row: Row| {
        let since = Millis(row.kept_since);
        let rule = row.rule;
        (SegmentId::from_raw(row.segment_id), Filled { rule, since })
    };
    Ok(rows.into_iter().map(filled).collect())
}

/// Returns up to when the memberships of a workspace are known, and who keeps them.
///
/// # Errors
/// When the database does not answer.
pub async fn state(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<Option<(Millis, Way)>, DbErr> {
    let text = "SELECT read_at, way FROM membership_worker WHERE workspace_id = $1";
    let rows = sql::rows(db, text, [workspace.raw().into()]).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let way = Way::from_code(row.try_get_by_index(1)?);
    Ok(Some((Millis(row.try_get_by_index(0)?), way)))
}
