//! What a caller can do about a failure.

use kernel::invalid::Invalid;
use sea_orm::DbErr;
use segmentation::SegmentError;

use crate::model::State;

/// Why a campaign could not be read, changed or moved on.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// Fields are wrong or missing; each is named.
    #[error("the campaign is not valid")]
    Invalid(#[from] Invalid),
    /// There is no such campaign in the workspace.
    #[error("there is no such campaign")]
    NotFound,
    /// Somebody else saved in the meantime.
    #[error("the campaign was changed meanwhile; the present version is {current}")]
    Conflict {
        /// The version that is stored now.
        current: i64,
    },
    /// The campaign is in a state in which this cannot be done.
    #[error("a campaign that is {} cannot do this", .state.as_str())]
    WrongState {
        /// The state it is in.
        state: State,
    },
    /// The audience could not be asked for.
    #[error("failed to ask for the audience")]
    Audience(#[from] SegmentError),
    /// The database refused or was away.
    #[error("the database did not answer as expected")]
    Db(#[from] DbErr),
    /// A transaction could not be begun.
    #[error("the database did not answer as expected")]
    Storage(#[from] storage::StorageError),
}
