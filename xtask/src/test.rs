//! The whole test run, from an empty machine to the summary.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{
    admin, api, e2e, openapi,
    postgres::{Cluster, Purpose},
    process,
    tools::{self, Node},
    workspace::{Workspace, cargo},
};

/// One feature set for everything but the admin, whose tests are a build of their own.
const ALL: &[&str] = &["--workspace", "--exclude", "admin"];

/// Options of `test`.
#[derive(clap::Args, Default)]
pub(crate) struct TestArgs {
    /// Leave the walks in Chromium out.
    #[arg(long)]
    no_e2e: bool,
    /// Run only the Rust tests whose name holds this, and nothing else.
    filter: Option<String>,
}

/// What the tests find in their environment.
struct Surroundings {
    venv: PathBuf,
    database_url: String,
    path: String,
    cluster: Option<Cluster>,
}

/// What became of one part of the run.
struct Step {
    name: &'static str,
    took: Duration,
    error: Option<anyhow::Error>,
}

/// Installs, starts, runs, stops.
pub(crate) fn run(args: &TestArgs) -> Result<()> {
    let workspace = Workspace::load()?;
    let mut around = Surroundings::prepare(&workspace)?;
    let mut steps = Vec::new();
    let mut step = |name, work: &mut dyn FnMut() -> Result<()>| {
        println!("\n=== {name}");
        let start = Instant::now();
        let error = work().err();
        if let Some(error) = &error {
            println!("{error:#}");
        }
        steps.push(Step {
            name,
            took: start.elapsed(),
            error,
        });
    };

    if let Some(filter) = &args.filter {
        step("rust tests", &mut || {
            cargo_test(&workspace, &around, ALL, Some(filter))
        });
        return summary(&steps);
    }
    step("admin for the browser", &mut || admin::build(false));
    step("rust tests", &mut || {
        cargo_test(&workspace, &around, ALL, None)
    });
    step("admin logic", &mut || {
        cargo_test(&workspace, &around, &["--package", "admin"], None)
    });
    step("openapi", &mut || {
        openapi::run(&openapi::OpenapiArgs::checking())
    });
    step("the API against its description", &mut || {
        api::hold(&workspace, &around.venv, &around.database_url)
    });
    if !args.no_e2e {
        step("walks in Chromium", &mut || {
            e2e::walk(&workspace, &e2e::E2eArgs::default())
        });
    }
    if let Some(cluster) = &mut around.cluster {
        step("PostgreSQL lived to the end", &mut || cluster.check());
    }
    summary(&steps)
}

impl Surroundings {
    /// Installs what the tests need and starts the database.
    fn prepare(workspace: &Workspace) -> Result<Self> {
        tools::ensure()?;
        tools::wasm_target()?;
        let venv = tools::venv(workspace)?;
        let node = Node::find(workspace)?;
        for folder in [
            "tests/e2e",
            "tests/compat",
            "tests/line",
            "tests/push",
            "tests/sms",
        ] {
            node.install(&workspace.root.join(folder))?;
        }
        let path = search_path(&node);
        // A cluster of the caller's own is used and left alone.
        if let Some(database_url) = crate::env::var("TEST_DATABASE_URL") {
            return Ok(Self {
                venv,
                database_url,
                path,
                cluster: None,
            });
        }
        let cluster = Cluster::start(workspace, Purpose::Tests)
            .context("PostgreSQL cannot be used, and half of the tests need it")?;
        Ok(Self {
            venv,
            database_url: cluster.url().to_owned(),
            path,
            cluster: Some(cluster),
        })
    }
}

/// Runs cargo's tests to their end, however many fail.
fn cargo_test(
    workspace: &Workspace,
    around: &Surroundings,
    what: &[&str],
    filter: Option<&String>,
) -> Result<()> {
    let mut command = cargo();
    command
        .current_dir(&workspace.root)
        .args(["test", "--no-fail-fast"])
        .args(what)
        .env("TEST_DATABASE_URL", &around.database_url)
        .env("ENISHI_TEST_VENV", &around.venv)
        .env("ENISHI_TEST_COMPAT", workspace.root.join("tests/compat"))
        .env("PATH", &around.path);
    if let Some(filter) = filter {
        command.arg(filter);
    }
    process::run(&mut command)
}

/// Returns a search path that begins with the Node.js that was chosen and ends with the folders of
/// daemons, which an ordinary user's rarely has.
fn search_path(node: &Node) -> String {
    let first = node
        .program
        .parent()
        .map(|folder| folder.display().to_string())
        .unwrap_or_default();
    let usual = crate::env::var("PATH").unwrap_or_default();
    format!("{first}:{usual}:/usr/sbin:/sbin")
}

fn summary(steps: &[Step]) -> Result<()> {
    println!("\n=== summary");
    for step in steps {
        let verdict = if step.error.is_some() {
            "FAILED"
        } else {
            "passed"
        };
        println!("{verdict}  {:>5} s  {}", step.took.as_secs(), step.name);
    }
    let failed: Vec<&str> = steps
        .iter()
        .filter(|step| step.error.is_some())
        .map(|step| step.name)
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    bail!("failed: {}", failed.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failed_step_fails_the_run() {
        let step = |error| Step {
            name: "rust tests",
            took: Duration::ZERO,
            error,
        };
        assert!(summary(&[step(None)]).is_ok());
        let error = summary(&[step(None), step(Some(anyhow::anyhow!("no")))]).unwrap_err();
        assert_eq!(error.to_string(), "failed: rust tests");
    }
}
