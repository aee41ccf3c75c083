//! What a caller can do about a failure.

use kernel::page::BadCursor;
use sea_orm::DbErr;
use storage::StorageError;

/// Why a number could not be given.
#[derive(Debug, thiserror::Error)]
pub enum AnalyticsError {
    /// There is no such campaign in the workspace.
    #[error("there is no such campaign")]
    NotFound,
    /// The position of the page was not made by this server.
    #[error(transparent)]
    Cursor(#[from] BadCursor),
    /// The database refused or was away.
    #[error("the database did not answer as expected")]
    Storage(#[from] StorageError),
}

impl From<DbErr> for AnalyticsError {
    fn from(error: DbErr) -> Self {
        Self::Storage(error.into())
    }
}
