//! Lint, and what continuous integration runs.

use std::process::Command;

use anyhow::Result;

use crate::{process, test, tidy, tools, workspace::cargo};

/// Checks formatting, lints, the rules of `tidy` and the dependency policy.
pub(crate) fn lint() -> Result<()> {
    process::run(cargo().args(["fmt", "--all", "--check"]))?;
    tidy::run()?;
    let deny = ["--", "--deny", "warnings"];
    process::run(
        cargo()
            .args([
                "clippy",
                "--workspace",
                "--exclude",
                "admin",
                "--all-targets",
            ])
            .args(deny),
    )?;
    tools::wasm_target()?;
    let admin = [
        "clippy",
        "--package",
        "admin",
        "--all-features",
        "--target",
        tools::WASM,
    ];
    process::run(cargo().args(admin).args(deny))?;
    if process::succeeds(Command::new("cargo-deny").arg("--version")) {
        process::run(cargo().args([
            "deny",
            "--all-features",
            "check",
            "bans",
            "licenses",
            "sources",
        ]))?;
    } else {
        println!("lint: cargo-deny is not installed; licences and sources were not checked");
    }
    Ok(())
}

/// Runs what a change must pass.
pub(crate) fn ci() -> Result<()> {
    lint()?;
    test::run(&test::TestArgs::default())
}
