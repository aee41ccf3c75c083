//! When customers were last seen: gathered from the feed and written a minute's worth at a time.
//!
//! A message that comes in tells the feed of its sign of life and leaves the customer's row alone. Written at once it
//! cost a page of a table of millions for every message - a seventh of what SQLite can take in; in the order of the
//! table, many people share a page and many messages a person.

use std::collections::HashMap;

use kernel::{
    feed::{ChangeKind, Cursor},
    id::{IdSource, WorkspaceId},
    time::{MINUTE, Millis},
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{
    Db, Dialect, StorageError,
    feed::{self, reader::Reader},
    sql,
};

use crate::{
    context::Ctx,
    rowset::{self, Col},
};

/// How exact `last_seen_at` is: within it nothing is written.
const EXACT_TO: i64 = MINUTE;
/// Rows of one transaction: an order that waits for the writer waits some ten milliseconds.
const BATCH: usize = 2_000;
/// Rows of the feed read at once.
const PAGE: u32 = 10_000;
/// How long a round may take before another server takes over.
const ROUND: i64 = 5 * MINUTE;

/// Tells whether a sign counts as given at the time of writing.
pub(crate) const fn is_at_once(now: Millis, at: i64) -> bool {
    now.0 - EXACT_TO <= at && at <= now.0
}

/// Writes down for everybody of a workspace when they were last seen, by what the feed has told since the last
/// call, and returns how many moved on.
///
/// # Errors
/// When the database does not answer; the next call begins where this one did.
pub async fn catch_up(
    db: &Db,
    workspace: WorkspaceId,
    now: Millis,
    ids: &dyn IdSource,
) -> Result<usize, StorageError> {
    let reader = Reader {
        workspace,
        name: "seen",
    };
    let head = feed::head(db.reader()).await?;
    if reader.place(db.reader()).await? >= head {
        return Ok(0);
    }
    let Some(from) = reader.begin(db, now, now.plus(ROUND)).await? else {
        return Ok(0);
    };
    let mut signs: Vec<(i64, i64)> = gather(db.reader(), workspace, from, head)
        .await?
        .into_iter()
        .collect();
    // In the order of the table.
    signs.sort_unstable();
    let mut n_moved = 0;
    for part in signs.chunks(BATCH) {
        let tx = db.begin().await?;
        let ctx = Ctx {
            tx: &tx,
            workspace,
            now,
            ids,
        };
        n_moved += write(ctx, part).await?;
        tx.commit().await?;
        // Whoever waits for the writer comes first.
        tokio::task::yield_now().await;
    }
    let tx = db.begin().await?;
    reader.end(&tx, head).await?;
    tx.commit().await?;
    Ok(n_moved)
}

#[derive(FromQueryResult)]
struct Told {
    xid: i64,
    id: i64,
    profile_id: i64,
    at: i64,
}

/// Reads the latest sign of each customer between two positions.
async fn gather(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    mut after: Cursor,
    up_to: Cursor,
) -> Result<HashMap<i64, i64>, DbErr> {
    let (acted, met) = (ChangeKind::Acted.code(), ChangeKind::Met.code());
    let (between, order) = match Dialect::of(db.get_database_backend()) {
        Dialect::Sqlite => ("id > $2 AND id <= $4 AND $1 = $1 AND $3 = $3", "id"),
        Dialect::Postgres => ("(xid, id) > ($1, $2) AND (xid, id) <= ($3, $4)", "xid, id"),
    };
    let text = format!(
        "SELECT xid, id, profile_id, CASE kind WHEN {acted} THEN written_at ELSE a END AS at FROM feed
         WHERE {between} AND workspace_id = $5 AND kind IN ({acted}, {met}) ORDER BY {order} LIMIT {PAGE}"
    );
    let mut signs: HashMap<i64, i64> = HashMap::new();
    loop {
        let binds = [after.xid, after.id, up_to.xid, up_to.id, workspace.raw()];
        let page: Vec<Told> = sql::all(db, text.as_str(), binds.map(Into::into)).await?;
        for told in &page {
            let last = signs.entry(told.profile_id).or_insert(told.at);
            *last = told.at.max(*last);
        }
        match page.last() {
            Some(last) if page.len() == PAGE as usize => {
                after = Cursor {
                    xid: last.xid,
                    id: last.id,
                };
            }
            _ => return Ok(signs),
        }
    }
}

#[derive(FromQueryResult)]
struct Moved {
    id: i64,
}

/// Moves those on who were seen later than is known; what a merged one did counts for the survivor.
async fn write(ctx: Ctx<'_>, signs: &[(i64, i64)]) -> Result<usize, DbErr> {
    ctx.lock().await?;
    let survivors = survivors(ctx, signs).await?;
    let mut living: HashMap<i64, i64> = HashMap::with_capacity(signs.len());
    for (id, at) in signs {
        let last = living
            .entry(*survivors.get(id).unwrap_or(id))
            .or_insert(*at);
        *last = (*at).max(*last);
    }
    let mut living: Vec<(i64, i64)> = living.into_iter().collect();
    living.sort_unstable();
    let rows = living
        .into_iter()
        .map(|(id, at)| serde_json::json!([id, at]))
        .collect();
    let columns = [("id", Col::Int), ("seen_at", Col::Int)];
    let signs = rowset::rows_of(ctx.tx.dialect(), "$1", &columns);
    // A plus keeps SQLite from walking the whole workspace and reading the list anew for each customer.
    let text = format!(
        "UPDATE profile SET last_seen_at = u.seen_at FROM {signs} u
         WHERE profile.id = u.id AND +profile.workspace_id = $2 AND +profile.state = 0
           AND profile.last_seen_at < u.seen_at - {EXACT_TO} RETURNING profile.id"
    );
    let binds = [rowset::bind(rows), ctx.workspace.raw().into()];
    let moved: Vec<Moved> = sql::all(ctx.tx, text, binds).await?;
    let told: Vec<_> = moved
        .iter()
        .map(|row| ctx.change(row.id, ChangeKind::Seen))
        .collect();
    feed::append(ctx.tx, ctx.now, &told).await?;
    Ok(moved.len())
}

#[derive(FromQueryResult)]
struct Merged {
    id: i64,
    merged_into: i64,
}

/// Returns who has been merged into whom since.
async fn survivors(ctx: Ctx<'_>, signs: &[(i64, i64)]) -> Result<HashMap<i64, i64>, DbErr> {
    let wanted = rowset::ids_of(ctx.tx.dialect(), "$2");
    let text = format!(
        "SELECT p.id, p.merged_into FROM {wanted} u CROSS JOIN profile p
         WHERE p.id = u.id AND p.workspace_id = $1 AND p.merged_into IS NOT NULL"
    );
    let ids = rowset::bind_ids(signs.iter().map(|(id, _)| *id));
    let rows: Vec<Merged> = sql::all(ctx.tx, text, [ctx.workspace.raw().into(), ids]).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, row.merged_into))
        .collect())
}
