//! VIP segments: their members get only the campaigns that are meant for them.
//!
//! Here is which segments those are, and which of them hold somebody now; what follows from it is decided by whoever
//! sends. Who is in is read from the open intervals of [`crate::membership`], so that a review, a plan and the last
//! look before a message leaves need no rule to be asked.

use std::collections::HashMap;

use kernel::{
    id::{SegmentId, UserId, WorkspaceId},
    invalid::Invalid,
};
use sea_orm::{ConnectionTrait, DbErr};
use storage::{Dialect, Tx, rowset, sql};

use crate::{
    SegmentError,
    store::{self, Author, Segment},
};

/// The most VIP segments of a workspace: each is looked up for every receiver of every campaign.
pub const MAX_SEGMENTS: i64 = 20;

/// How campaigns treat the members of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Treatment {
    /// Like everybody.
    #[default]
    Usual,
    /// They get only what is meant for them, and that before others.
    Vip,
}

/// Changes how the members of a segment are treated, in the caller's transaction; `None` when there is no such segment.
///
/// # Errors
/// [`SegmentError::Invalid`] when the segment has been put away, or there are [`MAX_SEGMENTS`] already.
pub async fn treat_in_txn(
    tx: &Tx,
    author: Author,
    id: SegmentId,
    treatment: Treatment,
) -> Result<Option<Segment>, SegmentError> {
    let Some(segment) = store::find(tx, author.workspace, id).await? else {
        return Ok(None);
    };
    if treatment == segment.treatment {
        return Ok(Some(segment));
    }
    if treatment == Treatment::Vip {
        check(tx, author.workspace, &segment).await?;
    }
    let touched = sql::exec(
        tx,
        "UPDATE segment SET is_vip = $1, updated_by = $2, updated_at = $3 WHERE workspace_id = $4 AND id = $5
         AND (archived_at IS NULL OR NOT $1)",
        [
            (treatment == Treatment::Vip).into(),
            author.user.map(UserId::raw).into(),
            author.now.0.into(),
            author.workspace.raw().into(),
            id.raw().into(),
        ],
    )
    .await?;
    if touched == 0 {
        return Err(put_away().into());
    }
    store::find(tx, author.workspace, id).await
}

fn put_away() -> Invalid {
    Invalid::one(
        "/id",
        "archived",
        "the segment has been put away; take it back first",
        "このセグメントはアーカイブされています。先に元に戻してください",
    )
}

async fn check(tx: &Tx, workspace: WorkspaceId, segment: &Segment) -> Result<(), SegmentError> {
    if segment.archived_at.is_some() {
        return Err(put_away().into());
    }
    if tx.dialect() == Dialect::Postgres {
        // Two who make the twentieth at once: the second waits, and counts the first.
        let text = "SELECT id FROM workspace WHERE id = $1 FOR UPDATE";
        sql::rows(tx, text, [workspace.raw().into()]).await?;
    }
    let text = "SELECT COUNT(*) FROM segment WHERE workspace_id = $1 AND is_vip";
    let n = sql::number(tx, text, [workspace.raw().into()]).await?;
    if n >= MAX_SEGMENTS {
        return Err(Invalid::one(
            "/id",
            "too_many",
            "there are 20 VIP segments already; join some into one by a condition \"any of\"",
            "VIP セグメントは20個までです。「いずれか」の条件で1つにまとめてください",
        )
        .into());
    }
    Ok(())
}

/// Lists the VIP segments of a workspace, by id.
///
/// # Errors
/// When the database does not answer.
pub async fn segments(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<Vec<SegmentId>, DbErr> {
    let text = "SELECT id FROM segment WHERE workspace_id = $1 AND is_vip ORDER BY id";
    let rows = sql::rows(db, text, [workspace.raw().into()]).await?;
    rows.iter()
        .map(|row| row.try_get_by_index(0).map(SegmentId::from_raw))
        .collect()
}

/// Tells whether somebody who is a VIP may not be known as one yet, because the members of a VIP segment are still being
/// found for the first time.
///
/// # Errors
/// When the database does not answer.
pub async fn is_filling(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<bool, DbErr> {
    let text =
        "SELECT COUNT(*) FROM segment s WHERE s.workspace_id = $1 AND s.is_vip AND NOT EXISTS
                  (SELECT 1 FROM membership_filled f WHERE f.segment_id = s.id AND f.rule <> '')";
    Ok(sql::number(db, text, [workspace.raw().into()]).await? > 0)
}

/// Returns which VIP segments hold which of some people now; who is in none is left out.
///
/// # Errors
/// When the database does not answer.
pub async fn held(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    people: &[i64],
) -> Result<HashMap<i64, Vec<SegmentId>>, DbErr> {
    let segments = segments(db, workspace).await?;
    let mut held: HashMap<i64, Vec<SegmentId>> = HashMap::new();
    if segments.is_empty() || people.is_empty() {
        return Ok(held);
    }
    let dialect = Dialect::of(db.get_database_backend());
    // One look into the index of open intervals for each person and segment, whatever the databases know of their sizes.
    let text = format!(
        "SELECT p.id, s.id FROM {people} p CROSS JOIN {segments} s
         WHERE (SELECT COUNT(*) FROM membership m WHERE m.segment_id = s.id AND m.profile_id = p.id
                AND m.left_at IS NULL) > 0",
        people = rowset::ids_of(dialect, "$1"),
        segments = rowset::ids_of(dialect, "$2"),
    );
    let binds = [
        rowset::bind_ids(people.iter().copied()),
        rowset::bind_ids(segments.into_iter().map(SegmentId::raw)),
    ];
    for row in sql::rows(db, text, binds).await? {
        let (person, segment): (i64, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        held.entry(person)
            .or_default()
            .push(SegmentId::from_raw(segment));
    }
    Ok(held)
}
