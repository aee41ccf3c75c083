//! The worker of one workspace: a round at a time, so that tests turn it by hand.

use kernel::{
    id::WorkspaceId,
    time::{MINUTE, Millis},
};
use sea_orm::DbErr;
use segmentation::{
    At, SegmentError,
    membership::{self, Batch, Lease, MAX_BATCH, Progress, Step, Transition, WriteError},
};
use storage::lease::LeaseError;
use tokio::task::JoinError;

use super::{Indexing, Means, by_index::Due, by_sql::Pace, held::Held};
use crate::{
    audience::{Standing, Unavailable},
    keeping::{self, Keep, Next},
};

/// Why a round ended early. What the worker held in memory is forgotten with it.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The lease: [`LeaseError::Lost`] means to stop, anything else to try again.
    #[error("failed to write memberships")]
    Lease(#[source] LeaseError),
    /// The stored intervals are not those that the worker believed in: try again.
    #[error("failed to write memberships")]
    Astray(#[source] WriteError),
    /// The database did not answer: try again.
    #[error("failed to read what memberships follow from")]
    Db(#[from] DbErr),
    /// The segments could not be read: try again.
    #[error("failed to read the segments")]
    Segments(#[from] SegmentError),
    /// The work broke off: try again.
    #[error("the work on memberships broke off")]
    Broken(#[from] JoinError),
}

impl From<LeaseError> for Fault {
    fn from(error: LeaseError) -> Self {
        Self::Lease(error)
    }
}

impl From<WriteError> for Fault {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Lease(error) => Self::Lease(error),
            WriteError::Astray { .. } => Self::Astray(error),
        }
    }
}

impl keeping::Fault for Fault {
    fn is_lost(&self) -> bool {
        matches!(self, Self::Lease(LeaseError::Lost))
    }
}

/// The worker of one workspace.
pub struct Keeper {
    pub(super) means: Means,
    pub(super) lease: Lease,
    workspace: WorkspaceId,
    /// What is held in memory, as the index numbers customers.
    pub(super) held: Option<Held>,
    /// The minute whose conditions of time have been looked at.
    pub(super) minute: Option<i64>,
    /// What is still to be asked of everybody.
    pub(super) due: Due,
    pub(super) pace: Pace,
}

impl Keep for Keeper {
    type Means = Means;
    type Fault = Fault;
    const WHAT: &'static str = "memberships";

    async fn claim(means: &Means, workspace: WorkspaceId) -> Result<Option<Self>, LeaseError> {
        let now = means.clock.now();
        let lease = Lease::claim(&means.db, workspace, now).await?;
        Ok(lease.map(|lease| Self {
            means: means.clone(),
            lease,
            workspace,
            held: None,
            minute: None,
            due: Due::default(),
            pace: Pace::begun(now),
        }))
    }

    /// Takes in what has changed, and what time has changed. But for a lost lease the next round begins with what is
    /// stored.
    async fn round(&mut self) -> Result<Next, Fault> {
        let now = self.means.clock.now();
        self.lease.renew(&self.means.db, now).await?;
        let next = match self.standing() {
            // Another node's index may have been ahead of ours when it wrote.
            Ok(standing) if standing.position < self.lease.progress.cursor => Next::Wait,
            Ok(standing) => self.by_index(standing, now).await?,
            Err(why) => {
                self.held = None;
                self.by_sql(why, now).await?
            }
        };
        Ok(match next {
            // Conditions that turn by time alone are looked at when a minute begins.
            Next::Wait => Next::At(Millis((now.0.div_euclid(MINUTE) + 1) * MINUTE)),
            other => other,
        })
    }

    async fn release(&mut self) {
        if let Err(error) = self.lease.release(&self.means.db).await {
            // It runs out by itself.
            tracing::debug!(%error, "failed to give the memberships back");
        }
    }
}

impl Keeper {
    fn standing(&self) -> Result<Standing, Option<Unavailable>> {
        match (self.means.audience.of(self.workspace), self.means.indexing) {
            (Some(follower), _) => follower.standing().map_err(Some),
            (None, Indexing::On) => Err(Some(Unavailable::Building)),
            (None, Indexing::Off) => Err(None),
        }
    }

    /// Returns where and when segments are asked.
    pub(super) async fn at(&self, now: Millis) -> Result<At, Fault> {
        let workspace = access::workspace::find(self.means.db.reader(), self.workspace).await;
        let found = workspace.map_err(|error| DbErr::Custom(error.to_string()))?;
        let zone = found.and_then(|workspace| workspace.time_zone.parse().ok());
        Ok(At {
            workspace: self.workspace,
            now,
            zone: zone.unwrap_or(chrono_tz::Tz::Asia__Tokyo),
        })
    }

    /// Tells whether a minute has begun whose conditions of time have not been looked at.
    pub(super) fn is_new_minute(&self, now: Millis) -> bool {
        self.minute != Some(now.0.div_euclid(MINUTE))
    }

    /// Writes transitions in order, a batch a transaction; only the last one moves the progress and takes the step.
    /// `each` hears of every batch that is safe.
    pub(super) async fn write(
        &mut self,
        transitions: &[Transition],
        step: Option<&Step>,
        progress: Progress,
        mut each: impl FnMut(&[Transition]),
    ) -> Result<(), Fault> {
        if transitions.is_empty() && step.is_none() {
            // Kept in memory: it is stored with the next write, or when the lease is renewed.
            self.lease.progress = progress;
            return Ok(());
        }
        let mut rest = transitions;
        loop {
            let (some, others) = rest.split_at(rest.len().min(MAX_BATCH));
            let is_last = others.is_empty();
            let batch = Batch {
                transitions: some,
                step: step.filter(|_| is_last),
                progress: if is_last {
                    progress
                } else {
                    self.lease.progress
                },
            };
            let now = self.means.clock.now();
            let (db, ids) = (&self.means.db, &*self.means.ids);
            membership::write(&mut self.lease, db, ids, now, batch).await?;
            each(some);
            if is_last {
                return Ok(());
            }
            rest = others;
            // Whoever waits for the writer comes first.
            tokio::task::yield_now().await;
        }
    }
}
