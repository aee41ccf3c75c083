//! Benchmarks: builds server and load programs in release and gives them a PostgreSQL that syncs.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};

use crate::{
    admin, env,
    postgres::{Cluster, Purpose},
    process,
    tools::{self, Node},
    workspace::{Workspace, cargo},
};

/// What `bench` hands to the load programs.
#[derive(clap::Args)]
pub(crate) struct BenchArgs {
    /// The benchmark and its options; none lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// The benchmarks that PostgreSQL has a part in.
const ON_POSTGRES: [&str; 10] = [
    "ingest",
    "import",
    "send",
    "intake",
    "line-hooks",
    "line-send",
    "memory",
    "freshness",
    "segments",
    "segments-sql",
];
/// Where the load programs look for a server on which they may make databases.
const POSTGRES: &str = "ENISHI_BENCH_POSTGRES";

/// Builds and runs a benchmark.
pub(crate) fn run(args: &BenchArgs) -> Result<()> {
    let workspace = Workspace::load()?;
    let arguments = &args.arguments;
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    if arguments.is_empty() || has("--help") || has("-h") {
        let rest = if arguments.is_empty() {
            &["--help".to_owned()]
        } else {
            arguments.as_slice()
        };
        return process::run(
            cargo()
                .args(["run", "--release", "--package", "load", "--"])
                .args(rest),
        );
    }
    if has("admin") {
        tools::wasm_target()?;
        admin::build(true)?;
    }
    // The server embeds the folder, which a fresh clone does not have before the admin is built.
    fs::create_dir_all(workspace.root.join("apps/server/static"))?;
    // Both in one call: alone, each would have features of its own, and half of the libraries twice.
    process::run(cargo().args([
        "build",
        "--release",
        "--package",
        "load",
        "--package",
        "server",
    ]))?;

    let mut load = Command::new(workspace.target.join("release/load"));
    load.args(arguments);
    let cluster = cluster(&workspace, arguments)?;
    if let Some(cluster) = &cluster {
        load.env(POSTGRES, cluster.url());
    }
    if has("send") {
        process::find("smtp-sink").context("smtp-sink is not installed (Debian: postfix)")?;
    }
    if has("segments") && !has("--alone") {
        load.env("ENISHI_BENCH_PYTHON", tools::duckdb(&workspace)?);
    }
    if has("admin") {
        let node = Node::find(&workspace)?;
        node.install(&workspace.root.join("tests/e2e"))?;
        let chromium = tools::chromium().context("Chromium is not installed")?;
        load.env("ENISHI_BENCH_NODE", &node.program)
            .env("ENISHI_BENCH_CHROMIUM", chromium);
    }
    process::run(&mut load)
}

/// Starts a cluster where one is needed and the caller names none.
fn cluster(workspace: &Workspace, arguments: &[String]) -> Result<Option<Cluster>> {
    let is_used = arguments
        .iter()
        .any(|argument| ON_POSTGRES.contains(&argument.as_str()))
        && value(arguments, "--database") != Some("sqlite")
        && !arguments.iter().any(|argument| argument == "--alone");
    let is_given = value(arguments, "--postgres").is_some() || env::var(POSTGRES).is_some();
    if !is_used || is_given {
        return Ok(None);
    }
    let keep = value(arguments, "--keep").map(Path::new);
    Cluster::start(workspace, Purpose::Bench(keep)).map(Some)
}

/// Returns the value of an option, given as `--name value` or `--name=value`.
fn value<'a>(arguments: &'a [String], name: &str) -> Option<&'a str> {
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == name {
            return arguments.next().map(String::as_str);
        }
        let given = argument.strip_prefix(name);
        if let Some(value) = given.and_then(|rest| rest.strip_prefix('=')) {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn an_option_is_found_in_either_form() {
        let given = ["ingest", "--keep", "/a", "--database=sqlite"].map(str::to_owned);
        assert_eq!(value(&given, "--keep"), Some("/a"));
        assert_eq!(value(&given, "--database"), Some("sqlite"));
        assert_eq!(value(&given, "--data"), None);
    }
}
