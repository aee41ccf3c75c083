//! The right to follow the feed and write for a workspace: one worker of each kind at a time, on whichever node.
//!
//! Each claim takes a number that is one greater than the last (a fencing token: Kleppmann, "How to do distributed
//! locking", 2016). Every write proves its number in its own transaction, so a worker that was paused past the end of
//! its lease finds out before it has changed anything.

use kernel::{
    feed::Cursor,
    id::WorkspaceId,
    time::{DAY, Millis, SECOND},
};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use crate::{Db, StorageError, feed, sql};

/// How long the right lasts without being renewed.
const LASTS: i64 = 30 * SECOND;
/// How long before its end it is renewed.
const RENEWED: i64 = 20 * SECOND;
/// The feed is kept for seven days: who has not read for so long begins anew.
const BEHIND: i64 = 6 * DAY;

/// What one kind of worker stores beside what all have: `workspace_id`, `fence`, `lease_until`, `cursor_xid`,
/// `cursor_id` and `read_at`.
pub trait Own: Copy + Default + Send + Sync {
    /// Its table, with one row a workspace.
    const TABLE: &'static str;
    /// Its own columns, stored with every write.
    const COLUMNS: &'static [&'static str];
    /// Columns that begin at 0 and that the lease leaves alone.
    const COUNTERS: &'static [&'static str];
    /// Run for workspace `$1` when the feed no longer holds what was missed: everything is to be looked at anew.
    const ANEW: &'static str;

    /// Returns what its columns hold, in their order.
    fn values(&self) -> Vec<Value>;

    /// Reads its columns by name.
    ///
    /// # Errors
    /// When a column is not as expected.
    fn read(row: &QueryResult) -> Result<Self, DbErr>;
}

/// How far a worker has come: stored with what it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<O> {
    /// Everything of the feed up to here has been acted upon.
    pub cursor: Cursor,
    /// When the feed had been read to its end.
    pub read_at: Millis,
    /// What only this kind of worker stores.
    pub own: O,
}

/// Why a lease is of no use.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// Another worker holds it, or it is to be claimed anew: stop.
    #[error("another worker has this workspace")]
    Lost,
    /// The database did not answer: try again.
    #[error("the database did not answer as expected")]
    Db(#[from] DbErr),
    /// A transaction could not be begun: try again.
    #[error("the database did not answer as expected")]
    Storage(#[from] StorageError),
}

/// The right to write, and how far its holder has come.
#[derive(Debug, Clone)]
pub struct Lease<O> {
    workspace: WorkspaceId,
    fence: i64,
    until: Millis,
    /// How far the holder has come.
    pub progress: Progress<O>,
}

impl<O: Own> Lease<O> {
    /// Claims a workspace, unless a live worker has it. A worker that comes first begins at the end of the feed, and so
    /// does one that comes after so long that the feed no longer holds what it has not read; see [`Own::ANEW`].
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn claim(
        db: &Db,
        workspace: WorkspaceId,
        now: Millis,
    ) -> Result<Option<Self>, LeaseError> {
        let head = feed::head(db.reader()).await?;
        let tx = db.begin().await?;
        let mut binds: Vec<Value> = vec![
            workspace.raw().into(),
            now.plus(LASTS).0.into(),
            head.xid.into(),
            head.id.into(),
            now.0.into(),
            now.plus(2 * LASTS).0.into(),
        ];
        binds.extend(O::default().values());
        let rows = sql::rows(&tx, claiming::<O>(), binds).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let mut progress = Progress {
            cursor: Cursor {
                xid: row.try_get("", "cursor_xid")?,
                id: row.try_get("", "cursor_id")?,
            },
            read_at: Millis(row.try_get("", "read_at")?),
            own: O::read(row)?,
        };
        if is_behind(progress.read_at, now) {
            sql::exec(&tx, O::ANEW, [workspace.raw().into()]).await?;
            progress.cursor = head;
            progress.read_at = now;
        }
        let lease = Self {
            workspace,
            fence: row.try_get("", "fence")?,
            until: now.plus(LASTS),
            progress,
        };
        tx.commit().await?;
        Ok(Some(lease))
    }

    /// Returns whose it is.
    pub const fn workspace(&self) -> WorkspaceId {
        self.workspace
    }

    /// Holds the lease for longer when its end is near, and stores how far the holder has come.
    ///
    /// # Errors
    /// [`LeaseError::Lost`] when another worker has it, or when the holder slept for so long that the feed may no
    /// longer hold what it has not read.
    pub async fn renew(&mut self, db: &Db, now: Millis) -> Result<(), LeaseError> {
        if is_behind(self.progress.read_at, now) {
            self.release(db).await?;
            return Err(LeaseError::Lost);
        }
        let left = self.until.0 - now.0;
        if (RENEWED..=2 * LASTS).contains(&left) {
            return Ok(());
        }
        self.keep(db, now).await
    }

    /// Holds the lease for longer, and stores how far the holder has come.
    ///
    /// # Errors
    /// [`LeaseError::Lost`] when another worker has it.
    pub async fn keep(&mut self, db: &Db, now: Millis) -> Result<(), LeaseError> {
        let tx = db.begin().await?;
        self.hold(&tx, now, self.progress).await?;
        tx.commit().await?;
        self.moved(now, self.progress);
        Ok(())
    }

    /// Gives the lease back, so that another worker need not wait for its end.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn release(&mut self, db: &Db) -> Result<(), LeaseError> {
        let tx = db.begin().await?;
        match self.prove(&tx, Millis(0), self.progress).await {
            Ok(()) => tx.commit().await?,
            Err(LeaseError::Lost) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Proves in a transaction that the lease is still held, and stores how far the holder comes with it. The row stays
    /// locked until the end of the transaction, so that nobody can claim meanwhile. Once it is committed the holder
    /// calls [`Lease::moved`].
    ///
    /// # Errors
    /// [`LeaseError::Lost`] when another worker has it.
    pub async fn hold(
        &self,
        tx: &impl ConnectionTrait,
        now: Millis,
        progress: Progress<O>,
    ) -> Result<(), LeaseError> {
        self.prove(tx, now.plus(LASTS), progress).await
    }

    /// Takes over what a committed transaction stored.
    pub fn moved(&mut self, now: Millis, progress: Progress<O>) {
        self.until = now.plus(LASTS);
        self.progress = progress;
    }

    async fn prove(
        &self,
        tx: &impl ConnectionTrait,
        until: Millis,
        progress: Progress<O>,
    ) -> Result<(), LeaseError> {
        let own: Vec<String> = (7..)
            .zip(O::COLUMNS)
            .map(|(place, column)| format!("{column} = ${place}"))
            .collect();
        let text = format!(
            "UPDATE {} SET lease_until = $3, cursor_xid = $4, cursor_id = $5, read_at = $6, {}
             WHERE workspace_id = $1 AND fence = $2",
            O::TABLE,
            own.join(", ")
        );
        let mut binds: Vec<Value> = vec![
            self.workspace.raw().into(),
            self.fence.into(),
            until.0.into(),
            progress.cursor.xid.into(),
            progress.cursor.id.into(),
            progress.read_at.0.into(),
        ];
        binds.extend(progress.own.values());
        if sql::exec(tx, text, binds).await? == 1 {
            Ok(())
        } else {
            Err(LeaseError::Lost)
        }
    }
}

/// An end that lies further ahead than any lease is of a clock that has been set back since.
fn claiming<O: Own>() -> String {
    let (table, columns) = (O::TABLE, O::COLUMNS.join(", "));
    let first = [O::COLUMNS, O::COUNTERS].concat().join(", ");
    let places = (7..).zip(O::COLUMNS).map(|(place, _)| format!("${place}"));
    let zeroes = O::COUNTERS.iter().map(|_| "0".to_owned());
    let values: Vec<String> = places.chain(zeroes).collect();
    let values = values.join(", ");
    format!(
        "INSERT INTO {table} (workspace_id, fence, lease_until, cursor_xid, cursor_id, read_at, {first})
         VALUES ($1, 1, $2, $3, $4, $5, {values})
         ON CONFLICT (workspace_id) DO UPDATE SET fence = {table}.fence + 1, lease_until = excluded.lease_until
         WHERE {table}.lease_until < $5 OR {table}.lease_until > $6
         RETURNING fence, cursor_xid, cursor_id, read_at, {columns}"
    )
}

const fn is_behind(read_at: Millis, now: Millis) -> bool {
    now.0 - read_at.0 > BEHIND
}
