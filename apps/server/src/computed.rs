//! Keeping computed attributes: what follows from each customer's history, as it happens.
//!
//! One worker per workspace over all nodes, by a lease in SQL. It reads the change feed with a cursor of its own and
//! computes anew whose orders changed; whom time alone turns it finds by the instant that is stored with her. See
//! `docs/computed-attributes.md`.

mod keeper;

use std::{collections::HashSet, sync::Arc, time::Duration};

use computed::store::lease::LeaseError;
use kernel::{
    id::{IdSource, WorkspaceId},
    time::Clock,
};
use parking_lot::Mutex;
use storage::Db;
use tokio_util::sync::CancellationToken;

use crate::{audience::Audience, state::App};

pub use keeper::{Fault, Keeper, Next};

/// How often new workspaces, and leases that have become free, are looked for.
const LOOK_ROUND: Duration = Duration::from_secs(5);
/// The pause before a database that did not answer is asked again.
const AGAIN: Duration = Duration::from_secs(1);
/// The longest pause: the lease must not run out.
const IDLE: Duration = Duration::from_secs(5);
/// How often the feed is looked at where no index of this process tells that it has moved.
const POLL: Duration = Duration::from_secs(1);

/// What a worker works with.
#[derive(Clone)]
pub struct Means {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Where ids come from.
    pub ids: Arc<dyn IdSource>,
}

/// Keeps the computed attributes of every workspace until the server stops.
pub(crate) fn start(app: &App) {
    let means = Means {
        db: app.db.clone(),
        clock: app.clock.clone(),
        ids: app.ids.clone(),
    };
    let (tasks, stopping) = (app.tasks.clone(), app.stopping.clone());
    let audience = app.audience.clone();
    let kept: Arc<Mutex<HashSet<WorkspaceId>>> = Arc::default();
    app.tasks.spawn(async move {
        loop {
            match access::workspace::list(means.db.reader()).await {
                Ok(workspaces) => {
                    for workspace in workspaces {
                        if kept.lock().insert(workspace.id) {
                            let work = keep(
                                means.clone(),
                                audience.clone(),
                                workspace.id,
                                stopping.clone(),
                            );
                            tasks.spawn(work);
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
async fn keep(
    means: Means,
    audience: Audience,
    workspace: WorkspaceId,
    stopping: CancellationToken,
) {
    while !stopping.is_cancelled() {
        match Keeper::claim(&means, workspace).await {
            Ok(Some(mut keeper)) => work(&means, &audience, &mut keeper, &stopping).await,
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(%error, workspace.id = workspace.raw(), "failed to claim the computed attributes");
            }
        }
        tokio::select! {
            () = stopping.cancelled() => break,
            () = tokio::time::sleep(LOOK_ROUND) => {}
        }
    }
}

async fn work(
    means: &Means,
    audience: &Audience,
    keeper: &mut Keeper,
    stopping: &CancellationToken,
) {
    let workspace = keeper.workspace();
    while !stopping.is_cancelled() {
        // Subscribed before the round: what comes meanwhile wakes the next one.
        let phases = audience.of(workspace);
        let mut phases = phases.map(|follower| follower.phases());
        let longest = if phases.is_some() { IDLE } else { POLL };
        let pause = match keeper.round().await {
            Ok(Next::AtOnce) => {
                tokio::task::yield_now().await;
                continue;
            }
            Ok(Next::At(due)) => {
                let left = due.0.saturating_sub(means.clock.now().0).max(0);
                Duration::from_millis(left.unsigned_abs()).min(longest)
            }
            Ok(Next::Wait) => longest,
            Err(Fault::Lease(LeaseError::Lost)) => {
                tracing::info!(
                    workspace.id = workspace.raw(),
                    "another worker keeps the computed attributes now"
                );
                return;
            }
            Err(fault) => {
                let error = format!("{:#}", anyhow::Error::new(fault));
                tracing::warn!(
                    workspace.id = workspace.raw(),
                    error,
                    "failed to compute attributes; trying again"
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
