//! What a caller can do about a failure.

use kernel::{invalid::Invalid, page::BadCursor};
use sea_orm::DbErr;
use segmentation::SegmentError;
use storage::StorageError;

/// Why a number could not be given.
#[derive(Debug, thiserror::Error)]
pub enum AnalyticsError {
    /// There is no such campaign in the workspace.
    #[error("there is no such campaign")]
    NotFound,
    /// The question cannot be asked; each place is named.
    #[error("the question is not valid")]
    Invalid(#[from] Invalid),
    /// The position of the page was not made by this server.
    #[error(transparent)]
    Cursor(#[from] BadCursor),
    /// The database refused or was away.
    #[error("the database did not answer as expected")]
    Storage(#[from] StorageError),
}

impl From<SegmentError> for AnalyticsError {
    fn from(error: SegmentError) -> Self {
        match error {
            SegmentError::Invalid(invalid) => Self::Invalid(invalid),
            SegmentError::Db(error) => error.into(),
            SegmentError::Storage(error) => Self::Storage(error),
            // Said of documents that are saved or compare texts; buyers are asked by numbers alone.
            SegmentError::Conflict { .. }
            | SegmentError::InUse(_)
            | SegmentError::Vip
            | SegmentError::TooManyValues => Self::NotFound,
        }
    }
}

impl From<DbErr> for AnalyticsError {
    fn from(error: DbErr) -> Self {
        Self::Storage(error.into())
    }
}
