//! From the feed to the outbox, a round at a time.

use std::collections::BTreeSet;

use kernel::id::WorkspaceId;
use sea_orm::DbErr;
use storage::{feed, lease::LeaseError};
use webhooks::{EventType, Lease, Progress, outbox, source, webhook};

use super::Means;
use crate::keeping::{self, Keep, Next};

/// Rows of the feed that are read at once.
const ROWS: u32 = 2_000;

/// Why a round ended early; the next one begins with what is stored.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The lease: [`LeaseError::Lost`] means to stop, anything else to try again.
    #[error("failed to write the outbox of webhooks")]
    Lease(#[from] LeaseError),
    /// The database did not answer: try again.
    #[error("failed to read what webhooks are told of")]
    Db(#[from] DbErr),
}

impl keeping::Fault for Fault {
    fn is_lost(&self) -> bool {
        matches!(self, Self::Lease(LeaseError::Lost))
    }
}

/// The reader of one workspace.
pub struct Keeper {
    means: Means,
    lease: Lease,
    workspace: WorkspaceId,
}

impl Keep for Keeper {
    type Means = Means;
    type Fault = Fault;
    const WHAT: &'static str = "outbox of webhooks";

    async fn claim(means: &Means, workspace: WorkspaceId) -> Result<Option<Self>, LeaseError> {
        let lease = Lease::claim(&means.db, workspace, means.clock.now()).await?;
        Ok(lease.map(|lease| Self {
            means: means.clone(),
            lease,
            workspace,
        }))
    }

    async fn round(&mut self) -> Result<Next, Fault> {
        let now = self.means.clock.now();
        let db = self.means.db.clone();
        self.lease.renew(&db, now).await?;
        let head = feed::head(db.reader()).await?;
        while self.lease.progress.cursor < head {
            let from = self.lease.progress.cursor;
            let webhooks = webhook::list(db.reader(), self.workspace).await?;
            let wanted: BTreeSet<EventType> = EventType::ALL
                .into_iter()
                .filter(|event| webhooks.iter().any(|webhook| webhook.wants(*event)))
                .collect();
            let (rows, cursor) = if wanted.is_empty() {
                (Vec::new(), head)
            } else {
                feed::marks_of(db.reader(), self.workspace, from, head, ROWS).await?
            };
            let told = source::read(db.reader(), self.workspace, &rows, &wanted).await?;
            let progress = Progress {
                cursor,
                ..self.lease.progress
            };
            if told.is_empty() {
                // Kept in memory: it is stored with the next write, or when the lease is renewed.
                self.lease.progress = progress;
            } else {
                let batch = (&webhooks[..], &told[..], progress);
                outbox::write(&mut self.lease, &db, &*self.means.ids, now, batch).await?;
            }
            // Whoever waits for the writer comes first.
            tokio::task::yield_now().await;
        }
        self.lease.progress.read_at = now;
        Ok(Next::Wait)
    }

    async fn release(&mut self) {
        if let Err(error) = self.lease.release(&self.means.db).await {
            // It runs out by itself.
            tracing::debug!(%error, "failed to give the outbox of webhooks back");
        }
    }
}
