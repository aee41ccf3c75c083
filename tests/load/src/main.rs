#![doc = include_str!("../README.md")]

mod admin;
mod database;
mod demo_start;
mod dice;
mod figure;
mod freshness;
mod home;
mod http;
mod import;
mod ingest;
mod intake;
mod latency;
mod line_hooks;
mod line_send;
mod machine;
mod memory;
mod segments;
mod send;
mod server;
mod shop;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand, ValueEnum};

use crate::{figure::Report, home::Home};

/// Measures the real server against its bars.
#[derive(Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Cli {
    #[command(subcommand)]
    bench: Bench,
    /// Write the figures as JSON too.
    #[arg(long, global = true)]
    json: Option<PathBuf>,
    /// Keep large bases in this folder and use them again.
    #[arg(long, global = true)]
    keep: Option<PathBuf>,
    /// A PostgreSQL on which databases may be made; `xtask bench` starts one that syncs.
    #[arg(
        long,
        global = true,
        env = "ENISHI_BENCH_POSTGRES",
        hide_env_values = true
    )]
    postgres: Option<String>,
}

#[derive(Subcommand)]
enum Bench {
    /// Tracking messages over HTTP onto a large base.
    Ingest(ingest::Options),
    /// Order lines of a CSV file through REST.
    Import(import::Options),
    /// A campaign to Postfix's smtp-sink.
    Send(send::Options),
    /// Mail that comes back, over SMTP.
    Intake(intake::Options),
    /// Events of LINE at a steady pace.
    LineHooks(line_hooks::Options),
    /// A campaign through LINE, to a fake of its platform.
    LineSend(line_send::Options),
    /// Memory of a server with an empty workspace.
    Memory(memory::Options),
    /// Size of the admin's first load and time to its first paint.
    Admin(admin::Options),
    /// Time until the sample company is ready.
    Demo(demo_start::Options),
    /// From an event until its customer has entered a segment.
    Freshness(freshness::Options),
    /// Nine queries to the audience index of a million customers.
    Segments(segments::Options),
    /// The same queries to the SQL evaluator on the product's own tables.
    SegmentsSql(segments::evaluator::Options),
}

/// Which databases to measure on.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Databases {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// One after the other.
    Both,
}

impl Databases {
    fn kinds(self) -> Vec<database::Kind> {
        match self {
            Self::Sqlite => vec![database::Kind::Sqlite],
            Self::Postgres => vec![database::Kind::Postgres],
            Self::Both => vec![database::Kind::Sqlite, database::Kind::Postgres],
        }
    }
}

// One thread: the client takes as little as it can from the two cores that the server needs.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    // Dropping the run stops the processes that it has started and removes its files.
    let outcome = tokio::select! {
        outcome = run(cli) => outcome,
        signal = stop_signal() => Err(signal),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn stop_signal() -> anyhow::Error {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = terminated.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            anyhow::anyhow!("stopped")
        }
        Err(error) => anyhow::Error::new(error).context("failed to listen for SIGTERM"),
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let home = Home::make(cli.keep, cli.postgres)?;
    let mut report = Report::default();
    let outcome = match &cli.bench {
        Bench::Ingest(options) => ingest::run(&home, options, &mut report).await,
        Bench::Import(options) => import::run(&home, options, &mut report).await,
        Bench::Send(options) => send::run(&home, options, &mut report).await,
        Bench::Intake(options) => intake::run(&home, options, &mut report).await,
        Bench::LineHooks(options) => line_hooks::run(&home, options, &mut report).await,
        Bench::LineSend(options) => line_send::run(&home, options, &mut report).await,
        Bench::Memory(options) => memory::run(&home, options, &mut report).await,
        Bench::Admin(options) => admin::run(&home, options, &mut report).await,
        Bench::Demo(options) => demo_start::run(&home, options, &mut report).await,
        Bench::Freshness(options) => freshness::run(&home, options, &mut report).await,
        Bench::Segments(options) => segments::run(&home, options, &mut report).await,
        Bench::SegmentsSql(options) => segments::evaluator::run(&home, options, &mut report).await,
    };
    // What was measured before something went wrong is worth reading too.
    report.print();
    if let Some(path) = &cli.json {
        report.write(path)?;
    }
    outcome
}
