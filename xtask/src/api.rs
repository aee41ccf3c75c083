//! The REST API held against its own description by schemathesis, on either database.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result};

use crate::{
    e2e::{self, is_ready},
    env,
    postgres::{self, Cluster, Purpose},
    process::{self, Service},
    tools,
    workspace::{Workspace, build_server},
};

/// How long a debug server may take to make its schema and to listen.
const START: Duration = Duration::from_mins(2);
/// Cases for each operation and phase; `ENISHI_API_EXAMPLES` asks for another number, with other dice
/// each time.
const EXAMPLES: &str = "8";
/// The dice of the usual run, so that it fails for a change and not by chance.
const SEED: &str = "20260714";

/// Options of `api`.
#[derive(clap::Args)]
pub(crate) struct ApiArgs {
    /// Use the server that was built last.
    #[arg(long)]
    no_build: bool,
}

/// Builds the server and holds it against its description.
pub(crate) fn run(args: &ApiArgs) -> Result<()> {
    let workspace = Workspace::load()?;
    tools::ensure()?;
    let venv = tools::venv(&workspace)?;
    if !args.no_build {
        build_server()?;
    }
    if let Some(database_url) = env::var("TEST_DATABASE_URL") {
        return hold(&workspace, &venv, &database_url);
    }
    let cluster = Cluster::start(&workspace, Purpose::Tests)?;
    hold(&workspace, &venv, cluster.url())
}

/// Holds the server that was built last against docs/openapi.json.
pub(crate) fn hold(workspace: &Workspace, venv: &Path, database_url: &str) -> Result<()> {
    process::sweep(&workspace.target, "api-");
    let scratch = Scratch(workspace.target.join(format!("api-{}", std::process::id())));
    let sqlite = format!("sqlite:{}", scratch.0.join("api.db").display());
    try_out(workspace, venv, &scratch.0, "sqlite", &sqlite)?;
    let postgres = fresh_database(database_url)?;
    try_out(workspace, venv, &scratch.0, "postgres", &postgres)
}

/// Removes the servers' data, whatever the end.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn try_out(
    workspace: &Workspace,
    venv: &Path,
    scratch: &Path,
    name: &str,
    database_url: &str,
) -> Result<()> {
    let data = scratch.join(name);
    fs::create_dir_all(&data).with_context(|| format!("failed to create {}", data.display()))?;
    let log = workspace.target.join(format!("api-{name}.log"));
    let out =
        fs::File::create(&log).with_context(|| format!("failed to create {}", log.display()))?;
    let err = out.try_clone().context("failed to share the log")?;
    let port = process::free_port()?;
    let url = format!("http://127.0.0.1:{port}");
    println!("{name}: {url}; the server's log is {}", log.display());
    // Nothing leaves the machine: LINE is a fake beside the server.
    let (line_port, _line) = e2e::line(workspace)?;
    let platform = format!("http://127.0.0.1:{line_port}");
    let mut server = Service::start(
        "the server",
        process::guarded(&workspace.server("debug"), None)?
            .arg("serve")
            .env("ENISHI__SERVER__LISTEN", format!("127.0.0.1:{port}"))
            .env("ENISHI__SERVER__PUBLIC_URL", &url)
            .env("ENISHI__SERVER__DATA_DIR", &data)
            .env("ENISHI__DATABASE__URL", database_url)
            .env("ENISHI__LINE__API", &platform)
            .env("ENISHI__LINE__DATA", &platform)
            .env("ENISHI__SECURITY__ALLOW_PRIVATE", "[\"127.0.0.1/32\"]")
            .stdout(out)
            .stderr(err),
    )?;
    server
        .wait_until(START, || is_ready(port))
        .with_context(|| format!("see {}", log.display()))?;
    let link = first_link(&log)?;

    let tests = workspace.root.join("tests/api");
    let examples = env::var("ENISHI_API_EXAMPLES");
    let mut schemathesis = Command::new(venv.join("bin/st"));
    schemathesis
        // It keeps what it found in the folder it is started in.
        .current_dir(&data)
        .env("SCHEMATHESIS_HOOKS", tests.join("hooks.py"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("ENISHI_API_URL", &url)
        .env("ENISHI_API_LINK", link)
        .arg("--config-file")
        .arg(tests.join("schemathesis.toml"))
        .arg("run")
        .arg(workspace.root.join("docs/openapi.json"))
        .args(["--url", &url, "--max-examples"])
        .arg(examples.as_deref().unwrap_or(EXAMPLES));
    if examples.is_none() {
        schemathesis.args(["--seed", SEED]);
    }
    process::run(&mut schemathesis).with_context(|| format!("see {}", log.display()))?;
    server.check()
}

/// Returns the link by which the first owner comes in, as the server tells it in its log.
fn first_link(log: &Path) -> Result<String> {
    let text =
        fs::read_to_string(log).with_context(|| format!("failed to read {}", log.display()))?;
    text.split_whitespace()
        .find(|word| word.contains("/welcome/"))
        .map(str::to_owned)
        .with_context(|| format!("no link for the first owner stands in {}", log.display()))
}

/// Makes an empty database beside the one of the address; it goes with its cluster.
fn fresh_database(server: &str) -> Result<String> {
    let programs = postgres::programs().context("PostgreSQL is not installed")?;
    let name = format!("api_{}", std::process::id());
    let program = process::find("psql").unwrap_or_else(|| programs.join("psql"));
    process::run(
        Command::new(program)
            .args(["--quiet", "--no-psqlrc", "--dbname", server])
            .args(["--command", &format!("DROP DATABASE IF EXISTS {name}")])
            .args(["--command", &format!("CREATE DATABASE {name}")]),
    )?;
    Ok(with_database(server, &name))
}

fn with_database(server: &str, name: &str) -> String {
    let (base, query) = server
        .split_once('?')
        .map_or((server, String::new()), |(base, query)| {
            (base, format!("?{query}"))
        });
    let host = base.rsplit_once('/').map_or(base, |(host, _)| host);
    format!("{host}/{name}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_named_beside_the_present_one() {
        let url = "postgres://postgres:x@127.0.0.1:5/postgres";
        assert_eq!(
            with_database(url, "api_1"),
            "postgres://postgres:x@127.0.0.1:5/api_1"
        );
        assert_eq!(
            with_database("postgres://h/d?sslmode=disable", "a"),
            "postgres://h/a?sslmode=disable"
        );
    }
}
