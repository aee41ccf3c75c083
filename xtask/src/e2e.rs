//! The walks through the admin in headless Chromium.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use anyhow::{Context, Result};

use crate::{
    admin,
    process::{self, Service},
    tools::{self, Node},
    workspace::{Workspace, build_server, cargo},
};

/// How long the first start may take: it loads the sample company, in debug without optimisation.
const FIRST_START: Duration = Duration::from_mins(10);

/// Options of `e2e`.
#[derive(clap::Args, Default)]
pub(crate) struct E2eArgs {
    /// Walk in the release build, as the demo runs it.
    #[arg(long)]
    release: bool,
    /// Use the admin and the server that were built last.
    #[arg(long)]
    no_build: bool,
    /// Run only the walks whose name holds this.
    filter: Option<String>,
}

/// Removes the data of the walk, whatever its end.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Builds, starts a server with the sample company, walks.
pub(crate) fn run(args: &E2eArgs) -> Result<()> {
    tools::ensure()?;
    let workspace = Workspace::load()?;
    if !args.no_build {
        tools::wasm_target()?;
        admin::build(args.release)?;
        if args.release {
            process::run(cargo().args(["build", "--release", "--package", "server"]))?;
        } else {
            build_server()?;
        }
    }
    walk(&workspace, args)
}

/// Starts the built server and walks.
pub(crate) fn walk(workspace: &Workspace, args: &E2eArgs) -> Result<()> {
    let folder = workspace.root.join("tests/e2e");
    let node = Node::find(workspace)?;
    node.install(&folder)?;
    let chromium = tools::chromium().context("Chromium is not installed")?;

    process::sweep(&workspace.target, "e2e-");
    let scratch = Scratch(workspace.target.join(format!("e2e-{}", std::process::id())));
    fs::create_dir_all(&scratch.0)
        .with_context(|| format!("failed to create {}", scratch.0.display()))?;
    // Outside the scratch folder, so that it can be read after a failure.
    let log = workspace.target.join("e2e-server.log");
    let port = process::free_port()?;
    let out =
        fs::File::create(&log).with_context(|| format!("failed to create {}", log.display()))?;
    let err = out.try_clone().context("failed to share the log")?;
    let profile = if args.release { "release" } else { "debug" };
    // Unoptimised code would take minutes to load the whole company.
    let households = if args.release { "2469" } else { "300" };
    // Nothing leaves the machine: LINE is a fake beside the server.
    let (line_port, _line) = line(workspace)?;
    let line = format!("http://127.0.0.1:{line_port}");
    let mut server = Service::start(
        "the server",
        process::guarded(&workspace.server(profile), None)?
            .env("ENISHI__LINE__API", &line)
            .env("ENISHI__LINE__DATA", &line)
            .env("ENISHI__PUSH__ALLOW_HTTP", "true")
            .env("ENISHI__SECURITY__ALLOW_PRIVATE", "[\"127.0.0.1/32\"]")
            .arg("demo")
            .arg("--data-dir")
            .arg(scratch.0.join("data"))
            .args(["--port", &port.to_string(), "--households", households])
            .stdout(out)
            .stderr(err),
    )?;
    println!(
        "walking on http://127.0.0.1:{port}; the server's log is {}",
        log.display()
    );
    server
        .wait_until(FIRST_START, || is_ready(port))
        .with_context(|| format!("see {}", log.display()))?;

    let mut walks = Command::new(&node.program);
    walks
        .current_dir(&folder)
        .arg("run.mjs")
        .env("ENISHI_E2E_URL", format!("http://127.0.0.1:{port}"))
        .env("ENISHI_E2E_LOG", &log)
        .env("ENISHI_E2E_LINE", &line)
        .env("ENISHI_E2E_CHROMIUM", chromium);
    if let Some(filter) = &args.filter {
        walks.arg(filter);
    }
    process::run(&mut walks)
}

/// Builds the LINE platform and starts it on loopback; it ends when the returned service is dropped.
pub(crate) fn line(workspace: &Workspace) -> Result<(u16, Service)> {
    process::run(cargo().args(["build", "--package", "line-fake"]))?;
    let program = workspace.target.join("debug").join("line-fake");
    let port = process::free_port()?;
    let service = Service::start(
        "the LINE platform",
        process::guarded(&program, None)?
            .args(["--port", &port.to_string()])
            .stdout(std::process::Stdio::null()),
    )?;
    Ok((port, service))
}

/// Asks `/readyz` in the plainest HTTP there is.
pub(crate) fn is_ready(port: u16) -> bool {
    use std::io::{Read, Write};
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else {
        return false;
    };
    let request = "GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n";
    let mut answer = String::new();
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .is_ok()
        && stream.write_all(request.as_bytes()).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}
