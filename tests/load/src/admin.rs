//! `bench admin`: what the admin's first load weighs as the server sends it, and when it is painted.

use std::{path::PathBuf, process::Command, time::Duration};

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::{
    database::{Database, Kind},
    figure::{Bar, Report},
    home::Home,
    http::Connection,
    server::{Server, Start},
};

const SIZE_BAR: f64 = 900.0;
const PAINT_BAR: f64 = 1_000.0;
const SCRIPT: &str = include_str!("admin/paint.mjs");

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The folder whose `node_modules` hold playwright-core.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../e2e"))]
    e2e: PathBuf,
    /// Node.js 20 or later.
    #[arg(long, env = "ENISHI_BENCH_NODE", default_value = "node")]
    node: PathBuf,
    /// Chromium.
    #[arg(
        long,
        env = "ENISHI_BENCH_CHROMIUM",
        default_value = "/usr/bin/chromium"
    )]
    chromium: PathBuf,
    /// First visits; the middle one counts.
    #[arg(long, default_value_t = 7)]
    visits: usize,
}

/// Measures.
pub(crate) async fn run(home: &Home, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let database = Database::empty(home, Kind::Sqlite, "admin").await?;
    let data_dir = home.folder("admin-data")?;
    let start = Start {
        data_dir: &data_dir,
        url: Some(&database.url),
        patience: Duration::from_mins(1),
    };
    let server = Server::start(home, start).await?;
    let page = paint(home, options, server.port)?;
    for encoding in ["br", "gzip"] {
        let size = first_load(server.port, encoding, &page.pulled).await?;
        let what = format!("admin, first load, {encoding}");
        report.add(what, size, "kB", Some(Bar::AtMost(SIZE_BAR)));
    }
    server.stop().await?;
    let bar = Some(Bar::AtMost(PAINT_BAR));
    report.add(
        "admin, first contentful paint, median",
        page.median,
        "ms",
        bar,
    );
    report.add(
        "admin, first contentful paint, slowest",
        page.slowest,
        "ms",
        None,
    );
    report.note(format!(
        "first visits with an empty cache: {}; pulled: {}",
        options.visits,
        page.pulled.join(" ")
    ));
    Ok(())
}

/// Asks for everything that the first page pulls and adds up what is sent, in kilobytes of 1,000 bytes.
async fn first_load(port: u16, encoding: &str, paths: &[String]) -> anyhow::Result<f64> {
    let mut connection = Connection::open(port).await?;
    let headers = format!("Accept-Encoding: {encoding}\r\n");
    let mut bytes = 0;
    for path in paths {
        let answer = connection.get(path, &headers).await?;
        ensure!(answer.is_good(), "{path} answered {}", answer.status);
        let is_packed = answer.encoding.as_deref() == Some(encoding);
        ensure!(
            is_packed || answer.body.len() < 10_000,
            "{path} is {} bytes and not packed",
            answer.body.len()
        );
        bytes += answer.body.len();
    }
    #[expect(clippy::cast_precision_loss, reason = "a size for people")]
    let kilobytes = bytes as f64 / 1e3;
    Ok(kilobytes)
}

/// What Chromium saw.
struct Page {
    median: f64,
    slowest: f64,
    /// The files that the first page asks for, itself first.
    pulled: Vec<String>,
}

fn paint(home: &Home, options: &Options, port: u16) -> anyhow::Result<Page> {
    let script = home.folder("paint")?.join("paint.mjs");
    std::fs::write(&script, SCRIPT)?;
    let output = Command::new(&options.node)
        .arg(&script)
        .arg(options.e2e.join("package.json"))
        .arg(&options.chromium)
        .arg(format!("http://127.0.0.1:{port}/"))
        .arg(options.visits.to_string())
        .output()
        .with_context(|| format!("failed to start {}", options.node.display()))?;
    ensure!(
        output.status.success(),
        "the visit failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let seen: Value = serde_json::from_slice(&output.stdout).context("the visit told no JSON")?;
    let mut paints: Vec<f64> = list(&seen, "paints").filter_map(Value::as_f64).collect();
    paints.sort_by(f64::total_cmp);
    let pulled = list(&seen, "pulled").filter_map(Value::as_str);
    Ok(Page {
        median: *paints
            .get(paints.len() / 2)
            .context("no visit was painted")?,
        slowest: *paints.last().context("no visit was painted")?,
        pulled: pulled.map(str::to_owned).collect(),
    })
}

fn list<'a>(seen: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    let found = seen.get(name).and_then(Value::as_array);
    found.into_iter().flatten()
}
