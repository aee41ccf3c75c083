//! Lists of people that somebody uploaded: a name, and whoever was in the file.
//!
//! Each upload makes an *edition*. Its rows are written a few thousand at a time, and nobody sees any of them before the
//! last transaction turns the list to the new edition and tells the feed: a list is never seen half changed, and what a
//! broken upload left behind is cleared by the next one. See `docs/lists.md`.

mod file;
mod find;
mod store;
mod unknown;
mod upload;

use kernel::{
    id::{ListId, UserId},
    invalid::Invalid,
    page::BadCursor,
    time::Millis,
};
use sea_orm::DbErr;
use storage::StorageError;

use crate::import::{ImportError, Refusal};

pub use file::MAX_LINES;
pub use find::MAX_NAMED;
pub use store::{Draft, Writer, delete, find, insert, list, members, names, update};
pub use unknown::{UnknownLine, unknown};
pub use upload::{Mode, Report, Upload, upload};

/// A list of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The id.
    pub id: ListId,
    /// The name, free text.
    pub name: String,
    /// What it is for, free text.
    pub description: String,
    /// How many people were on it after the last upload.
    pub n_people: i64,
    /// How many lines of the last upload mean nobody who is known.
    pub n_unknown: i64,
    /// How many uploads it has taken in.
    pub edition: i64,
    /// When it was made.
    pub created_at: Millis,
    /// Who changed it last.
    pub updated_by: Option<UserId>,
    /// When it was last changed.
    pub updated_at: Millis,
}

/// Why a list was not changed or read.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// There is no such list in the workspace.
    #[error("no such list")]
    NotFound,
    /// Another upload has the list to itself: try again when it is through.
    #[error("another upload is changing the list")]
    Busy,
    /// A field cannot be used, or the file has nobody in it who is known.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The file cannot be read at all.
    #[error("{}", .0.message.en)]
    Unreadable(Refusal),
    /// The position of a page is not one of ours.
    #[error(transparent)]
    Cursor(#[from] BadCursor),
    /// The file could not be read.
    #[error("failed to read the uploaded file")]
    File(#[from] std::io::Error),
    /// The database did not answer as expected.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A statement failed.
    #[error("the database refused")]
    Db(#[from] DbErr),
}

impl From<ImportError> for ListError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Unreadable(refusal) => Self::Unreadable(refusal),
            ImportError::File(error) => Self::File(error),
            ImportError::Db(error) => Self::Db(error),
            ImportError::Storage(error) => Self::Storage(error),
            ImportError::Invalid(invalid) => Self::Invalid(invalid),
            ImportError::Cursor(cursor) => Self::Cursor(cursor),
            ImportError::NotFound | ImportError::State(_) => Self::NotFound,
        }
    }
}
