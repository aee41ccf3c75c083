//! The two commands that leave a server running.

use std::{os::unix::process::CommandExt, process::Command};

use anyhow::{Context, Result, bail};

use crate::{
    admin, process, tools,
    workspace::{Workspace, build_server, cargo},
};

/// Options of `demo`.
#[derive(clap::Args)]
pub(crate) struct DemoArgs {
    /// The port on 127.0.0.1.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Throw the data of the last demo away first.
    #[arg(long)]
    fresh: bool,
}

/// Options of `dev`.
#[derive(clap::Args)]
pub(crate) struct DevArgs {
    /// The port on 127.0.0.1.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Use the admin that was built last.
    #[arg(long)]
    keep_admin: bool,
}

/// Builds in release and opens the sample company.
pub(crate) fn demo(args: &DemoArgs) -> Result<()> {
    if process::find("cc").is_none() {
        bail!("a C compiler is needed (Debian: build-essential)");
    }
    let workspace = Workspace::load()?;
    tools::wasm_target()?;
    admin::build(true)?;
    process::run(cargo().args(["build", "--release", "--package", "server"]))?;

    let mut server = Command::new(workspace.server("release"));
    server
        .arg("demo")
        .arg("--data-dir")
        .arg(workspace.target.join("demo-data"))
        .args(["--port", &args.port.to_string()]);
    if args.fresh {
        server.arg("--fresh");
    }
    become_server(&mut server)
}

/// Builds in debug and starts an empty server that keeps its data from run to run.
pub(crate) fn dev(args: &DevArgs) -> Result<()> {
    let workspace = Workspace::load()?;
    if !args.keep_admin {
        tools::wasm_target()?;
        admin::build(false)?;
    }
    build_server()?;
    become_server(
        Command::new(workspace.server("debug"))
            .arg("serve")
            .env(
                "ENISHI__SERVER__DATA_DIR",
                workspace.target.join("dev-data"),
            )
            .env("ENISHI__SERVER__LISTEN", format!("127.0.0.1:{}", args.port))
            .env(
                "ENISHI__SERVER__PUBLIC_URL",
                format!("http://127.0.0.1:{}", args.port),
            ),
    )
}

/// Turns this process into the server, so that Ctrl-C waits for its graceful stop.
fn become_server(command: &mut Command) -> Result<()> {
    Err(command.exec()).context("failed to start the server")
}
