//! The right to write the memberships of a workspace: one worker at a time, on whichever node.
//!
//! Each claim takes a number that is one greater than the last (a fencing token: Kleppmann, "How to do distributed
//! locking", 2016). Every write names its number in its own transaction, so a worker that was paused past the end of
//! its lease finds out before it has changed anything.

use kernel::{
    feed::Cursor,
    id::WorkspaceId,
    time::{DAY, Millis, SECOND},
};
use sea_orm::{ConnectionTrait, DbErr};
use storage::{Db, StorageError, feed, sql};

use super::filled::{FILLING, PUT_AWAY};

/// How long the right lasts without being renewed.
const LASTS: i64 = 30 * SECOND;
/// How long before its end it is renewed.
const RENEWED: i64 = 20 * SECOND;
/// The feed is kept for seven days: who has not read for so long begins anew.
const BEHIND: i64 = 6 * DAY;

/// How memberships are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(i16)]
pub enum Way {
    /// Not yet.
    #[default]
    None = 0,
    /// By the audience index: at once.
    Index = 1,
    /// By SQL: every few minutes.
    Sql = 2,
}

impl Way {
    /// Reads a stored number.
    pub(super) const fn from_code(code: i16) -> Self {
        match code {
            1 => Self::Index,
            2 => Self::Sql,
            _ => Self::None,
        }
    }

    /// Returns the name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Index => "index",
            Self::Sql => "sql",
        }
    }
}

/// How far a worker has come: stored with what it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Everything of the feed up to here has been acted upon.
    pub cursor: Cursor,
    /// When the feed had been read to its end.
    pub read_at: Millis,
    /// How memberships are found.
    pub way: Way,
}

/// Why a lease is of no use.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// Another worker holds it, or it is to be claimed anew: stop.
    #[error("another worker keeps the memberships of this workspace")]
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
pub struct Lease {
    pub(super) workspace: WorkspaceId,
    pub(super) fence: i64,
    pub(super) until: Millis,
    /// The instant of the last write.
    pub(super) marked_at: Millis,
    /// How far the holder has come.
    pub progress: Progress,
}

impl Lease {
    /// Claims the memberships of a workspace, unless a live worker has them.
    ///
    /// A worker that comes first, or after so long that the feed no longer holds what it has not read, begins at the
    /// end of the feed, and every segment is filled anew.
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
        // An end that lies further ahead than any lease is of a clock that has been set back since.
        let rows = sql::rows(
            &tx,
            "INSERT INTO membership_worker (workspace_id, fence, lease_until, cursor_xid, cursor_id, marked_at, read_at, way)
             VALUES ($1, 1, $2, $3, $4, 0, $5, 0)
             ON CONFLICT (workspace_id) DO UPDATE SET fence = membership_worker.fence + 1, lease_until = excluded.lease_until
             WHERE membership_worker.lease_until < $5 OR membership_worker.lease_until > $6
             RETURNING fence, cursor_xid, cursor_id, marked_at, read_at",
            [
                workspace.raw().into(),
                now.plus(LASTS).0.into(),
                head.xid.into(),
                head.id.into(),
                now.0.into(),
                now.plus(2 * LASTS).0.into(),
            ],
        )
        .await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let mut progress = Progress {
            cursor: Cursor {
                xid: row.try_get_by_index(1)?,
                id: row.try_get_by_index(2)?,
            },
            read_at: Millis(row.try_get_by_index(4)?),
            way: Way::None,
        };
        if is_behind(progress.read_at, now) {
            forget_fills(&tx, workspace).await?;
            progress.cursor = head;
            progress.read_at = now;
        }
        let lease = Self {
            workspace,
            fence: row.try_get_by_index(0)?,
            until: now.plus(LASTS),
            marked_at: Millis(row.try_get_by_index(3)?),
            progress,
        };
        tx.commit().await?;
        Ok(Some(lease))
    }

    /// Returns the number of the claim.
    pub const fn fence(&self) -> i64 {
        self.fence
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
        self.hold(&tx, now, self.marked_at, self.progress).await?;
        tx.commit().await?;
        self.until = now.plus(LASTS);
        Ok(())
    }

    /// Gives the lease back, so that another worker need not wait for its end.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn release(&mut self, db: &Db) -> Result<(), LeaseError> {
        let tx = db.begin().await?;
        match self
            .hold(&tx, Millis(0), self.marked_at, self.progress)
            .await
        {
            Ok(()) => tx.commit().await?,
            Err(LeaseError::Lost) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    pub(super) fn renewed(&mut self, now: Millis) {
        self.until = now.plus(LASTS);
    }

    /// Proves in a transaction that the lease is still held, and stores how far the holder has come. The row stays
    /// locked until the end of the transaction, so that nobody can claim meanwhile.
    pub(super) async fn hold(
        &self,
        tx: &impl ConnectionTrait,
        now: Millis,
        marked_at: Millis,
        progress: Progress,
    ) -> Result<(), LeaseError> {
        let touched = sql::exec(
            tx,
            "UPDATE membership_worker SET lease_until = $3, cursor_xid = $4, cursor_id = $5, marked_at = $6, read_at = $7, way = $8
             WHERE workspace_id = $1 AND fence = $2",
            [
                self.workspace.raw().into(),
                self.fence.into(),
                now.plus(if now.0 == 0 { 0 } else { LASTS }).0.into(),
                progress.cursor.xid.into(),
                progress.cursor.id.into(),
                marked_at.0.into(),
                progress.read_at.0.into(),
                i64::from(progress.way as i16).into(),
            ],
        )
        .await?;
        if touched == 1 {
            Ok(())
        } else {
            Err(LeaseError::Lost)
        }
    }
}

const fn is_behind(read_at: Millis, now: Millis) -> bool {
    now.0 - read_at.0 > BEHIND
}

/// What was missed is not known any more: every segment is compared with its members as if it were new.
async fn forget_fills(tx: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<(), DbErr> {
    sql::exec(
        tx,
        "UPDATE membership_filled SET rule = $2 WHERE workspace_id = $1 AND rule <> $3",
        [workspace.raw().into(), FILLING.into(), PUT_AWAY.into()],
    )
    .await
    .map(|_| ())
}
