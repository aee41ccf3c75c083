//! What can go wrong, by what the caller can do about it.

use kernel::invalid::Invalid;
use sea_orm::DbErr;
use storage::StorageError;

/// Why access was not given or not changed.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// Email or password is wrong; which one is not told.
    #[error("the email or the password is not right")]
    Credentials,
    /// The session or key is unknown, expired or revoked.
    #[error("not signed in")]
    NotSignedIn,
    /// The one-time link was used, has expired or never existed.
    #[error("this link was used already or has expired")]
    LinkSpent,
    /// The change would leave the workspace without an owner.
    #[error("a workspace needs at least one owner")]
    LastOwner,
    /// Fields to mend.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The system gave no random bytes or the hash function failed.
    #[error("a cryptographic function failed")]
    Crypto,
    /// The database did not do its part.
    #[error("failed to read or write access data")]
    Storage(#[from] StorageError),
}

impl From<DbErr> for AccessError {
    fn from(error: DbErr) -> Self {
        Self::Storage(error.into())
    }
}
