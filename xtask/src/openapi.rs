//! The OpenAPI document under version control.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::{
    process,
    workspace::{Workspace, build_server},
};

/// Options of `openapi`.
#[derive(clap::Args)]
pub(crate) struct OpenapiArgs {
    /// Change nothing; fail when the file is not what the server says.
    #[arg(long)]
    check: bool,
    /// Ask the server that was built last.
    #[arg(long)]
    no_build: bool,
}

impl OpenapiArgs {
    /// Returns the options of a check after the tests, which have built the server.
    pub(crate) const fn checking() -> Self {
        Self {
            check: true,
            no_build: true,
        }
    }
}

/// Writes docs/openapi.json or checks it.
pub(crate) fn run(args: &OpenapiArgs) -> Result<()> {
    let workspace = Workspace::load()?;
    if !args.no_build {
        build_server()?;
    }
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
