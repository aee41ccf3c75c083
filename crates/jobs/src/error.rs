//! Why a job stopped, named for what the worker does next.

use sea_orm::DbErr;
use storage::StorageError;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a job stopped before its end.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// May pass: try again after a growing pause.
    #[error("the job should be tried again")]
    Retry(#[source] Source),
    /// Will not pass: trying again is useless.
    #[error("the job cannot succeed")]
    Fail(#[source] Source),
    /// The lease was lost or the job was cancelled: whoever holds it now decides.
    #[error("the job belongs to another worker or was cancelled")]
    Lost,
}

impl JobError {
    /// Wraps an error that may pass.
    pub fn retry(error: impl Into<Source>) -> Self {
        Self::Retry(error.into())
    }

    /// Wraps an error that will not pass.
    pub fn fail(error: impl Into<Source>) -> Self {
        Self::Fail(error.into())
    }

    /// Returns the error and its causes in one line.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

impl From<DbErr> for JobError {
    fn from(error: DbErr) -> Self {
        Self::Retry(error.into())
    }
}

impl From<StorageError> for JobError {
    fn from(error: StorageError) -> Self {
        Self::Retry(error.into())
    }
}
