//! The OpenAPI document under version control.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::{
    process,
    workspace::{Workspace, cargo},
};

/// Options of `openapi`.
#[derive(clap::Args)]
pub(crate) struct OpenapiArgs {
    /// Change nothing; fail when the file is not what the server says.
    #[arg(long)]
    check: bool,
}

impl OpenapiArgs {
    /// Returns the options of a check.
    pub(crate) const fn checking() -> Self {
        Self { check: true }
    }
}

/// Writes docs/openapi.json or checks it.
pub(crate) fn run(args: &OpenapiArgs) -> Result<()> {
    let workspace = Workspace::load()?;
    process::run(cargo().args(["build", "--package", "server"]))?;
    let text =
        process::output(std::process::Command::new(workspace.server("debug")).arg("openapi"))?;
    let path = workspace.root.join("docs/openapi.json");
    if !args.check {
        fs::write(&path, text).with_context(|| format!("failed to write {}", path.display()))?;
        println!("wrote {}", path.display());
        return Ok(());
    }
    let known =
        fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))?;
    if known != text {
        bail!(
            "docs/openapi.json is not what the server says: run `cargo xtask openapi` and review the difference"
        );
    }
    Ok(())
}
