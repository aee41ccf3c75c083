//! The snapshot of an index, and what proves that it belongs to this database.
//!
//! Beside the file stands another with two rows of the feed: one at or before the position of the snapshot, one at or
//! after it. If the first is still kept, nothing after it has been pruned; if the second reads as it did, the
//! database has not been replaced by an older copy of itself. Otherwise the index is built anew.

use std::{
    fs,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use index::{Index, IndexError, Limit, SnapshotError};
use kernel::{
    feed::Cursor,
    id::WorkspaceId,
    time::{DAY, Millis},
};
use sea_orm::DbErr;
use serde::{Deserialize, Serialize};
use storage::{
    Db,
    feed::{self, Mark},
};

/// How old the position of a snapshot may be. The feed is kept a day longer, so that nothing is pruned
/// while a snapshot is being read.
const MAX_AGE: i64 = 6 * DAY;

/// The rows of the feed around the position of a snapshot.
#[derive(Debug, Serialize, Deserialize)]
struct Proof {
    before: [i64; 8],
    after: [i64; 8],
    /// Bytes of the snapshot that the rows belong to.
    length: u64,
}

/// Why a snapshot is not used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    #[error("there is none")]
    Absent,
    #[error("it is older than the feed is kept")]
    Old,
    #[error("it was made of another database")]
    Foreign,
    #[error("it cannot be read")]
    Snapshot(#[from] SnapshotError),
    #[error("the database does not answer")]
    Db(#[from] DbErr),
}

impl Unusable {
    /// Returns what the index would hold, when that is too much.
    pub(super) fn too_large(&self) -> Option<usize> {
        match self {
            Self::Snapshot(SnapshotError::Index(IndexError::MemoryLimit { used, .. })) => {
                Some(*used)
            }
            _ => None,
        }
    }
}

/// The files of one workspace.
#[derive(Debug, Clone)]
pub(super) struct Files {
    folder: PathBuf,
    workspace: WorkspaceId,
}

impl Files {
    pub(super) fn new(folder: &Path, workspace: WorkspaceId) -> Self {
        Self {
            folder: folder.to_owned(),
            workspace,
        }
    }

    fn snapshot(&self) -> PathBuf {
        self.folder.join(format!("{}.index", self.workspace.raw()))
    }

    fn proof(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.workspace.raw()))
    }

    /// Writes the snapshot and returns its length. Until [`Files::prove`] it proves nothing and is not used.
    pub(super) fn save(&self, index: &Index) -> anyhow::Result<u64> {
        // It holds what the database holds of people: nobody else's business on a shared machine.
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)?;
        let proof = self.proof();
        if proof.exists() {
            fs::remove_file(proof)?;
        }
        index.save(&self.snapshot(), self.workspace)?;
        Ok(fs::metadata(self.snapshot())?.len())
    }

    /// Writes down where the feed stood before and after.
    pub(super) fn prove(&self, before: &Mark, after: &Mark, length: u64) -> anyhow::Result<()> {
        let proof = Proof {
            before: before.numbers(),
            after: after.numbers(),
            length,
        };
        let young = self.proof().with_extension("json.part");
        fs::write(&young, serde_json::to_vec(&proof)?)?;
        fs::rename(young, self.proof())?;
        Ok(())
    }

    /// Reads the snapshot if it can be gone on from.
    pub(super) async fn load(&self, db: &Db, now: Millis, limit: Limit) -> Result<Index, Unusable> {
        let proof = fs::read(self.proof()).map_err(|_| Unusable::Absent)?;
        let proof: Proof = serde_json::from_slice(&proof).map_err(|_| Unusable::Absent)?;
        let length = fs::metadata(self.snapshot()).map(|file| file.len());
        if length.map_err(|_| Unusable::Absent)? != proof.length {
            return Err(Unusable::Foreign);
        }
        let before = row(db, &proof.before).await?.ok_or(Unusable::Old)?;
        if before.written_at < now.0 - MAX_AGE {
            return Err(Unusable::Old);
        }
        let after = row(db, &proof.after).await?;
        if before.numbers() != proof.before
            || after.as_ref().map(Mark::numbers) != Some(proof.after)
        {
            return Err(Unusable::Foreign);
        }
        let (path, workspace) = (self.snapshot(), self.workspace);
        let read = tokio::task::spawn_blocking(move || Index::load(&path, workspace, limit));
        let index = read.await.map_err(|_| Unusable::Absent)??;
        let position = index.view().position();
        let is_between = before.position() <= position
            && after.is_some_and(|after| position <= after.position());
        if is_between {
            Ok(index)
        } else {
            Err(Unusable::Foreign)
        }
    }
}

async fn row(db: &Db, numbers: &[i64; 8]) -> Result<Option<Mark>, DbErr> {
    let [xid, id, ..] = *numbers;
    feed::mark(db.reader(), Cursor { xid, id }).await
}
