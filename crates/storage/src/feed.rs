//! The change feed: every change of a customer, in an order that no late commit can slip behind.
//!
//! On PostgreSQL a row carries its transaction number; a reader takes only rows of transactions older
//! than any that still runs, ordered by (transaction, row). On SQLite the single writer's row number is
//! the order. Rows are written in the transaction that makes the change and kept for seven days.

use kernel::{
    feed::{Change, ChangeKind, Cursor},
    id::{ProfileId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use crate::{
    bulk::{Bulk, ColumnType},
    dialect::Dialect,
    sql,
};

const INSERT: Bulk = Bulk {
    table: "feed",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("profile_id", ColumnType::Int),
        ("kind", ColumnType::Int),
        ("a", ColumnType::Int),
        ("b", ColumnType::Int),
        ("written_at", ColumnType::Int),
    ],
    suffix: "",
};

/// Writes changes in the caller's transaction.
pub async fn append(
    tx: &impl ConnectionTrait,
    now: Millis,
    changes: &[Change],
) -> Result<(), DbErr> {
    let rows = changes
        .iter()
        .map(|change| {
            vec![
                change.workspace.raw().into(),
                change.profile.raw().into(),
                i64::from(change.kind.code()).into(),
                change.a.into(),
                change.b.into(),
                now.0.into(),
            ]
        })
        .collect();
    INSERT.insert(tx, rows).await.map(|_| ())
}

#[derive(FromQueryResult)]
struct Row {
    xid: i64,
    id: i64,
    workspace_id: i64,
    profile_id: i64,
    kind: i16,
    a: i64,
    b: i64,
}

/// Reads up to `limit` changes after a position, each with its own position.
pub async fn read(
    db: &impl ConnectionTrait,
    after: Cursor,
    limit: u32,
) -> Result<Vec<(Cursor, Change)>, DbErr> {
    let text = match Dialect::of(db.get_database_backend()) {
        Dialect::Sqlite => "SELECT xid, id, workspace_id, profile_id, kind, a, b FROM feed WHERE id > $2 AND $1 = $1 ORDER BY id LIMIT $3",
        Dialect::Postgres => {
            "SELECT xid, id, workspace_id, profile_id, kind, a, b FROM feed
             WHERE (xid, id) > ($1, $2) AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
             ORDER BY xid, id LIMIT $3"
        }
    };
    let rows: Vec<Row> = sql::all(
        db,
        text,
        [after.xid.into(), after.id.into(), i64::from(limit).into()],
    )
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            Some((
                Cursor {
                    xid: row.xid,
                    id: row.id,
                },
                Change {
                    workspace: WorkspaceId::from_raw(row.workspace_id),
                    profile: ProfileId::from_raw(row.profile_id),
                    kind: ChangeKind::from_code(row.kind)?,
                    a: row.a,
                    b: row.b,
                },
            ))
        })
        .collect())
}

/// Returns the position of the newest change that every reader may already see.
pub async fn head(db: &impl ConnectionTrait) -> Result<Cursor, DbErr> {
    let text = match Dialect::of(db.get_database_backend()) {
        Dialect::Sqlite => "SELECT xid, id FROM feed ORDER BY id DESC LIMIT 1",
        Dialect::Postgres => {
            "SELECT xid, id FROM feed WHERE xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
             ORDER BY xid DESC, id DESC LIMIT 1"
        }
    };
    let row = db.query_one_raw(sql::statement(db, text, [])).await?;
    row.map_or(Ok(Cursor::default()), |row| {
        Ok(Cursor {
            xid: row.try_get_by_index(0)?,
            id: row.try_get_by_index(1)?,
        })
    })
}

/// Removes up to `limit` rows written before an instant, the oldest first, and returns how many.
pub async fn prune(tx: &impl ConnectionTrait, before: Millis, limit: u32) -> Result<u64, DbErr> {
    let old = match Dialect::of(tx.get_database_backend()) {
        // Rows stand in the order in which they were written, so the search ends at the first young one.
        Dialect::Sqlite => format!(
            "id IN (SELECT f.id FROM (SELECT id, written_at FROM feed ORDER BY id LIMIT {limit}) f WHERE f.written_at < $1)"
        ),
        Dialect::Postgres => {
            format!("ctid = ANY(ARRAY(SELECT ctid FROM feed WHERE written_at < $1 LIMIT {limit}))")
        }
    };
    sql::exec(
        tx,
        format!("DELETE FROM feed WHERE {old}"),
        [before.0.into()],
    )
    .await
}
