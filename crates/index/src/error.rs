//! What may go wrong.

use std::{io, path::PathBuf};

/// Why changes were not taken. The index stays as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// The workspace does not fit into the memory that it may use; ask SQL.
    #[error("the audience index would hold {used} bytes and may hold {limit}")]
    MemoryLimit {
        /// What it would hold.
        used: usize,
        /// What it may hold.
        limit: usize,
    },
    /// There are more customers or events than can be numbered: 2³² of either.
    #[error("the audience index can number no more {what}")]
    TooMany {
        /// Customers or events.
        what: &'static str,
    },
}

/// Why a snapshot could not be written or read. The answer to an unreadable one is to rebuild.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file system refused.
    #[error("failed to access the snapshot {path}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is something else.
    #[error("not a snapshot of an audience index")]
    Foreign,
    /// Another build wrote it.
    #[error("the snapshot has version {found}, this build reads {expected}")]
    Version {
        /// What was found.
        found: u32,
        /// What this build reads and writes.
        expected: u32,
    },
    /// It belongs to another workspace.
    #[error("the snapshot belongs to workspace {found}")]
    Workspace {
        /// Whose it is.
        found: i64,
    },
    /// It ends too early.
    #[error("the snapshot was cut off in section {section}")]
    Cut {
        /// Where.
        section: u32,
    },
    /// Its contents are not those that were written.
    #[error("section {section} of the snapshot is damaged")]
    Damaged {
        /// Where.
        section: u32,
    },
    /// What it holds does not fit into memory.
    #[error("the snapshot does not fit")]
    Index(#[from] IndexError),
}
