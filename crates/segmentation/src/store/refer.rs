//! What segments refer to.

use kernel::id::{SegmentId, WorkspaceId};
use storage::{Tx, sql};

use crate::{
    SegmentError,
    language::Document,
    resolve::{cycle, list_references, past_references, references, unknown_list, unknown_segment},
};

/// Refuses references to nothing and circles. Runs in the transaction that saves, and serialises saves of
/// one workspace so that two of them cannot close a circle together.
pub(super) async fn check_references(
    tx: &Tx,
    workspace: WorkspaceId,
    own: SegmentId,
    document: &Document,
) -> Result<(), SegmentError> {
    for (id, pointer) in past_references(document) {
        // Its own past is one too: who was in yesterday is a fact, and no circle.
        if id != own && super::document(tx, workspace, id).await?.is_none() {
            return Err(unknown_segment(format!("/document{pointer}")).into());
        }
    }
    for (list, pointer) in list_references(document) {
        if profiles::lists::find(tx, workspace, list).await?.is_none() {
            return Err(unknown_list(format!("/document{pointer}")).into());
        }
    }
    if references(document).is_empty() {
        return Ok(());
    }
    if tx.dialect() == storage::Dialect::Postgres {
        sql::rows(
            tx,
            "SELECT pg_advisory_xact_lock($1)",
            [workspace.raw().into()],
        )
        .await?;
    }
    let mut seen = Vec::new();
    let mut waiting = references(document);
    while let Some((id, pointer)) = waiting.pop() {
        let pointer_in_draft = format!("/document{pointer}");
        if id == own {
            return Err(cycle(pointer_in_draft).into());
        }
        if seen.contains(&id) {
            continue;
        }
        seen.push(id);
        let Some(inner) = super::document(tx, workspace, id).await? else {
            return Err(unknown_segment(pointer_in_draft).into());
        };
        waiting.extend(
            references(&inner)
                .into_iter()
                .map(|(id, _)| (id, pointer.clone())),
        );
    }
    Ok(())
}

/// Stores what a document refers to: segments, their past, and lists. Numbers of all of them differ.
pub(super) async fn keep_references(
    tx: &Tx,
    workspace: WorkspaceId,
    id: SegmentId,
    document: &Document,
) -> Result<(), SegmentError> {
    sql::exec(
        tx,
        "DELETE FROM segment_reference WHERE segment_id = $1",
        [id.raw().into()],
    )
    .await?;
    let mut refers_to: Vec<i64> = references(document)
        .into_iter()
        .chain(past_references(document))
        .map(|(id, _)| id.raw())
        .collect();
    let lists = list_references(document).into_iter();
    refers_to.extend(lists.map(|(list, _)| list.raw()));
    // One that asks for its own past may still be put away.
    refers_to.retain(|other| *other != id.raw());
    refers_to.sort_unstable();
    refers_to.dedup();
    for other in refers_to {
        sql::exec(
            tx,
            "INSERT INTO segment_reference (workspace_id, segment_id, refers_to) VALUES ($1, $2, $3)",
            [workspace.raw().into(), id.raw().into(), other.into()],
        )
        .await?;
    }
    Ok(())
}
