//! Runs jobs: one loop per handler, so that a long import never keeps a send waiting.

use std::{sync::Arc, time::Duration};

use kernel::{
    id::IdSource,
    time::{Clock, MINUTE, Millis},
};
use serde::de::DeserializeOwned;
use storage::{Db, Tx};
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Finality, Job, JobError, Progress, async_trait, store};

/// How long a loop waits for work before it looks by itself.
const POLL: Duration = Duration::from_secs(1);

/// How a run of a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The work is done.
    Done,
    /// There is more to do: run again at this instant, with the tries counted anew.
    Again(Millis),
}

/// Runs the jobs of one kind.
#[async_trait]
pub trait JobHandler: Send + Sync {
    /// The kind of job this runs.
    fn kind(&self) -> &'static str;

    /// Does the work. It may be started again after a crash, so every write goes with [`JobContext::fence`].
    async fn run(&self, ctx: &JobContext) -> Result<Outcome, JobError>;

    /// Learns, in the transaction that records it, that the job was given up.
    async fn given_up(&self, _tx: &Tx, _job: &Job, _error: &str) -> Result<(), JobError> {
        Ok(())
    }

    /// How many jobs of this kind one server runs at once.
    fn concurrency(&self) -> usize {
        1
    }

    /// How long a job is held without a sign of life before another worker may take it over.
    fn lease_ms(&self) -> i64 {
        MINUTE
    }
}

/// What a running job works with.
pub struct JobContext {
    job: Job,
    token: i64,
    lease_ms: i64,
    db: Db,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
}

impl JobContext {
    /// Returns the job.
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// Returns the database.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Returns the present instant.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Reads the payload; one that does not parse will never parse.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, JobError> {
        serde_json::from_value(self.job.payload.clone()).map_err(JobError::fail)
    }

    /// Tells whether the server is going down: stop at the next good place and return [`Outcome::Again`].
    pub fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Proves in the caller's transaction that this worker still holds the job, and prolongs the lease.
    pub async fn fence(&self, tx: &Tx) -> Result<(), JobError> {
        let until = self.now().plus(self.lease_ms);
        if store::heartbeat(tx, self.job.id, self.token, until).await? {
            Ok(())
        } else {
            Err(JobError::Lost)
        }
    }

    /// Stores how far the job has come, in the caller's transaction.
    pub async fn report(&self, tx: &Tx, progress: &Progress) -> Result<(), JobError> {
        if store::report(tx, self.job.id, self.token, progress).await? {
            Ok(())
        } else {
            Err(JobError::Lost)
        }
    }

    /// Signs of life while the handler works; ends only when the job is no longer ours.
    async fn beat(&self) {
        let every =
            Duration::from_millis(u64::try_from(self.lease_ms / 3).unwrap_or(1_000).max(10));
        loop {
            tokio::time::sleep(every).await;
            let until = self.now().plus(self.lease_ms);
            let alive = async {
                let tx = self.db.begin().await?;
                let alive = store::heartbeat(&tx, self.job.id, self.token, until).await?;
                tx.commit().await?;
                Ok::<bool, JobError>(alive)
            };
            match alive.await {
                Ok(true) => {}
                Ok(false) => return,
                // The database may be away for a while; the lease outlives several beats.
                Err(error) => {
                    tracing::warn!(job.id = %self.job.id, error = error.chain(), "no sign of life for job {}", self.job.id);
                }
            }
        }
    }
}

/// Tells sleeping workers that there is work; cheap to clone.
#[derive(Clone, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    /// Wakes the workers of this process. Call it after the commit; without it they look once a second.
    pub fn wake(&self) {
        self.0.notify_waiters();
    }
}

/// Runs the jobs of its registered handlers.
#[derive(Clone)]
pub struct Worker {
    db: Db,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    handlers: Vec<Arc<dyn JobHandler>>,
    wake: Wake,
}

impl Worker {
    /// Makes a worker without handlers.
    pub fn new(db: Db, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        Self {
            db,
            clock,
            ids,
            handlers: Vec::new(),
            wake: Wake::default(),
        }
    }

    /// Registers a handler.
    #[must_use]
    pub fn with(mut self, handler: Arc<dyn JobHandler>) -> Self {
        self.handlers.push(handler);
        self
    }

    /// Returns the handle that wakes this worker.
    pub fn wake(&self) -> Wake {
        self.wake.clone()
    }

    /// Runs what is due until nothing is, and returns how many runs that took. Tests call it after turning the clock.
    pub async fn run_due(&self) -> Result<usize, JobError> {
        let stop = CancellationToken::new();
        let mut n = 0;
        loop {
            let before = n;
            for handler in &self.handlers {
                while self.run_one(handler, &stop).await? {
                    n += 1;
                }
            }
            if n == before {
                return Ok(n);
            }
        }
    }

    /// Runs jobs until `stop` is cancelled and every running handler has returned.
    pub async fn run(&self, stop: CancellationToken) {
        let loops = TaskTracker::new();
        for handler in &self.handlers {
            for _ in 0..handler.concurrency() {
                let (worker, handler, stop) = (self.clone(), handler.clone(), stop.clone());
                loops.spawn(async move { worker.serve(&handler, &stop).await });
            }
        }
        loops.close();
        loops.wait().await;
    }

    async fn serve(&self, handler: &Arc<dyn JobHandler>, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            match self.run_one(handler, stop).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(
                        job.kind = handler.kind(),
                        error = error.chain(),
                        "failed to look for {} jobs",
                        handler.kind()
                    );
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.wake.0.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// Claims and runs one job; `false` when none is due.
    async fn run_one(
        &self,
        handler: &Arc<dyn JobHandler>,
        stop: &CancellationToken,
    ) -> Result<bool, JobError> {
        let now = self.clock.now();
        if !store::due(self.db.reader(), handler.kind(), now).await? {
            return Ok(false);
        }
        let token = self.ids.next_raw();
        let tx = self.db.begin().await?;
        let claimed = store::claim(&tx, handler.kind(), token, now, handler.lease_ms()).await?;
        tx.commit().await?;
        let Some(job) = claimed else { return Ok(false) };
        let ctx = JobContext {
            token,
            lease_ms: handler.lease_ms(),
            db: self.db.clone(),
            clock: self.clock.clone(),
            stop: stop.clone(),
            job,
        };
        let result = if ctx.job.attempts > ctx.job.max_attempts {
            Err(JobError::fail("its worker died every time"))
        } else {
            tokio::select! {
                result = handler.run(&ctx) => result,
                () = ctx.beat() => Err(JobError::Lost),
            }
        };
        self.settle(handler, &ctx, result).await?;
        Ok(true)
    }

    async fn settle(
        &self,
        handler: &Arc<dyn JobHandler>,
        ctx: &JobContext,
        result: Result<Outcome, JobError>,
    ) -> Result<(), JobError> {
        let (id, now) = (ctx.job.id, self.clock.now());
        let error = match result {
            Err(JobError::Lost) => {
                tracing::info!(job.id = %id, "job {id} was cancelled or taken over");
                return Ok(());
            }
            Ok(outcome) => {
                let again = if let Outcome::Again(at) = outcome {
                    Some(at)
                } else {
                    None
                };
                let tx = self.db.begin().await?;
                store::finish(&tx, id, ctx.token, now, again).await?;
                return Ok(tx.commit().await?);
            }
            Err(error) => error,
        };
        let finality = if matches!(error, JobError::Fail(_)) {
            Finality::Final
        } else {
            Finality::MayPass
        };
        let text = error.chain();
        let tx = self.db.begin().await?;
        let state = store::retry_or_fail(&tx, &ctx.job, now, &text, finality).await?;
        if state == Some(crate::JobState::Failed) {
            tracing::error!(job.id = %id, job.kind = ctx.job.kind, error = text, "gave up job {id}");
            handler.given_up(&tx, &ctx.job, &text).await?;
        } else {
            tracing::warn!(job.id = %id, job.kind = ctx.job.kind, error = text, "job {id} will be tried again");
        }
        Ok(tx.commit().await?)
    }
}
