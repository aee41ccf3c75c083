//! What cargo knows about this workspace.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process;

/// The part of `cargo metadata` that the commands use.
#[derive(Deserialize)]
pub(crate) struct Workspace {
    /// The folder of the root manifest.
    #[serde(rename = "workspace_root")]
    pub(crate) root: PathBuf,
    /// Where builds go, `CARGO_TARGET_DIR` respected; everything else that a run makes goes there too.
    #[serde(rename = "target_directory")]
    pub(crate) target: PathBuf,
    /// The crates of the workspace.
    pub(crate) packages: Vec<Package>,
}

/// One crate of the workspace.
#[derive(Deserialize)]
pub(crate) struct Package {
    /// The crate's name.
    pub(crate) name: String,
    /// Its `Cargo.toml`.
    pub(crate) manifest_path: PathBuf,
    /// What it declares to use.
    pub(crate) dependencies: Vec<Dependency>,
}

/// One declared dependency.
#[derive(Deserialize)]
pub(crate) struct Dependency {
    /// The name of the used crate.
    pub(crate) name: String,
    /// `None` for a normal dependency, else `dev` or `build`.
    pub(crate) kind: Option<String>,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn load() -> Result<Self> {
        let text =
            process::output(cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
        serde_json::from_str(&text).context("failed to read the answer of cargo metadata")
    }

    /// Returns the path of the server's binary in a profile.
    pub(crate) fn server(&self, profile: &str) -> PathBuf {
        self.target.join(profile).join("server")
    }
}

/// Returns the cargo that runs this xtask.
pub(crate) fn cargo() -> Command {
    Command::new(crate::env::var("CARGO").unwrap_or_else(|| "cargo".to_owned()))
}

/// Builds the debug server with the features of the whole workspace: those of the server alone would
/// compile half of the libraries a second time beside the tests'.
pub(crate) fn build_server() -> Result<()> {
    process::run(cargo().args([
        "build",
        "--workspace",
        "--exclude",
        "admin",
        "--bin",
        "server",
    ]))
}
