//! The audience indexes of this process: one per workspace, each following the change feed.
//!
//! An index begins with its snapshot, or with a scan of the tables where there is none that fits, and goes on
//! by the feed. Every node does so for itself; nothing is written to the database. What is asked while an index
//! is not there is answered by SQL: [`Unavailable`] says why.

mod ask;
mod convert;
mod file;
mod follower;
mod run;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use kernel::{
    feed::Cursor,
    id::WorkspaceId,
    time::{Clock, Millis},
};
use parking_lot::RwLock;
use profiles::changes::Pages;
use sea_orm::DbErr;
use storage::{Db, feed};
use tokio::sync::{Notify, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use ask::{Answered, Asker, Counted, Wanted};
pub use follower::{Begun, Follower, Phase, Present, Standing, State, Unavailable};

/// How often the feed is looked at while it moves.
const POLL: Duration = Duration::from_millis(50);
/// How often when nothing has happened for [`CALM_AFTER`].
const CALM_POLL: Duration = Duration::from_millis(250);
const CALM_AFTER: Duration = Duration::from_secs(5);
/// How often new workspaces are looked for.
const LOOK_ROUND: Duration = Duration::from_secs(5);

/// What the indexes may use.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where snapshots are kept.
    pub folder: PathBuf,
    /// The most bytes that one index may hold.
    pub limit: usize,
    /// How long a snapshot is good for while changes come.
    pub save_every: Duration,
    /// How much a scan reads at once.
    pub pages: Pages,
}

/// The indexes of all workspaces: cheap to clone.
#[derive(Clone)]
pub struct Audience(Arc<Shared>);

struct Shared {
    db: Db,
    clock: Arc<dyn Clock>,
    options: Options,
    /// The newest position of the feed that everybody may read up to.
    head: watch::Sender<Cursor>,
    /// Somebody waits for what was just written.
    hurry: Arc<Notify>,
    followers: RwLock<HashMap<WorkspaceId, Arc<Follower>>>,
    /// Indexes are kept: one that is not there yet will be.
    is_started: AtomicBool,
}

impl Audience {
    /// Makes the shelf; nothing is read before [`Audience::start`].
    pub fn new(db: Db, clock: Arc<dyn Clock>, options: Options) -> Self {
        Self(Arc::new(Shared {
            db,
            clock,
            options,
            head: watch::Sender::new(Cursor::default()),
            hurry: Arc::default(),
            followers: RwLock::default(),
            is_started: AtomicBool::new(false),
        }))
    }

    /// Returns the index of a workspace, once its follower has been started.
    pub fn of(&self, workspace: WorkspaceId) -> Option<Arc<Follower>> {
        self.0.followers.read().get(&workspace).cloned()
    }

    /// Tells why a workspace that has no follower has none: this server keeps no indexes, or has not come to it yet.
    pub fn absent(&self) -> Unavailable {
        if self.0.is_started.load(Ordering::Acquire) {
            Unavailable::Building
        } else {
            Unavailable::Off
        }
    }

    /// Returns how much one index may hold, in bytes.
    pub fn limit(&self) -> usize {
        self.0.options.limit
    }

    /// Returns for how long the oldest unread change has waited, in milliseconds.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lag(&self, workspace: WorkspaceId, position: Cursor) -> Result<i64, DbErr> {
        let reader = self.0.db.reader();
        let first = feed::first_after(reader, workspace, position).await?;
        Ok(first.map_or(0, |mark| (self.0.clock.now().0 - mark.written_at).max(0)))
    }

    /// Keeps an index of every workspace until told to stop; then each is saved.
    pub fn start(&self, tasks: &TaskTracker, stopping: &CancellationToken) {
        self.0.is_started.store(true, Ordering::Release);
        tasks.spawn(watch_feed(self.clone(), stopping.clone()));
        tasks.spawn(look_round(self.clone(), tasks.clone(), stopping.clone()));
    }

    /// Starts the follower of a workspace; one that runs already is returned.
    pub fn follow(
        &self,
        workspace: WorkspaceId,
        tasks: &TaskTracker,
        stopping: &CancellationToken,
    ) -> Arc<Follower> {
        let mut followers = self.0.followers.write();
        let follower = followers.entry(workspace).or_insert_with(|| {
            let now: Millis = self.0.clock.now();
            let follower = Arc::new(Follower::new(workspace, now, Arc::clone(&self.0.hurry)));
            let run = run::Run::new(Arc::clone(&self.0), Arc::clone(&follower));
            tasks.spawn(run.until_stopped(stopping.clone()));
            follower
        });
        Arc::clone(follower)
    }
}

async fn look_round(audience: Audience, tasks: TaskTracker, stopping: CancellationToken) {
    loop {
        match access::workspace::list(audience.0.db.reader()).await {
            Ok(workspaces) => {
                for workspace in workspaces {
                    audience.follow(workspace.id, &tasks, &stopping);
                }
            }
            Err(error) => tracing::warn!(%error, "failed to look for workspaces to index"),
        }
        tokio::select! {
            () = stopping.cancelled() => break,
            () = tokio::time::sleep(LOOK_ROUND) => {}
        }
    }
}

/// Looks where the feed stands, once for all followers.
async fn watch_feed(audience: Audience, stopping: CancellationToken) {
    let shared = audience.0;
    let mut moved_at = Instant::now();
    loop {
        match feed::head(shared.db.reader()).await {
            Ok(head) => {
                let has_moved = shared
                    .head
                    .send_if_modified(|known| std::mem::replace(known, head) != head);
                if has_moved {
                    moved_at = Instant::now();
                }
            }
            Err(error) => tracing::warn!(%error, "failed to look at the change feed"),
        }
        let pause = if moved_at.elapsed() < CALM_AFTER {
            POLL
        } else {
            CALM_POLL
        };
        tokio::select! {
            () = stopping.cancelled() => break,
            () = shared.hurry.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}
