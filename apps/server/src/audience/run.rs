//! The life of one index: begin, follow, compact, save.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use index::{Batch, Index, IndexError, Limit, Slack};
use kernel::{feed::Cursor, time::DAY};
use profiles::changes::{self, Scan, Touched};
use sea_orm::DbErr;
use storage::feed;
use tokio::{sync::Mutex, task::JoinError, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    Shared, convert,
    file::Files,
    follower::{Begun, Follower, State},
};

/// Rows of the feed that are read at once.
const BATCH: u32 = 2_000;
/// The pause before a database that did not answer is asked again.
const AGAIN: Duration = Duration::from_secs(1);
/// A step that took less is one of a quiet server.
const SHORT: Duration = Duration::from_millis(5);
/// The longest rest after a step.
const LONG: Duration = Duration::from_millis(250);
/// After so long without a look at the feed (a machine that slept) it may have been pruned meanwhile.
const LONG_ABSENCE: i64 = DAY;

/// Why following ended.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("the database did not answer")]
    Db(#[from] DbErr),
    #[error("the index does not fit")]
    TooLarge(IndexError),
    #[error("the feed no longer holds what comes next")]
    Behind,
    #[error("the work on the index broke off")]
    Broken(#[from] JoinError),
}

/// How much may gather before the index is compacted, and who waits for it.
#[derive(Debug, Clone, Copy)]
enum Pace {
    /// Nobody asks yet: packed at once, in as little room as it can be.
    Loading,
    /// Compacted aside, and early, so that queries stay fast.
    Following,
}

pub(super) struct Run {
    shared: Arc<Shared>,
    follower: Arc<Follower>,
    is_compacting: Arc<AtomicBool>,
    /// The position of the last snapshot; held while one is written.
    saved: Mutex<Option<Cursor>>,
}

impl Run {
    pub(super) fn new(shared: Arc<Shared>, follower: Arc<Follower>) -> Self {
        Self {
            shared,
            follower,
            is_compacting: Arc::default(),
            saved: Mutex::default(),
        }
    }

    /// Keeps the index until told to stop, then saves it.
    pub(super) async fn until_stopped(self, stopping: CancellationToken) {
        let run = Arc::new(self);
        let is_following = tokio::select! {
            () = stopping.cancelled() => run.follower.phase().state == State::Following,
            () = run.live() => false,
        };
        if is_following {
            run.save().await;
        }
        run.enter(State::Stopped);
    }

    /// Begins and follows, again and again; ends never.
    async fn live(self: &Arc<Self>) {
        let workspace = self.follower.workspace().raw();
        loop {
            self.enter(State::Building);
            let begun = self.begin().await;
            let fault = match begun {
                Ok(()) => self.follow().await,
                Err(fault) => fault,
            };
            match fault {
                Fault::TooLarge(error) => {
                    self.give_up(error);
                    std::future::pending::<Infallible>().await;
                }
                Fault::Behind => {
                    tracing::warn!(
                        workspace.id = workspace,
                        "the audience index fell behind the feed: building it anew"
                    );
                    continue;
                }
                Fault::Db(_) | Fault::Broken(_) => {
                    let error = format!("{:#}", anyhow::Error::new(fault));
                    tracing::error!(
                        workspace.id = workspace,
                        error,
                        "failed to build the audience index"
                    );
                }
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    fn enter(&self, state: State) {
        self.follower.enter(state, self.shared.clock.now());
    }

    fn files(&self) -> Files {
        Files::new(&self.shared.options.folder, self.follower.workspace())
    }

    /// Frees what did not fit in the end.
    fn give_up(&self, error: IndexError) {
        let used = match error {
            IndexError::MemoryLimit { used, .. } => used,
            IndexError::TooMany { .. } => self.follower.memory().total(),
        };
        tracing::error!(
            workspace.id = self.follower.workspace().raw(),
            index.bytes = used,
            "the audience index does not fit into audience.memory_limit_mb: SQL answers instead"
        );
        // The state first: nobody may take the empty index for one that answers.
        self.enter(State::TooLarge { used });
        self.follower.replace(Arc::default());
    }

    /// Loads the snapshot or scans the tables, then takes in what has happened since.
    async fn begin(&self) -> Result<(), Fault> {
        let (shared, limit) = (&self.shared, Limit(self.shared.options.limit));
        let workspace = self.follower.workspace().raw();
        let loaded = self
            .files()
            .load(&shared.db, shared.clock.now(), limit)
            .await;
        match loaded {
            Ok(index) => {
                self.follower.reach(index.view().position());
                self.follower.replace(Arc::new(index));
                self.follower.has_begun(Begun::Snapshot);
            }
            Err(why) => {
                if let Some(used) = why.too_large() {
                    let limit = limit.0;
                    return Err(Fault::TooLarge(IndexError::MemoryLimit { used, limit }));
                }
                let reason = format!("{:#}", anyhow::Error::new(why));
                tracing::info!(
                    workspace.id = workspace,
                    reason,
                    "building the audience index from the tables, not from its snapshot"
                );
                self.build(limit).await?;
                self.follower.has_begun(Begun::Tables);
            }
        }
        let head = feed::head(shared.db.reader()).await?;
        self.catch_up(head).await?;
        self.enter(State::Following);
        let (people, events) = self.follower.counts();
        tracing::info!(
            workspace.id = workspace,
            people,
            events,
            "the audience index follows"
        );
        Ok(())
    }

    async fn build(&self, limit: Limit) -> Result<(), Fault> {
        let reader = self.shared.db.reader();
        // What changes while the tables are read comes after this, and is read again.
        let position = feed::head(reader).await?;
        self.follower.replace(Arc::new(Index::new(limit)));
        let mut scan = Scan::new(self.follower.workspace(), self.shared.options.pages);
        while let Some(state) = scan.next(reader).await? {
            self.apply(state, None, Pace::Loading).await?;
        }
        self.apply(changes::State::default(), Some(position), Pace::Loading)
            .await?;
        let index = self.follower.index();
        tokio::task::spawn_blocking(move || index.pack()).await?;
        self.follower.reach(position);
        Ok(())
    }

    /// Takes in what comes; returns why it ended.
    async fn follow(self: &Arc<Self>) -> Fault {
        let mut heads = self.shared.head.subscribe();
        let mut saved_at = Instant::now();
        let mut looked_at = self.shared.clock.now();
        loop {
            let head = *heads.borrow_and_update();
            let now = self.shared.clock.now();
            let began = Instant::now();
            match self.step(head, now.0 - looked_at.0 > LONG_ABSENCE).await {
                Ok(()) => looked_at = now,
                Err(Fault::Db(error)) => {
                    tracing::warn!(%error, "failed to follow the change feed; trying again");
                    tokio::time::sleep(AGAIN).await;
                    continue;
                }
                Err(fault) => return fault,
            }
            tokio::time::sleep(rest_after(began.elapsed())).await;
            let due = saved_at + self.shared.options.save_every;
            if due <= Instant::now() {
                saved_at = Instant::now();
                let run = Arc::clone(self);
                // Changes go on while the file is written.
                tokio::spawn(async move { run.save().await });
            }
            tokio::select! {
                moved = heads.changed() => if moved.is_err() {
                    std::future::pending::<Infallible>().await;
                },
                () = tokio::time::sleep_until(due) => {}
            }
        }
    }

    async fn step(&self, head: Cursor, was_away: bool) -> Result<(), Fault> {
        if was_away {
            let mark = feed::mark(self.shared.db.reader(), self.follower.phase().position);
            if mark.await?.is_none() {
                return Err(Fault::Behind);
            }
        }
        self.catch_up(head).await
    }

    /// Reads on up to a position.
    async fn catch_up(&self, head: Cursor) -> Result<(), Fault> {
        let (reader, workspace) = (self.shared.db.reader(), self.follower.workspace());
        loop {
            let position = self.follower.phase().position;
            if position >= head {
                return Ok(());
            }
            let stretch = feed::read_of(reader, workspace, position, head, BATCH).await?;
            if !stretch.changes.is_empty() {
                let touched = Touched::by(&stretch.changes);
                let state = changes::load(reader, workspace, &touched).await?;
                self.apply(state, Some(stretch.position), Pace::Following)
                    .await?;
            }
            self.follower.reach(stretch.position);
        }
    }

    /// Takes a state in, off the threads that serve; makes room first when there is none.
    async fn apply(
        &self,
        state: changes::State,
        position: Option<Cursor>,
        pace: Pace,
    ) -> Result<(), Fault> {
        let index = self.follower.index();
        let work = move || {
            if index.apply(convert::batch(&state, position)).is_err() {
                // What gathers beside the base is larger than what it becomes.
                index.compact();
                index
                    .apply(convert::batch(&state, position))
                    .map_err(Fault::TooLarge)?;
            }
            match pace {
                Pace::Loading if index.is_slack(&Slack::LOADING) => index.pack(),
                Pace::Following if index.is_slack(&Slack::FOLLOWING) => return Ok(Some(index)),
                Pace::Loading | Pace::Following => {}
            }
            Ok(None)
        };
        let slack: Result<Option<Arc<Index>>, Fault> = tokio::task::spawn_blocking(work).await?;
        if let Some(index) = slack?
            && !self.is_compacting.swap(true, Ordering::AcqRel)
        {
            let is_compacting = Arc::clone(&self.is_compacting);
            tokio::task::spawn_blocking(move || {
                index.compact_aside();
                is_compacting.store(false, Ordering::Release);
            });
        }
        Ok(())
    }

    /// Writes the snapshot unless it is of now; a failure costs time at the next start and nothing else.
    async fn save(&self) {
        let mut saved = self.saved.lock().await;
        let position = self.follower.phase().position;
        if *saved == Some(position) {
            return;
        }
        let workspace = self.follower.workspace().raw();
        match self.try_save(position).await {
            Ok(()) => {
                *saved = Some(position);
                tracing::debug!(workspace.id = workspace, "the audience index is saved");
            }
            Err(error) => {
                let error = format!("{error:#}");
                tracing::warn!(
                    workspace.id = workspace,
                    error,
                    "failed to save the audience index"
                );
            }
        }
    }

    async fn try_save(&self, position: Cursor) -> anyhow::Result<()> {
        let reader = self.shared.db.reader();
        let Some(before) = feed::mark(reader, position).await? else {
            // Nothing has ever happened, or not for a week: there is no row to recognise the feed by.
            return Ok(());
        };
        let (files, index) = (self.files(), self.follower.index());
        let write = move || {
            if index.view().position() < position {
                index.apply(Batch {
                    changes: Vec::new(),
                    position: Some(position),
                })?;
            }
            files.save(&index)
        };
        let length = tokio::task::spawn_blocking(write).await??;
        // Whatever the file holds was in the tables before this row became visible.
        let head = feed::head(reader).await?;
        let after = feed::mark(reader, head).await?;
        self.files()
            .prove(&before, &after.unwrap_or_else(|| before.clone()), length)
    }
}

/// Returns how long to leave a busy server to those who write: three times what the step took. Meanwhile more changes
/// gather, and many together cost less than each for itself.
fn rest_after(step: Duration) -> Duration {
    if step < SHORT {
        Duration::ZERO
    } else {
        (step * 3).min(LONG)
    }
}
