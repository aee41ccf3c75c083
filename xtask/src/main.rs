#![doc = include_str!("../README.md")]
#![expect(
    clippy::print_stdout,
    reason = "a command line tool talks to its user on stdout"
)]

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

mod admin;
mod api;
mod bench;
mod ci;
mod demo;
mod e2e;
mod env;
mod openapi;
mod postgres;
mod process;
mod soak;
mod test;
mod tidy;
mod tools;
mod workspace;

/// The commands of the repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Builds everything and opens the sample company in the browser's reach.
    Demo(demo::DemoArgs),
    /// Runs a debug server on a database of its own.
    Dev(demo::DevArgs),
    /// Installs what the tests need, starts throw-away servers, runs everything, stops them.
    Test(test::TestArgs),
    /// Checks formatting, clippy, the rules of `tidy` and the dependency policy.
    Lint,
    /// Checks the rules that neither rustc nor clippy can check.
    Tidy,
    /// Walks the admin in headless Chromium.
    E2e(e2e::E2eArgs),
    /// Runs a benchmark of `tests/load`, in release.
    Bench(bench::BenchArgs),
    /// Runs what takes too long for every change; without a name, all of it.
    Soak(soak::SoakArgs),
    /// Holds the running server against docs/openapi.json, on both databases.
    Api(api::ApiArgs),
    /// Writes docs/openapi.json.
    Openapi(openapi::OpenapiArgs),
    /// Builds the web admin into the server's static folder.
    Admin(AdminArgs),
    /// Runs what continuous integration runs: lint, then test.
    Ci,
}

/// How to build the admin.
#[derive(clap::Args)]
struct AdminArgs {
    /// Optimise for size, as the demo and the shipped binary do.
    #[arg(long)]
    release: bool,
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Demo(args) => demo::demo(&args),
        Task::Dev(args) => demo::dev(&args),
        Task::Test(args) => test::run(&args),
        Task::Lint => ci::lint(),
        Task::Tidy => tidy::run(),
        Task::E2e(args) => e2e::run(&args),
        Task::Bench(args) => bench::run(&args),
        Task::Soak(args) => soak::run(&args),
        Task::Api(args) => api::run(&args),
        Task::Openapi(args) => openapi::run(&args),
        Task::Admin(args) => admin::build(args.release),
        Task::Ci => ci::ci(),
    }
}
