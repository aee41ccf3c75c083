//! What a job is.

use kernel::{
    id::{JobId, WorkspaceId},
    time::Millis,
};
use serde::Serialize;
use serde_json::Value;

use crate::{JobError, Progress};

/// How often a job is tried when nothing else is said.
const DEFAULT_ATTEMPTS: i32 = 10;

/// A job to be enqueued.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// The workspace it works for.
    pub workspace: WorkspaceId,
    /// Which handler runs it.
    pub kind: &'static str,
    /// At most one job per (workspace, kind, key) waits or runs.
    pub unique_key: Option<String>,
    /// What the handler needs to know; never personal data.
    pub payload: Value,
    /// When it becomes due; at once when absent.
    pub run_at: Option<Millis>,
    /// How many times it may be started before it is given up.
    pub max_attempts: i32,
}

impl NewJob {
    /// Makes a job that is due at once.
    pub fn new(
        workspace: WorkspaceId,
        kind: &'static str,
        payload: &impl Serialize,
    ) -> Result<Self, JobError> {
        Ok(Self {
            workspace,
            kind,
            unique_key: None,
            payload: serde_json::to_value(payload).map_err(JobError::fail)?,
            run_at: None,
            max_attempts: DEFAULT_ATTEMPTS,
        })
    }

    /// Lets at most one job with this key wait or run.
    #[must_use]
    pub fn unique(mut self, key: impl Into<String>) -> Self {
        self.unique_key = Some(key.into());
        self
    }

    /// Makes it due at an instant.
    #[must_use]
    pub fn at(mut self, run_at: Millis) -> Self {
        self.run_at = Some(run_at);
        self
    }

    /// Limits how many times it may be started.
    #[must_use]
    pub fn attempts(mut self, max: i32) -> Self {
        self.max_attempts = max;
        self
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Not yet due, or due and not yet taken.
    Waiting,
    /// Held by a worker.
    Running,
    /// Ended well.
    Done,
    /// Given up.
    Failed,
    /// Stopped by a person.
    Cancelled,
}

impl JobState {
    /// Returns the stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the stored word; an unknown one counts as failed.
    pub(crate) fn parse(word: &str) -> Self {
        match word {
            "waiting" => Self::Waiting,
            "running" => Self::Running,
            "done" => Self::Done,
            "cancelled" => Self::Cancelled,
            _ => Self::Failed,
        }
    }
}

/// A job as stored.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// The workspace it works for.
    pub workspace: WorkspaceId,
    /// Which handler runs it.
    pub kind: String,
    /// What the handler needs to know.
    pub payload: Value,
    /// Where it stands.
    pub state: JobState,
    /// When it becomes, or became, due.
    pub run_at: Millis,
    /// How many times it was started since it last said "again".
    pub attempts: i32,
    /// How many starts it has.
    pub max_attempts: i32,
    /// The fencing token of the present holder.
    pub token: Option<i64>,
    /// How far it has come, as last reported.
    pub progress: Option<Progress>,
    /// Why the last start ended early.
    pub last_error: Option<String>,
    /// When it ended.
    pub finished_at: Option<Millis>,
}
