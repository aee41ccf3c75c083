//! Workers that follow the change feed and keep something of every workspace true: one a workspace and kind over all
//! nodes, by a lease in SQL.

use std::{collections::HashSet, future::Future, time::Duration};

use kernel::{id::WorkspaceId, time::Millis};
use storage::lease::LeaseError;

use crate::state::App;

/// How often new workspaces, and leases that have become free, are looked for.
const LOOK_ROUND: Duration = Duration::from_secs(5);
/// The pause before a database that did not answer is asked again.
const AGAIN: Duration = Duration::from_secs(1);
/// The longest pause: the lease must not run out.
const IDLE: Duration = Duration::from_secs(5);
/// How often the feed is looked at where no index of this process tells that it has moved.
const POLL: Duration = Duration::from_secs(1);

/// When the next round is worth it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// There is more to do.
    AtOnce,
    /// When something has changed, or at the latest then.
    At(Millis),
    /// When something has changed.
    Wait,
}

/// Why a round ended early.
pub trait Fault: std::error::Error + Send + Sync + 'static {
    /// Tells whether the lease is another worker's now: stop.
    fn is_lost(&self) -> bool;
}

/// A worker of one workspace that holds the lease.
pub trait Keep: Sized + Send + 'static {
    /// What it works with.
    type Means: Clone + Send + Sync + 'static;
    /// Why a round ended early.
    type Fault: Fault;
    /// What it keeps, for the log.
    const WHAT: &'static str;

    /// Claims a workspace, unless another live worker has it.
    fn claim(
        means: &Self::Means,
        workspace: WorkspaceId,
    ) -> impl Future<Output = Result<Option<Self>, LeaseError>> + Send;

    /// Takes in what has changed.
    fn round(&mut self) -> impl Future<Output = Result<Next, Self::Fault>> + Send;

    /// Lets another worker begin at once.
    fn release(&mut self) -> impl Future<Output = ()> + Send;
}

/// Keeps every workspace until the server stops.
pub(crate) fn start<K: Keep>(app: &App, means: K::Means) {
    let keeping = app.clone();
    app.tasks.spawn(async move {
        let app = keeping;
        let mut kept: HashSet<WorkspaceId> = HashSet::new();
        loop {
            match access::workspace::list(app.db.reader()).await {
                Ok(workspaces) => {
                    for workspace in workspaces {
                        if kept.insert(workspace.id) {
                            let work = keep::<K>(app.clone(), means.clone(), workspace.id);
                            app.tasks.spawn(work);
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "failed to look for workspaces"),
            }
            tokio::select! {
                () = app.stopping.cancelled() => break,
                () = tokio::time::sleep(LOOK_ROUND) => {}
            }
        }
    });
}

/// Claims the workspace again and again, and works as long as the claim holds.
async fn keep<K: Keep>(app: App, means: K::Means, workspace: WorkspaceId) {
    while !app.stopping.is_cancelled() {
        match K::claim(&means, workspace).await {
            Ok(Some(mut keeper)) => work(&app, &mut keeper, workspace).await,
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(%error, workspace.id = workspace.raw(), "failed to claim the {}", K::WHAT);
            }
        }
        tokio::select! {
            () = app.stopping.cancelled() => break,
            () = tokio::time::sleep(LOOK_ROUND) => {}
        }
    }
}

async fn work<K: Keep>(app: &App, keeper: &mut K, workspace: WorkspaceId) {
    while !app.stopping.is_cancelled() {
        // Subscribed before the round: what comes meanwhile wakes the next one.
        let phases = app.audience.of(workspace);
        let mut phases = phases.map(|follower| follower.phases());
        let longest = if phases.is_some() { IDLE } else { POLL };
        let pause = match keeper.round().await {
            Ok(Next::AtOnce) => {
                tokio::task::yield_now().await;
                continue;
            }
            Ok(Next::At(due)) => {
                let left = due.0.saturating_sub(app.clock.now().0).max(0);
                Duration::from_millis(left.unsigned_abs()).min(longest)
            }
            Ok(Next::Wait) => longest,
            Err(fault) if fault.is_lost() => {
                tracing::info!(
                    workspace.id = workspace.raw(),
                    "another worker keeps the {} now",
                    K::WHAT
                );
                return;
            }
            Err(fault) => {
                let error = format!("{:#}", anyhow::Error::new(fault));
                tracing::warn!(
                    workspace.id = workspace.raw(),
                    error,
                    "failed to keep the {}; trying again",
                    K::WHAT
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
            () = app.stopping.cancelled() => {}
            () = moved => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    keeper.release().await;
}
