//! What is known about a saved segment: its versions, and who refers to it.

use kernel::{
    id::{ListId, SegmentId, UserId, WorkspaceId},
    time::Millis,
};
use sea_orm::FromQueryResult;
use serde_json::Value as Json;
use storage::{ConnectionTrait, Dialect, rowset, sql};

use super::SavedVersion;
use crate::{SegmentError, language};

/// Lists the saved versions, latest first.
pub async fn versions(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: SegmentId,
) -> Result<Vec<SavedVersion>, SegmentError> {
    #[derive(FromQueryResult)]
    struct VersionRow {
        version: i64,
        name: String,
        document: Json,
        saved_by: Option<i64>,
        saved_at: i64,
    }
    let rows: Vec<VersionRow> = sql::all(
        db,
        "SELECT version, name, document, saved_by, saved_at FROM segment_version
         WHERE workspace_id = $1 AND segment_id = $2 ORDER BY version DESC LIMIT 100",
        [workspace.raw().into(), id.raw().into()],
    )
    .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.push(SavedVersion {
            version: row.version,
            name: row.name,
            document: language::read(&row.document)?,
            saved_by: row.saved_by.map(UserId::from_raw),
            saved_at: Millis(row.saved_at),
        });
    }
    Ok(found)
}

/// Returns the active segments that refer to a list.
pub async fn lists_used_by(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    list: ListId,
) -> Result<Vec<(SegmentId, String)>, SegmentError> {
    referring(db, workspace, list.raw()).await
}

/// Returns the active segments that refer to a segment.
pub async fn used_by(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: SegmentId,
) -> Result<Vec<(SegmentId, String)>, SegmentError> {
    referring(db, workspace, id.raw()).await
}

async fn referring(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: i64,
) -> Result<Vec<(SegmentId, String)>, SegmentError> {
    #[derive(FromQueryResult)]
    struct UserRow {
        id: i64,
        name: String,
    }
    let rows: Vec<UserRow> = sql::all(
        db,
        "SELECT s.id, s.name FROM segment_reference r JOIN segment s ON s.id = r.segment_id
         WHERE r.workspace_id = $1 AND r.refers_to = $2 AND s.workspace_id = $1 AND s.archived_at IS NULL
         ORDER BY s.id LIMIT 100",
        [workspace.raw().into(), id.into()],
    )
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (SegmentId::from_raw(row.id), row.name))
        .collect())
}

/// Returns the names of segments.
pub async fn names(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    ids: &[SegmentId],
) -> Result<Vec<(SegmentId, String)>, SegmentError> {
    #[derive(FromQueryResult)]
    struct Named {
        id: i64,
        name: String,
    }
    // The rule is not read: a name is known also of a segment whose rule a newer server has saved.
    let wanted = rowset::ids_of(Dialect::of(db.get_database_backend()), "$2");
    let text = format!(
        "SELECT s.id, s.name FROM {wanted} u CROSS JOIN segment s WHERE s.id = u.id AND s.workspace_id = $1"
    );
    let ids = rowset::bind_ids(ids.iter().map(|id| id.raw()));
    let rows: Vec<Named> = sql::all(db, text, [workspace.raw().into(), ids]).await?;
    let named = |row: Named| (SegmentId::from_raw(row.id), row.name);
    Ok(rows.into_iter().map(named).collect())
}
