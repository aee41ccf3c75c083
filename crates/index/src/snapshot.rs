//! The snapshot file: the base as it stands, with the position of the feed.
//!
//! A header, then sections; each has its length and a checksum of its own, so that a file which was cut
//! or altered is told from a whole one before anything is made of it. `docs/index.md` has the format.

mod base;
mod field;
mod section;

use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use kernel::{feed::Cursor, id::WorkspaceId};

use crate::{Limit, SnapshotError, index::Index, view::View};
use section::{Input, Output};

/// The version of the format. It grows with every change of what is written, and older ones are not read:
/// the index is built anew.
pub const VERSION: u32 = 1;

/// What a snapshot begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Header {
    workspace: i64,
    position: Cursor,
    version: u64,
}

impl Index {
    /// Writes everything to a file, under another name first: a crash leaves the old file or the new one.
    pub fn save(&self, path: &Path, workspace: WorkspaceId) -> Result<(), SnapshotError> {
        self.compact();
        let view = self.view();
        if view.is_compact() {
            return view.save(path, workspace);
        }
        // Changes came since. They wait in the delta; the file gets a base of its own.
        view.compacted().save(path, workspace)
    }

    /// Reads a file that [`Index::save`] wrote.
    pub fn load(path: &Path, workspace: WorkspaceId, limit: Limit) -> Result<Self, SnapshotError> {
        let fault = |source| io_fault(path, source);
        let file = File::open(path).map_err(fault)?;
        let length = file.metadata().map_err(fault)?.len();
        let mut input = Input::new(BufReader::with_capacity(1 << 20, file), length, path);
        let header = input.header()?;
        if header.workspace != workspace.raw() {
            return Err(SnapshotError::Workspace {
                found: header.workspace,
            });
        }
        let mut view = base::read(&mut input)?;
        view.position = header.position;
        view.version = header.version;
        let used = view.memory().total();
        if used > limit.0 {
            let limit = limit.0;
            return Err(crate::IndexError::MemoryLimit { used, limit }.into());
        }
        Ok(Self::with(view, limit))
    }
}

impl View {
    fn save(&self, path: &Path, workspace: WorkspaceId) -> Result<(), SnapshotError> {
        let fault = |source| io_fault(path, source);
        let young = beside(path);
        let file = File::create(&young).map_err(fault)?;
        let mut output = Output::new(BufWriter::with_capacity(1 << 20, file));
        let header = Header {
            workspace: workspace.raw(),
            position: self.position,
            version: self.version,
        };
        output.header(&header).map_err(fault)?;
        base::write(self, &mut output).map_err(fault)?;
        let mut writer = output.into_inner();
        writer.flush().map_err(fault)?;
        writer.get_ref().sync_all().map_err(fault)?;
        drop(writer);
        fs::rename(&young, path).map_err(fault)?;
        sync_folder(path).map_err(fault)
    }
}

/// Makes the new name last.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// The name under which a file is written before it is whole.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

fn io_fault(path: &Path, source: io::Error) -> SnapshotError {
    SnapshotError::Io {
        path: path.to_owned(),
        source,
    }
}
