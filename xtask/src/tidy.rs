//! The rules that neither rustc nor clippy can check.
//!
//! Each rule is a pure function from what it reads to a list of complaints, so that its tests can
//! show that it finds what it forbids.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use crate::{process, workspace::Workspace};

mod edges;
mod files;
mod links;
mod literals;
mod schemas;

/// Checks every rule and fails with all complaints at once.
pub(crate) fn run() -> Result<()> {
    let workspace = Workspace::load()?;
    let mut complaints = edges::check(&workspace.packages);
    complaints.extend(edges::check_lock(&read(
        &workspace.root.join("Cargo.lock"),
    )?));
    for package in &workspace.packages {
        let folder = package
            .manifest_path
            .parent()
            .context("a manifest without a folder")?;
        complaints.extend(check_crate(&package.name, folder)?);
    }
    let tracked = tracked_files(&workspace.root)?;
    let mut schemas = schemas::Schemas::default();
    for path in &tracked {
        let full = workspace.root.join(path);
        // Pictures and compressed data are not text; a file deleted in the work tree is not there.
        let Ok(text) = fs::read_to_string(&full) else {
            continue;
        };
        complaints.extend(files::check(path, &text));
        complaints.extend(links::check(&workspace.root, path, &text));
        complaints.extend(literals::check(path, &text));
        complaints.extend(schemas.check(path, &text));
    }
    complaints.extend(files::check_allow_list(&tracked));

    if complaints.is_empty() {
        println!(
            "tidy: {} files and {} crates are in order",
            tracked.len(),
            workspace.packages.len()
        );
        return Ok(());
    }
    for complaint in &complaints {
        println!("tidy: {complaint}");
    }
    bail!("tidy found {} things to mend", complaints.len())
}

/// Checks what each crate must have.
fn check_crate(name: &str, folder: &Path) -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    if !folder.join("README.md").is_file() {
        complaints.push(format!(
            "{name}: no README.md (what it is, what it deliberately does not do, an example)"
        ));
    }
    let manifest = read(&folder.join("Cargo.toml"))?;
    if !manifest.contains("[lints]\nworkspace = true") {
        complaints.push(format!(
            "{name}: the manifest does not take the workspace's lints"
        ));
    }
    Ok(complaints)
}

/// Returns the files under version control and the new ones that are not ignored.
fn tracked_files(root: &Path) -> Result<Vec<String>> {
    let list = process::output(Command::new("git").current_dir(root).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--deduplicate",
    ]))?;
    Ok(list
        .split('\0')
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
        .collect())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))
}
