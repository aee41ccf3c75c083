//! Keeping memberships: who enters and leaves which segment, as it happens.
//!
//! One worker per workspace over all nodes, by a lease in SQL. It reads the change feed with a cursor of its own
//! and asks the audience index; where the index cannot be asked, SQL answers every few minutes. What it holds in
//! memory is what the open intervals say, and is read anew whenever a write has failed. See `docs/membership.md`.

mod by_index;
mod by_sql;
mod held;
mod judge;
mod keeper;

use std::{collections::HashSet, sync::Arc, time::Duration};

use kernel::{
    id::{IdSource, WorkspaceId},
    time::{Clock, MINUTE},
};
use parking_lot::Mutex;
use segmentation::membership::LeaseError;
use storage::Db;
use tokio_util::sync::CancellationToken;

use crate::{audience::Audience, state::App};

pub use keeper::{Fault, Keeper, Next};

/// How often new workspaces, and leases that have become free, are looked for.
const LOOK_ROUND: Duration = Duration::from_secs(5);
/// The pause before a database that did not answer is asked again.
const AGAIN: Duration = Duration::from_secs(1);
/// How often a worker looks round without being woken: its lease must not run out.
const IDLE: Duration = Duration::from_secs(5);

/// Whether this process keeps audience indexes at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Indexing {
    /// It does; one that is not there yet will come.
    On,
    /// It does not.
    Off,
}

/// What a worker works with.
#[derive(Clone)]
pub struct Means {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Where ids come from.
    pub ids: Arc<dyn IdSource>,
    /// The indexes.
    pub audience: Audience,
    /// Whether there are any.
    pub indexing: Indexing,
}

impl Means {
    /// Takes them from the application.
    pub fn of(app: &App) -> Self {
        Self {
            db: app.db.clone(),
            clock: app.clock.clone(),
            ids: app.ids.clone(),
            audience: app.audience.clone(),
            indexing: if app.config.audience.enabled {
                Indexing::On
            } else {
                Indexing::Off
            },
        }
    }
}

/// Keeps the memberships of every workspace until the server stops.
pub(crate) fn start(app: &App) {
    let (means, tasks, stopping) = (Means::of(app), app.tasks.clone(), app.stopping.clone());
    let kept: Arc<Mutex<HashSet<WorkspaceId>>> = Arc::default();
    app.tasks.spawn(async move {
        loop {
            match access::workspace::list(means.db.reader()).await {
                Ok(workspaces) => {
                    for workspace in workspaces {
                        if kept.lock().insert(workspace.id) {
                            tasks.spawn(keep(means.clone(), workspace.id, stopping.clone()));
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "failed to look for workspaces"),
            }
            tokio::select! {
                () = stopping.cancelled() => break,
                () = tokio::time::sleep(LOOK_ROUND) => {}
            }
        }
    });
}

/// Claims the workspace again and again, and works as long as the claim holds.
async fn keep(means: Means, workspace: WorkspaceId, stopping: CancellationToken) {
    while !stopping.is_cancelled() {
        match Keeper::claim(&means, workspace).await {
            Ok(Some(mut keeper)) => work(&means, &mut keeper, &stopping).await,
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(%error, workspace.id = workspace.raw(), "failed to claim the memberships");
            }
        }
        tokio::select! {
            () = stopping.cancelled() => break,
            () = tokio::time::sleep(LOOK_ROUND) => {}
        }
    }
}

async fn work(means: &Means, keeper: &mut Keeper, stopping: &CancellationToken) {
    let workspace = keeper.workspace();
    while !stopping.is_cancelled() {
        // Subscribed before the round: what comes meanwhile wakes the next one.
        let phases = means.audience.of(workspace);
        let mut phases = phases.map(|follower| follower.phases());
        let pause = match keeper.round().await {
            Ok(Next::AtOnce) => {
                tokio::task::yield_now().await;
                continue;
            }
            Ok(Next::Wait) => until_next_minute(means).min(IDLE),
            Err(Fault::Lease(LeaseError::Lost)) => {
                tracing::info!(
                    workspace.id = workspace.raw(),
                    "another worker keeps the memberships now"
                );
                return;
            }
            Err(fault) => {
                let error = format!("{:#}", anyhow::Error::new(fault));
                tracing::warn!(
                    workspace.id = workspace.raw(),
                    error,
                    "failed to keep memberships; trying again"
                );
                AGAIN
            }
        };
        let moved = async {
            match &mut phases {
                Some(phases) => drop(phases.changed().await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = stopping.cancelled() => {}
            () = moved => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    keeper.release().await;
}

/// Conditions that turn by time alone are looked at when a minute begins.
fn until_next_minute(means: &Means) -> Duration {
    let into = means.clock.now().0.rem_euclid(MINUTE);
    Duration::from_millis((MINUTE - into).unsigned_abs())
}
