//! Reading intervals: who is in, who was, and what one customer went through.

use std::collections::HashMap;

use kernel::{
    id::{ProfileId, SegmentId, WorkspaceId},
    page::{BadCursor, Page, PageRequest},
    time::Millis,
};
use sea_orm::{DbErr, FromQueryResult};
use storage::{ConnectionTrait, Dialect, sql};

use super::Cause;
use crate::sql::Binds;

/// A stretch of time that a customer was in a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    /// The number of its row.
    pub id: i64,
    /// The segment.
    pub segment: SegmentId,
    /// The segment's present name.
    pub name: String,
    /// The first instant in it.
    pub entered_at: Millis,
    /// Why.
    pub entered_by: Cause,
    /// The first instant out of it, and why; none while in it.
    pub left: Option<(Millis, Cause)>,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    segment_id: i64,
    name: String,
    entered_at: i64,
    entered_by: i16,
    left_at: Option<i64>,
    left_by: Option<i16>,
}

impl From<Row> for Interval {
    fn from(row: Row) -> Self {
        let cause = |code| Cause::from_code(code).unwrap_or(Cause::Backfill);
        Self {
            id: row.id,
            segment: SegmentId::from_raw(row.segment_id),
            name: row.name,
            entered_at: Millis(row.entered_at),
            entered_by: cause(row.entered_by),
            left: row
                .left_at
                .map(|at| (Millis(at), cause(row.left_by.unwrap_or_default()))),
        }
    }
}

const COLUMNS: &str =
    "m.id, m.segment_id, s.name, m.entered_at, m.entered_by, m.left_at, m.left_by";

/// Lists whom a segment holds by its open intervals, in the order of the ids after one.
///
/// # Errors
/// When the database does not answer.
pub async fn open(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    segment: SegmentId,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<i64>, DbErr> {
    let binds = [
        segment.raw().into(),
        workspace.raw().into(),
        after.unwrap_or(i64::MIN).into(),
        limit.into(),
    ];
    let text = "SELECT profile_id FROM membership WHERE segment_id = $1 AND left_at IS NULL AND workspace_id = $2
                AND profile_id > $3 ORDER BY profile_id LIMIT $4";
    let rows = sql::rows(db, text, binds).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// Lists who was in a segment at an instant, in the order of the ids after one. Profiles are those of then: one that
/// was merged or erased since is among them.
///
/// # Errors
/// When the database does not answer.
pub async fn members_at(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    segment: SegmentId,
    at: Millis,
    after: Option<ProfileId>,
    limit: u64,
) -> Result<Vec<ProfileId>, DbErr> {
    let binds = [
        segment.raw().into(),
        workspace.raw().into(),
        at.0.into(),
        after.map_or(i64::MIN, ProfileId::raw).into(),
        limit.cast_signed().into(),
    ];
    let text = "SELECT profile_id FROM membership WHERE segment_id = $1 AND workspace_id = $2 AND entered_at <= $3
                AND (left_at IS NULL OR left_at > $3) AND profile_id > $4 ORDER BY profile_id LIMIT $5";
    let rows = sql::rows(db, text, binds).await?;
    rows.iter()
        .map(|row| row.try_get_by_index(0).map(ProfileId::from_raw))
        .collect()
}

/// Lists the intervals of a customer, those that are open first, then the latest left.
///
/// # Errors
/// When the position is none, or the database does not answer.
pub async fn of_customer(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    profile: ProfileId,
    page: &PageRequest,
) -> Result<Result<Page<Interval>, BadCursor>, DbErr> {
    let position = match page.position() {
        Ok(position) => position.unwrap_or([i64::MAX; 2]),
        Err(bad) => return Ok(Err(bad)),
    };
    let limit = page.limit();
    let [left_at, id] = position;
    // An open interval counts as left at the end of time.
    let ended = format!("COALESCE(m.left_at, {})", i64::MAX);
    let text = format!(
        "SELECT {COLUMNS} FROM membership m JOIN segment s ON s.id = m.segment_id AND s.workspace_id = $2
         WHERE m.profile_id = $1 AND m.workspace_id = $2 AND ({ended} < $3 OR ({ended} = $3 AND m.id < $4))
         ORDER BY {ended} DESC, m.id DESC LIMIT $5"
    );
    let binds = [
        profile.raw().into(),
        workspace.raw().into(),
        left_at.into(),
        id.into(),
        (limit.cast_signed() + 1).into(),
    ];
    let rows: Vec<Row> = sql::all(db, text, binds).await?;
    let page = Page::cut(rows, limit, |row| {
        vec![row.left_at.unwrap_or(i64::MAX), row.id]
    });
    Ok(Ok(page.map(Interval::from)))
}

/// Lists up to `n` ends of a customer's intervals before a position of the timeline, the latest first; those with a
/// silent cause tell nothing of her and are left out.
///
/// # Errors
/// When the database does not answer.
pub async fn timeline(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    profile: ProfileId,
    (at, id): (Millis, i64),
    n: u64,
) -> Result<Vec<(Millis, Interval)>, DbErr> {
    let mut entries = Vec::new();
    let silent = super::silent_codes();
    for with in ["entered", "left"] {
        let end = format!("m.{with}_at");
        let text = format!(
            "SELECT {COLUMNS} FROM membership m JOIN segment s ON s.id = m.segment_id AND s.workspace_id = $2
             WHERE m.profile_id = $1 AND m.workspace_id = $2 AND {end} IS NOT NULL AND m.{with}_by NOT IN ({silent})
               AND ({end} < $3 OR ({end} = $3 AND m.id < $4))
             ORDER BY {end} DESC, m.id DESC LIMIT $5"
        );
        let binds = [
            profile.raw().into(),
            workspace.raw().into(),
            at.0.into(),
            id.into(),
            n.cast_signed().into(),
        ];
        let rows: Vec<Row> = sql::all(db, text, binds).await?;
        entries.extend(rows.into_iter().map(|row| {
            let at = match with {
                "left" => row.left_at.unwrap_or_default(),
                _ => row.entered_at,
            };
            (Millis(at), Interval::from(row))
        }));
    }
    entries.sort_by_key(|(at, interval)| std::cmp::Reverse((*at, interval.id)));
    entries.truncate(usize::try_from(n).unwrap_or(usize::MAX));
    Ok(entries)
}

/// Tells of some profiles which are no more, and why.
///
/// # Errors
/// When the database does not answer.
pub async fn gone(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    profiles: &[i64],
) -> Result<HashMap<i64, Cause>, DbErr> {
    let mut found = HashMap::new();
    for some in profiles.chunks(super::MAX_BATCH) {
        let mut binds = Binds::new(Dialect::of(db.get_database_backend()));
        let list = binds.int_in("id", some);
        let workspace = binds.one(workspace.raw());
        // Without the workspace SQLite looks up each id; with it first it would walk all customers.
        let text = format!(
            "SELECT id, state FROM profile WHERE {list} AND +workspace_id = {workspace} AND state <> 0"
        );
        for row in sql::rows(db, text, binds.into_values()).await? {
            let state: i16 = row.try_get_by_index(1)?;
            let cause = if state == 1 {
                Cause::Merge
            } else {
                Cause::Erase
            };
            found.insert(row.try_get_by_index(0)?, cause);
        }
    }
    Ok(found)
}
