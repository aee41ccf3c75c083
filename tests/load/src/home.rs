//! Where a run keeps its files: a folder that goes with it, and a folder for bases that stay.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;

/// What the names of runs' folders begin with; the process's number follows.
const PREFIX: &str = "bench-";

/// The folders and the database server of a run.
pub(crate) struct Home {
    scratch: PathBuf,
    /// Where bases stay, if they are to.
    pub(crate) keep: Option<PathBuf>,
    /// A PostgreSQL on which databases may be made.
    pub(crate) postgres: Option<String>,
    /// The server under test, built beside this program.
    pub(crate) server: PathBuf,
}

impl Home {
    /// Makes the run's folder in cargo's target folder.
    pub(crate) fn make(keep: Option<PathBuf>, postgres: Option<String>) -> anyhow::Result<Self> {
        let own = std::env::current_exe().context("failed to find this program")?;
        let server = own.with_file_name("server");
        anyhow::ensure!(
            server.is_file(),
            "{} is not built: run `cargo xtask bench`",
            server.display()
        );
        let target = own.parent().and_then(Path::parent);
        let target = target.context("this program does not lie in a target folder")?;
        sweep(target);
        let scratch = target.join(format!("{PREFIX}{}", std::process::id()));
        make(&scratch)?;
        if let Some(keep) = &keep {
            make(keep)?;
        }
        Ok(Self {
            scratch,
            keep,
            postgres,
            server,
        })
    }

    /// Makes an empty folder of the run.
    pub(crate) fn folder(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = self.scratch.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("failed to empty {}", folder.display()))?;
        }
        make(&folder)?;
        Ok(folder)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // What cannot be removed is in nobody's way; `cargo clean` takes it.
        let _ = fs::remove_dir_all(&self.scratch);
    }
}

/// Removes the folders of runs that were killed before they could do so.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let run = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        let Some(Ok(run)) = run.map(str::parse::<u32>) else {
            continue;
        };
        if !Path::new("/proc").join(run.to_string()).exists() {
            // What cannot be removed is in nobody's way.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn make(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))
}
