//! What a caller can do about a failure.

use kernel::invalid::Invalid;
use sea_orm::DbErr;

/// Why a segment could not be read, asked or saved.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// The document is wrong; each place is named.
    #[error("the segment is not valid")]
    Invalid(#[from] Invalid),
    /// Somebody else saved in the meantime.
    #[error("the segment was changed meanwhile; the present version is {current}")]
    Conflict {
        /// The version that is stored now.
        current: i64,
    },
    /// Other segments or campaigns still need it.
    #[error("the segment is still used by {} others", .0.len())]
    InUse(Vec<String>),
    /// A VIP segment is in use by being one.
    #[error("a VIP segment cannot be put away")]
    Vip,
    /// A comparison that is made in the server would have to look through too many different values.
    #[error(
        "too many different values for a pattern or a comparison that ignores spelling; compare exactly"
    )]
    TooManyValues,
    /// The database refused or was away.
    #[error("the database did not answer as expected")]
    Db(#[from] DbErr),
    /// A transaction could not be begun.
    #[error("the database did not answer as expected")]
    Storage(#[from] storage::StorageError),
}
