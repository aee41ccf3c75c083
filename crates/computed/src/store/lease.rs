//! The right to compute for a workspace: one worker at a time, on whichever node, as memberships have it.
//!
//! Each claim takes a number that is one greater than the last, and every write proves its number in its own
//! transaction; so a worker that was paused past the end of its lease finds out before it has changed anything.

use kernel::{
    feed::Cursor,
    id::WorkspaceId,
    time::{DAY, Millis, SECOND},
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Db, StorageError, feed, sql};

use super::definition::Definition;

/// How long the right lasts without being renewed.
const LASTS: i64 = 30 * SECOND;
/// How long before its end it is renewed.
const RENEWED: i64 = 20 * SECOND;
/// The feed is kept for seven days: who has not read for so long begins anew.
const BEHIND: i64 = 6 * DAY;

/// Why a lease is of no use.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// Another worker holds it, or it is to be claimed anew: stop.
    #[error("another worker computes for this workspace")]
    Lost,
    /// The database did not answer: try again.
    #[error("the database did not answer as expected")]
    Db(#[from] DbErr),
    /// A transaction could not be begun: try again.
    #[error("the database did not answer as expected")]
    Storage(#[from] StorageError),
}

/// How far a worker has come: stored with what it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Everything of the feed up to here has been acted upon.
    pub cursor: Cursor,
    /// When the feed had been read to its end.
    pub read_at: Millis,
    /// How far everybody has been computed by the present rules; none when everybody has.
    pub fill: Option<Fill>,
    /// How many have been.
    pub n_filled: i64,
}

/// A walk through everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fill {
    /// Up to which profile they have been computed.
    pub after: i64,
    /// The newest profile when the rules changed; later ones come by the feed.
    pub until: i64,
}

impl Fill {
    /// Tells whether a customer is still to be computed by the present rules.
    pub(super) const fn waits(self, profile: i64) -> bool {
        profile > self.after && profile <= self.until
    }
}

/// The right to write, and how far its holder has come.
#[derive(Debug, Clone)]
pub struct Lease {
    pub(super) workspace: WorkspaceId,
    fence: i64,
    until: Millis,
    /// How far the holder has come.
    pub progress: Progress,
}

#[derive(FromQueryResult)]
struct Row {
    fence: i64,
    cursor_xid: i64,
    cursor_id: i64,
    read_at: i64,
    fill_after: Option<i64>,
    fill_until: i64,
    n_filled: i64,
}

impl Lease {
    /// Claims a workspace, unless a live worker has it. A worker that comes first begins at the end of the feed; after
    /// so long that the feed no longer holds what was missed, everybody is computed anew, and silently.
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
        let text = "INSERT INTO computed_worker
              (workspace_id, fence, lease_until, cursor_xid, cursor_id, read_at, fill_until, n_filled)
            VALUES ($1, 1, $2, $3, $4, $5, 0, 0)
            ON CONFLICT (workspace_id) DO UPDATE SET fence = computed_worker.fence + 1, lease_until = excluded.lease_until
            WHERE computed_worker.lease_until < $5 OR computed_worker.lease_until > $6
            RETURNING fence, cursor_xid, cursor_id, read_at, fill_after, fill_until, n_filled";
        let binds = [
            workspace.raw().into(),
            now.plus(LASTS).0.into(),
            head.xid.into(),
            head.id.into(),
            now.0.into(),
            now.plus(2 * LASTS).0.into(),
        ];
        let row: Option<Row> = sql::one(&tx, text, binds).await?;
        let Some(row) = row else { return Ok(None) };
        let mut progress = Progress {
            cursor: Cursor {
                xid: row.cursor_xid,
                id: row.cursor_id,
            },
            read_at: Millis(row.read_at),
            fill: row.fill_after.map(|after| Fill {
                after,
                until: row.fill_until,
            }),
            n_filled: row.n_filled,
        };
        if is_behind(progress.read_at, now) {
            let text = "UPDATE computed_attribute SET basis = '' WHERE workspace_id = $1";
            sql::exec(&tx, text, [workspace.raw().into()]).await?;
            progress.cursor = head;
            progress.read_at = now;
        }
        tx.commit().await?;
        Ok(Some(Self {
            workspace,
            fence: row.fence,
            until: now.plus(LASTS),
            progress,
        }))
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
        let tx = db.begin().await?;
        self.hold(&tx, now, self.progress).await?;
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
        match self.hold(&tx, Millis(0), self.progress).await {
            Ok(()) => tx.commit().await?,
            Err(LeaseError::Lost) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Takes over what definitions follow from now: each gets a new epoch, and everybody is to be computed.
    ///
    /// # Errors
    /// [`LeaseError::Lost`] when another worker has it.
    pub async fn adopt(
        &mut self,
        db: &Db,
        now: Millis,
        changed: &[(&Definition, String)],
    ) -> Result<(), LeaseError> {
        let tx = db.begin().await?;
        let text = "SELECT MAX(id) FROM profile WHERE workspace_id = $1 AND state = 0";
        let until = sql::number(&tx, text, [self.workspace.raw().into()]).await?;
        let progress = Progress {
            fill: Some(Fill { after: 0, until }),
            n_filled: 0,
            ..self.progress
        };
        self.hold(&tx, now, progress).await?;
        for (definition, basis) in changed {
            let text = "UPDATE computed_attribute SET basis = $1, epoch = epoch + 1 WHERE id = $2 AND workspace_id = $3";
            let binds = [
                basis.clone().into(),
                definition.id.into(),
                self.workspace.raw().into(),
            ];
            sql::exec(&tx, text, binds).await?;
        }
        let text = "UPDATE computed_worker SET fill_begun_at = $2, filled_at = NULL WHERE workspace_id = $1";
        sql::exec(&tx, text, [self.workspace.raw().into(), now.0.into()]).await?;
        tx.commit().await?;
        self.progress = progress;
        self.until = now.plus(LASTS);
        Ok(())
    }

    pub(super) fn moved(&mut self, now: Millis, progress: Progress) {
        self.until = now.plus(LASTS);
        self.progress = progress;
    }

    /// Proves in a transaction that the lease is still held, and stores how far the holder has come. The row stays
    /// locked until the end of the transaction, so that nobody can claim meanwhile.
    pub(super) async fn hold(
        &self,
        tx: &impl ConnectionTrait,
        now: Millis,
        progress: Progress,
    ) -> Result<(), LeaseError> {
        let until = if now.0 == 0 { now } else { now.plus(LASTS) };
        let text = "UPDATE computed_worker SET lease_until = $3, cursor_xid = $4, cursor_id = $5, read_at = $6,
              filled_at = CASE WHEN fill_after IS NOT NULL AND CAST($7 AS BIGINT) IS NULL THEN $10 ELSE filled_at END,
              fill_after = $7, fill_until = $8, n_filled = $9
            WHERE workspace_id = $1 AND fence = $2";
        let binds = [
            self.workspace.raw().into(),
            self.fence.into(),
            until.0.into(),
            progress.cursor.xid.into(),
            progress.cursor.id.into(),
            progress.read_at.0.into(),
            progress.fill.map(|fill| fill.after).into(),
            progress.fill.map_or(0, |fill| fill.until).into(),
            progress.n_filled.into(),
            now.0.into(),
        ];
        if sql::exec(tx, text, binds).await? == 1 {
            Ok(())
        } else {
            Err(LeaseError::Lost)
        }
    }
}

const fn is_behind(read_at: Millis, now: Millis) -> bool {
    now.0 - read_at.0 > BEHIND
}

/// How far the values of a workspace are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Whether everybody has been computed by the present rules.
    pub is_whole: bool,
    /// How many have been.
    pub n_filled: i64,
    /// When that began.
    pub begun_at: Option<Millis>,
    /// When everybody had been computed.
    pub filled_at: Option<Millis>,
    /// Up to when everything that happened has been taken in; none before the first round.
    pub read_at: Option<Millis>,
}

/// Tells how far the values of a workspace are.
///
/// # Errors
/// When the database does not answer.
pub async fn standing(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<Standing, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        fill_after: Option<i64>,
        n_filled: i64,
        fill_begun_at: Option<i64>,
        filled_at: Option<i64>,
        read_at: i64,
    }
    let text = "SELECT fill_after, n_filled, fill_begun_at, filled_at, read_at FROM computed_worker WHERE workspace_id = $1";
    let row: Option<Row> = sql::one(db, text, [workspace.raw().into()]).await?;
    Ok(row.map_or_else(Standing::default, |row| Standing {
        is_whole: row.fill_after.is_none(),
        n_filled: row.n_filled,
        begun_at: row.fill_begun_at.map(Millis),
        filled_at: row.filled_at.map(Millis),
        read_at: Some(Millis(row.read_at)),
    }))
}
