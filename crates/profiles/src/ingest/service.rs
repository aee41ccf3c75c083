//! The writer that requests share: one transaction for what hundreds of messages need.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use kernel::{
    id::{IdSource, WorkspaceId},
    money::Currency,
    time::{Clock, Millis},
};
use sea_orm::{DbErr, FromQueryResult, RuntimeErr, sqlx};
use storage::{Db, StorageError, batch, sql};
use tokio::sync::Mutex;

use super::{
    body::Body,
    gate::TrackingMode,
    prepare,
    refusal::Refusal,
    write::{self, Item, Memory},
};
use crate::{context::Ctx, partition::Partitions, source::Source};

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It was taken (parts of it may be in quarantine).
    Taken,
    /// It was taken before.
    Repeated,
    /// Its person has not agreed to being recorded; it was counted and dropped.
    Dropped,
    /// It was put into quarantine.
    Refused(Refusal),
}

/// Why nothing was taken; the sender should try again.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// More is waiting than the writer can take.
    #[error("too many messages are waiting")]
    Busy,
    /// The database did not take the batch.
    #[error("the messages could not be stored")]
    Unavailable,
    /// The workspace is not there.
    #[error("no such workspace")]
    NoWorkspace,
    /// The database did not answer.
    #[error("failed to read the workspace")]
    Db(#[from] DbErr),
}

/// How much is gathered and how much may wait.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Messages after which a transaction is closed.
    pub batch: usize,
    /// How long the first request waits for company.
    pub wait: Duration,
    /// Messages that may wait before senders are told to slow down.
    pub waiting: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            batch: 1_000,
            wait: Duration::from_millis(5),
            waiting: 20_000,
        }
    }
}

/// Takes tracking messages in; cheap to clone.
#[derive(Clone)]
pub struct IngestService {
    db: Db,
    clock: Arc<dyn Clock>,
    batcher: batch::Batcher<Arc<Work>, Result<Vec<Verdict>, Failed>>,
    waiting: Arc<AtomicUsize>,
    limits: Limits,
}

/// One request's messages.
struct Work {
    workspace: WorkspaceId,
    mode: TrackingMode,
    received: Millis,
    items: Vec<Item>,
}

/// The batch was not stored; the log has the reason.
#[derive(Debug, Clone, Copy)]
struct Failed;

#[derive(FromQueryResult)]
struct Settings {
    currency: String,
    tracking_mode: String,
}

impl IngestService {
    /// Makes the service and the writer task, which the caller spawns. The task ends when the last
    /// handle is dropped and everything handed in is written.
    pub fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        limits: Limits,
    ) -> (Self, impl Future<Output = ()> + Send) {
        let writer = Arc::new(Writer {
            db: db.clone(),
            clock: clock.clone(),
            ids,
            partitions: Partitions::default(),
            memory: Mutex::default(),
        });
        let gather = batch::Limits {
            rows: limits.batch,
            wait: limits.wait,
        };
        let (batcher, task) = batch::Batcher::new(gather, limits.waiting.max(1), move |works| {
            let writer = writer.clone();
            async move { writer.run(works).await }
        });
        (
            Self {
                db,
                clock,
                batcher,
                waiting: Arc::default(),
                limits,
            },
            task,
        )
    }

    /// Takes a request's messages in and waits until they are stored.
    ///
    /// Returns a verdict per message, those that could not be read last.
    ///
    /// # Errors
    /// When too much is waiting, or the database does not take them; then nothing was stored, and
    /// the same request may be sent again.
    pub async fn submit(
        &self,
        workspace: WorkspaceId,
        source: Source,
        body: Body,
    ) -> Result<Vec<Verdict>, IngestError> {
        let n = body.messages.len() + body.refused.len();
        let _place = Place::take(&self.waiting, n, self.limits.waiting).ok_or(IngestError::Busy)?;
        let received = self.clock.now();
        let settings = self
            .settings(workspace)
            .await?
            .ok_or(IngestError::NoWorkspace)?;
        let home = Currency::parse(&settings.currency).unwrap_or(Currency::JPY);
        let read = body
            .messages
            .into_iter()
            .map(|message| prepare::prepare(message, source, received, home));
        let items: Vec<Item> = read.chain(body.refused.into_iter().map(Err)).collect();
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let mode = TrackingMode::parse(&settings.tracking_mode);
        let work = Arc::new(Work {
            workspace,
            mode,
            received,
            items,
        });
        match self.batcher.submit(work, n).await {
            Ok(Ok(verdicts)) => Ok(verdicts),
            Ok(Err(Failed)) | Err(batch::Stopped) => Err(IngestError::Unavailable),
        }
    }

    async fn settings(&self, workspace: WorkspaceId) -> Result<Option<Settings>, DbErr> {
        let text = "SELECT currency, tracking_mode FROM workspace WHERE id = $1";
        sql::one(self.db.reader(), text, [workspace.raw().into()]).await
    }
}

/// Messages that wait, counted down however the wait ends.
struct Place {
    waiting: Arc<AtomicUsize>,
    n: usize,
}

impl Place {
    fn take(waiting: &Arc<AtomicUsize>, n: usize, limit: usize) -> Option<Self> {
        let before = waiting.fetch_add(n, Ordering::AcqRel);
        let place = Self {
            waiting: waiting.clone(),
            n,
        };
        // A single large request passes an empty queue.
        (before == 0 || before + n <= limit).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.waiting.fetch_sub(self.n, Ordering::AcqRel);
    }
}

struct Writer {
    db: Db,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    partitions: Partitions,
    memory: Mutex<Memory>,
}

impl Writer {
    async fn run(&self, works: Vec<Arc<Work>>) -> Vec<Result<Vec<Verdict>, Failed>> {
        match self.write(&works).await {
            Ok(verdicts) => verdicts.into_iter().map(Ok).collect(),
            Err(error) => {
                tracing::warn!(%error, n_requests = works.len(), "failed to store a batch; trying its requests alone");
                self.one_by_one(&works).await
            }
        }
    }

    /// One request must not take those of others down with it.
    async fn one_by_one(&self, works: &[Arc<Work>]) -> Vec<Result<Vec<Verdict>, Failed>> {
        let mut answers = Vec::with_capacity(works.len());
        for work in works {
            let answer = match self.write(std::slice::from_ref(work)).await {
                Ok(mut verdicts) => Ok(verdicts.pop().unwrap_or_default()),
                Err(error) if is_about_data(&error) => self.message_by_message(work).await,
                Err(error) => {
                    tracing::error!(%error, workspace.id = %work.workspace, "failed to store a tracking request");
                    Err(Failed)
                }
            };
            answers.push(answer);
        }
        answers
    }

    /// The database refuses some value: finds the message and puts it aside.
    async fn message_by_message(&self, work: &Work) -> Result<Vec<Verdict>, Failed> {
        let mut verdicts = Vec::with_capacity(work.items.len());
        for item in &work.items {
            let mut outcome = self.write_items(work, vec![item]).await;
            if let (Err(error), Ok(prepared)) = (&outcome, item)
                && is_about_data(error)
            {
                tracing::error!(%error, workspace.id = %work.workspace, "the database refused a message");
                let refused = Err((
                    prepared.raw.clone(),
                    Refusal::BadJson("a value that cannot be stored".to_owned()),
                ));
                outcome = self.write_items(work, vec![&refused]).await;
            }
            verdicts.extend(outcome.map_err(|_| Failed)?);
        }
        Ok(verdicts)
    }

    async fn write_items(
        &self,
        work: &Work,
        items: Vec<&Item>,
    ) -> Result<Vec<Verdict>, StorageError> {
        let mut memory = self.memory.lock().await;
        let tx = self.db.begin().await?;
        let ctx = Ctx {
            tx: &tx,
            workspace: work.workspace,
            now: work.received,
            ids: &*self.ids,
        };
        let written = write::write(ctx, work.mode, items, &mut memory).await;
        let outcome = match written {
            Ok(verdicts) => tx.commit().await.map(|()| verdicts),
            Err(error) => Err(error),
        };
        if outcome.is_err() {
            *memory = Memory::default();
        }
        Ok(outcome?)
    }

    async fn write(&self, works: &[Arc<Work>]) -> Result<Vec<Vec<Verdict>>, StorageError> {
        let now = self.clock.now();
        let times: Vec<Millis> = works
            .iter()
            .flat_map(|work| {
                work.items
                    .iter()
                    .flatten()
                    .map(|message| message.occurred_at)
            })
            .collect();
        self.partitions.ensure(&self.db, now, &times).await?;
        let mut memory = self.memory.lock().await;
        let tx = self.db.begin().await?;
        let outcome = match self.write_all(&tx, works, &mut memory).await {
            Ok(verdicts) => tx.commit().await.map(|()| verdicts),
            Err(error) => Err(error),
        };
        if outcome.is_err() {
            *memory = Memory::default();
        }
        Ok(outcome?)
    }

    async fn write_all(
        &self,
        tx: &storage::Tx,
        works: &[Arc<Work>],
        memory: &mut Memory,
    ) -> Result<Vec<Vec<Verdict>>, DbErr> {
        let mut verdicts = vec![Vec::new(); works.len()];
        // Always in the same order, so that two nodes cannot wait for each other's workspaces.
        let mut order: Vec<(WorkspaceId, usize)> = works
            .iter()
            .enumerate()
            .map(|(at, work)| (work.workspace, at))
            .collect();
        order.sort_unstable();
        for group in order.chunk_by(|a, b| a.0 == b.0) {
            let own: Vec<(usize, &Arc<Work>)> = group
                .iter()
                .filter_map(|(_, at)| Some((*at, works.get(*at)?)))
                .collect();
            let Some((_, last)) = own.last() else {
                continue;
            };
            let ctx = Ctx {
                tx,
                workspace: last.workspace,
                now: last.received,
                ids: &*self.ids,
            };
            let items = own.iter().flat_map(|(_, work)| &work.items).collect();
            let mut answers = write::write(ctx, last.mode, items, memory)
                .await?
                .into_iter();
            for (at, work) in own {
                if let Some(slot) = verdicts.get_mut(at) {
                    *slot = answers.by_ref().take(work.items.len()).collect();
                }
            }
        }
        Ok(verdicts)
    }
}

/// Tells whether the database refused a value, as opposed to being away, full or busy.
fn is_about_data(error: &StorageError) -> bool {
    let StorageError::Db(
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)),
    ) = error
    else {
        return false;
    };
    let sqlx::Error::Database(refusal) = &**inner else {
        return false;
    };
    let code = refusal.code().unwrap_or_default();
    // PostgreSQL's class 22 is "data exception"; 18 and 20 are SQLite's "too big" and "mismatch".
    code.starts_with("22") || code == "18" || code == "20"
}
