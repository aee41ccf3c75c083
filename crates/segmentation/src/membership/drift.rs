//! How a segment differs from itself a while ago.

use kernel::{
    id::{SegmentId, WorkspaceId},
    time::Millis,
};
use sea_orm::DbErr;
use storage::{ConnectionTrait, sql};

use crate::Overlap;

/// Counts who was in a segment at an instant and no longer is, who was and is, and who only is now.
///
/// # Errors
/// When the database does not answer.
pub async fn drift(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    segment: SegmentId,
    then: Millis,
) -> Result<Overlap, DbErr> {
    // One interval, or two: who left and came back was in then and is in now.
    let text = "SELECT COALESCE(SUM(CASE WHEN was = 1 AND is_now = 0 THEN 1 ELSE 0 END), 0),
                   COALESCE(SUM(was * is_now), 0),
                   COALESCE(SUM(CASE WHEN was = 0 AND is_now = 1 THEN 1 ELSE 0 END), 0)
                FROM (SELECT MAX(CASE WHEN entered_at <= $3 AND (left_at IS NULL OR left_at > $3) THEN 1 ELSE 0 END) AS was,
                          MAX(CASE WHEN left_at IS NULL THEN 1 ELSE 0 END) AS is_now
                      FROM membership WHERE segment_id = $1 AND workspace_id = $2 AND (left_at IS NULL OR left_at > $3)
                      GROUP BY profile_id) each_one";
    let binds = [segment.raw().into(), workspace.raw().into(), then.0.into()];
    let rows = sql::rows(db, text, binds).await?;
    let Some(row) = rows.first() else {
        return Ok(Overlap::default());
    };
    Ok(Overlap {
        only_a: row.try_get_by_index(0)?,
        both: row.try_get_by_index(1)?,
        only_b: row.try_get_by_index(2)?,
    })
}
