//! The `job` table. Each move names the fencing token, so that a worker that lost its lease changes nothing.

use kernel::{
    id::{IdSource, JobId, WorkspaceId},
    time::{MINUTE, Millis, SECOND},
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Dialect, Value, sql};

use crate::{Job, JobState, NewJob, Progress};

/// The longest pause between two tries.
const MAX_PAUSE: i64 = 10 * MINUTE;
/// The longest error text kept.
const MAX_ERROR_CHARS: usize = 2_000;

const COLUMNS: &str = "id, workspace_id, kind, payload, state, run_at, attempts, max_attempts, lease_token, \
                       progress, last_error, finished_at";

/// What [`enqueue`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enqueued {
    /// A job was added.
    Added(JobId),
    /// A job with the same unique key already waits or runs.
    Already(JobId),
}

impl Enqueued {
    /// Returns the id of the job that will do the work.
    pub const fn id(self) -> JobId {
        match self {
            Self::Added(id) | Self::Already(id) => id,
        }
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    workspace_id: i64,
    kind: String,
    payload: serde_json::Value,
    state: String,
    run_at: i64,
    attempts: i32,
    max_attempts: i32,
    lease_token: Option<i64>,
    progress: Option<serde_json::Value>,
    last_error: Option<String>,
    finished_at: Option<i64>,
}

impl From<Row> for Job {
    fn from(row: Row) -> Self {
        Self {
            id: JobId::from_raw(row.id),
            workspace: WorkspaceId::from_raw(row.workspace_id),
            kind: row.kind,
            payload: row.payload,
            state: JobState::parse(&row.state),
            run_at: Millis(row.run_at),
            attempts: row.attempts,
            max_attempts: row.max_attempts,
            token: row.lease_token,
            progress: row
                .progress
                .and_then(|value| serde_json::from_value(value).ok()),
            last_error: row.last_error,
            finished_at: row.finished_at.map(Millis),
        }
    }
}

/// Adds a job in the caller's transaction, unless one with its unique key already waits or runs.
pub async fn enqueue(
    tx: &impl ConnectionTrait,
    ids: &dyn IdSource,
    now: Millis,
    job: NewJob,
) -> Result<Enqueued, DbErr> {
    let id = ids.next_raw();
    let added = sql::exec(
        tx,
        "INSERT INTO job (id, workspace_id, kind, unique_key, payload, state, run_at, max_attempts, created_at)
         VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $7, $8) ON CONFLICT DO NOTHING",
        [
            id.into(),
            job.workspace.raw().into(),
            job.kind.into(),
            job.unique_key.clone().into(),
            Value::Json(Some(Box::new(job.payload))),
            job.run_at.unwrap_or(now).0.into(),
            job.max_attempts.into(),
            now.0.into(),
        ],
    )
    .await?;
    if added == 1 {
        return Ok(Enqueued::Added(JobId::from_raw(id)));
    }
    let holder = sql::number(
        tx,
        "SELECT id FROM job WHERE workspace_id = $1 AND kind = $2 AND unique_key = $3 AND state IN ('waiting', 'running')",
        [job.workspace.raw().into(), job.kind.into(), job.unique_key.into()],
    )
    .await?;
    Ok(Enqueued::Already(JobId::from_raw(holder)))
}

/// Tells whether a job of this kind could be claimed now; cheap, without a write lock.
pub async fn due(db: &impl ConnectionTrait, kind: &str, now: Millis) -> Result<bool, DbErr> {
    let id = sql::number(
        db,
        "SELECT id FROM job WHERE kind = $1 AND state IN ('waiting', 'running') AND run_at <= $2
         AND (state = 'waiting' OR lease_until < $2) LIMIT 1",
        [kind.into(), now.0.into()],
    )
    .await?;
    Ok(id != 0)
}

/// Takes the job of this kind that has been due longest, or one whose worker let its lease run out.
///
/// `token` must be new for every claim: it is what the holder proves itself with afterwards.
pub async fn claim(
    tx: &impl ConnectionTrait,
    kind: &str,
    token: i64,
    now: Millis,
    lease_ms: i64,
) -> Result<Option<Job>, DbErr> {
    let lock = Dialect::of(tx.get_database_backend()).skip_locked();
    let text = format!(
        "UPDATE job SET state = 'running', attempts = attempts + 1, lease_token = $1, lease_until = $2
         WHERE id = (SELECT id FROM job WHERE kind = $3 AND state IN ('waiting', 'running') AND run_at <= $4
                     AND (state = 'waiting' OR lease_until < $4) ORDER BY run_at, id LIMIT 1{lock})
         RETURNING {COLUMNS}"
    );
    let row: Option<Row> = sql::one(
        tx,
        text,
        [
            token.into(),
            now.plus(lease_ms).0.into(),
            kind.into(),
            now.0.into(),
        ],
    )
    .await?;
    Ok(row.map(Job::from))
}

/// Prolongs the lease; `false` when the caller no longer holds the job.
///
/// Inside the caller's transaction this is a fence: the row stays locked until the commit, so nobody can
/// take the job over or cancel it in between.
pub async fn heartbeat(
    tx: &impl ConnectionTrait,
    id: JobId,
    token: i64,
    until: Millis,
) -> Result<bool, DbErr> {
    let touched = sql::exec(
        tx,
        "UPDATE job SET lease_until = $1 WHERE id = $2 AND lease_token = $3 AND state = 'running'",
        [until.0.into(), id.raw().into(), token.into()],
    )
    .await?;
    Ok(touched == 1)
}

/// Stores how far the job has come; `false` when the caller no longer holds it.
pub async fn report(
    tx: &impl ConnectionTrait,
    id: JobId,
    token: i64,
    progress: &Progress,
) -> Result<bool, DbErr> {
    let json = serde_json::to_value(progress).map_err(|error| DbErr::Json(error.to_string()))?;
    let touched = sql::exec(
        tx,
        "UPDATE job SET progress = $1 WHERE id = $2 AND lease_token = $3 AND state = 'running'",
        [
            Value::Json(Some(Box::new(json))),
            id.raw().into(),
            token.into(),
        ],
    )
    .await?;
    Ok(touched == 1)
}

/// Ends a job well, or lets it wait for `again` with its tries counted anew; `false` when it is held by another.
pub async fn finish(
    tx: &impl ConnectionTrait,
    id: JobId,
    token: i64,
    now: Millis,
    again: Option<Millis>,
) -> Result<bool, DbErr> {
    let touched = match again {
        None => {
            sql::exec(
                tx,
                "UPDATE job SET state = 'done', finished_at = $1, lease_token = NULL, lease_until = NULL,
                 last_error = NULL WHERE id = $2 AND lease_token = $3 AND state = 'running'",
                [now.0.into(), id.raw().into(), token.into()],
            )
            .await?
        }
        Some(at) => {
            sql::exec(
                tx,
                "UPDATE job SET state = 'waiting', run_at = $1, attempts = 0, lease_token = NULL, lease_until = NULL,
                 last_error = NULL WHERE id = $2 AND lease_token = $3 AND state = 'running'",
                [at.0.into(), id.raw().into(), token.into()],
            )
            .await?
        }
    };
    Ok(touched == 1)
}

/// Lets a job wait for its next try, or gives it up when it has no try left or `is_final`.
///
/// Returns the state it has now, `None` when the caller no longer holds it.
pub async fn retry_or_fail(
    tx: &impl ConnectionTrait,
    job: &Job,
    now: Millis,
    error: &str,
    finality: Finality,
) -> Result<Option<JobState>, DbErr> {
    let given_up = finality == Finality::Final || job.attempts >= job.max_attempts;
    let state = if given_up {
        JobState::Failed
    } else {
        JobState::Waiting
    };
    let error: String = error.chars().take(MAX_ERROR_CHARS).collect();
    let touched = sql::exec(
        tx,
        "UPDATE job SET state = $1, run_at = $2, finished_at = $3, last_error = $4, lease_token = NULL, lease_until = NULL
         WHERE id = $5 AND lease_token = $6 AND state = 'running'",
        [
            state.as_str().into(),
            now.plus(if given_up { 0 } else { pause(job) }).0.into(),
            given_up.then_some(now.0).into(),
            error.into(),
            job.id.raw().into(),
            job.token.into(),
        ],
    )
    .await?;
    Ok((touched == 1).then_some(state))
}

/// Whether a failed try may be followed by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finality {
    /// While tries are left.
    MayPass,
    /// Never.
    Final,
}

/// 1, 2, 4, 8 … seconds, at most ten minutes, spread by up to a quarter so that jobs that failed together
/// do not come back together.
fn pause(job: &Job) -> i64 {
    let doublings = u32::try_from(job.attempts.clamp(1, 20) - 1).unwrap_or(0);
    let base = (SECOND << doublings).min(MAX_PAUSE);
    base + job.id.raw().rem_euclid(64) * base / 256
}

/// Cancels a job that waits or runs; a running handler notices at its next fence or heartbeat.
pub async fn cancel(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: JobId,
    now: Millis,
) -> Result<bool, DbErr> {
    let touched = sql::exec(
        tx,
        "UPDATE job SET state = 'cancelled', finished_at = $1, lease_token = NULL, lease_until = NULL
         WHERE id = $2 AND workspace_id = $3 AND state IN ('waiting', 'running')",
        [now.0.into(), id.raw().into(), workspace.raw().into()],
    )
    .await?;
    Ok(touched == 1)
}

/// Finds a job of a workspace.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: JobId,
) -> Result<Option<Job>, DbErr> {
    let row: Option<Row> = sql::one(
        db,
        format!("SELECT {COLUMNS} FROM job WHERE id = $1 AND workspace_id = $2"),
        [id.raw().into(), workspace.raw().into()],
    )
    .await?;
    Ok(row.map(Job::from))
}

/// Finds the newest job of a kind and unique key, whatever its state.
pub async fn latest(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    kind: &str,
    unique_key: &str,
) -> Result<Option<Job>, DbErr> {
    let row: Option<Row> = sql::one(
        db,
        format!(
            "SELECT {COLUMNS} FROM job WHERE workspace_id = $1 AND kind = $2 AND unique_key = $3 ORDER BY id DESC LIMIT 1"
        ),
        [workspace.raw().into(), kind.into(), unique_key.into()],
    )
    .await?;
    Ok(row.map(Job::from))
}
