//! The change feed: every change of a customer, in an order that no late commit can slip behind.
//!
//! On PostgreSQL a row carries its transaction number; a reader takes only rows of transactions older
//! than any that still runs, ordered by (transaction, row). On SQLite the single writer's row number is
//! the order. Rows are written in the transaction that makes the change and kept for seven days.

pub mod reader;

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
    Ok(rows.into_iter().filter_map(Row::into_change).collect())
}

/// Changes of one workspace, as far as a reader was let.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// What changed, in order.
    pub changes: Vec<Change>,
    /// The position up to which everything of the workspace has been read.
    pub position: Cursor,
}

/// Reads up to `limit` changes of a workspace after a position and up to another that [`head`] returned.
///
/// # Errors
/// When the database does not answer.
pub async fn read_of(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    after: Cursor,
    up_to: Cursor,
    limit: u32,
) -> Result<Stretch, DbErr> {
    let (rows, position) = marks_of(db, workspace, after, up_to, limit).await?;
    Ok(Stretch {
        changes: rows.iter().filter_map(Mark::change).collect(),
        position,
    })
}

/// As [`read_of`], with when each row was written.
///
/// # Errors
/// When the database does not answer.
pub async fn marks_of(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    after: Cursor,
    up_to: Cursor,
    limit: u32,
) -> Result<(Vec<Mark>, Cursor), DbErr> {
    let text = match Dialect::of(db.get_database_backend()) {
        Dialect::Sqlite => format!(
            "{MARK} WHERE id > $2 AND id <= $4 AND $1 = $1 AND $3 = $3 AND workspace_id = $5
             ORDER BY id LIMIT $6"
        ),
        Dialect::Postgres => format!(
            "{MARK} WHERE (xid, id) > ($1, $2) AND (xid, id) <= ($3, $4) AND workspace_id = $5
             ORDER BY xid, id LIMIT $6"
        ),
    };
    let binds = [
        after.xid.into(),
        after.id.into(),
        up_to.xid.into(),
        up_to.id.into(),
        workspace.raw().into(),
        i64::from(limit).into(),
    ];
    let rows: Vec<Mark> = sql::all(db, text, binds).await?;
    let is_all = rows.len() < limit as usize;
    let last = rows.last().map(Mark::position);
    let position = last.filter(|_| !is_all).unwrap_or(up_to);
    Ok((rows, position))
}

impl Row {
    fn into_change(self) -> Option<(Cursor, Change)> {
        let position = Cursor {
            xid: self.xid,
            id: self.id,
        };
        let change = Change {
            workspace: WorkspaceId::from_raw(self.workspace_id),
            profile: ProfileId::from_raw(self.profile_id),
            kind: ChangeKind::from_code(self.kind)?,
            a: self.a,
            b: self.b,
        };
        Some((position, change))
    }
}

/// A row of the feed, whole: by it a reader that comes back tells the feed that it left from another one.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Mark {
    /// Transaction number.
    pub xid: i64,
    /// Row number.
    pub id: i64,
    /// Workspace.
    pub workspace_id: i64,
    /// Customer.
    pub profile_id: i64,
    /// Stored number of the kind.
    pub kind: i16,
    /// First detail.
    pub a: i64,
    /// Second detail.
    pub b: i64,
    /// When it was written, in milliseconds.
    pub written_at: i64,
}

impl Mark {
    /// Returns the change that it tells of; none for a kind that is not known.
    pub const fn change(&self) -> Option<Change> {
        let Some(kind) = ChangeKind::from_code(self.kind) else {
            return None;
        };
        Some(Change {
            workspace: WorkspaceId::from_raw(self.workspace_id),
            profile: ProfileId::from_raw(self.profile_id),
            kind,
            a: self.a,
            b: self.b,
        })
    }

    /// Returns where the row stands.
    pub const fn position(&self) -> Cursor {
        Cursor {
            xid: self.xid,
            id: self.id,
        }
    }

    /// Returns the whole row as numbers, to be kept in a file and compared.
    pub fn numbers(&self) -> [i64; 8] {
        [
            self.xid,
            self.id,
            self.workspace_id,
            self.profile_id,
            i64::from(self.kind),
            self.a,
            self.b,
            self.written_at,
        ]
    }
}

const MARK: &str = "SELECT xid, id, workspace_id, profile_id, kind, a, b, written_at FROM feed";

/// Returns the row at a position, if it is still kept.
///
/// # Errors
/// When the database does not answer.
pub async fn mark(db: &impl ConnectionTrait, at: Cursor) -> Result<Option<Mark>, DbErr> {
    let text = format!("{MARK} WHERE xid = $1 AND id = $2");
    sql::one(db, text, [at.xid.into(), at.id.into()]).await
}

/// Returns the first row of a workspace after a position: how long it has waited is how far a reader lags.
///
/// # Errors
/// When the database does not answer.
pub async fn first_after(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    after: Cursor,
) -> Result<Option<Mark>, DbErr> {
    let text = match Dialect::of(db.get_database_backend()) {
        Dialect::Sqlite => {
            format!("{MARK} WHERE id > $2 AND $1 = $1 AND workspace_id = $3 ORDER BY id LIMIT 1")
        }
        Dialect::Postgres => {
            format!(
                "{MARK} WHERE (xid, id) > ($1, $2) AND workspace_id = $3 ORDER BY xid, id LIMIT 1"
            )
        }
    };
    let binds = [after.xid.into(), after.id.into(), workspace.raw().into()];
    sql::one(db, text, binds).await
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
    first_position(db, text).await
}

/// Returns the position of the newest change that has been committed: everything that was committed before the call
/// stands at or before it. A reader may have to wait for it, since a transaction that began earlier still runs.
///
/// # Errors
/// When the database does not answer.
pub async fn newest(db: &impl ConnectionTrait) -> Result<Cursor, DbErr> {
    let text = match Dialect::of(db.get_database_backend()) {
        Dialect::Sqlite => "SELECT xid, id FROM feed ORDER BY id DESC LIMIT 1",
        Dialect::Postgres => "SELECT xid, id FROM feed ORDER BY xid DESC, id DESC LIMIT 1",
    };
    first_position(db, text).await
}

async fn first_position(db: &impl ConnectionTrait, text: &'static str) -> Result<Cursor, DbErr> {
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
