//! `bench ingest`: tracking messages over HTTP onto a million people and two million events.

mod base;
mod drive;
mod message;

use std::time::Duration;

use anyhow::ensure;
use storage::{Db, sql};

pub(crate) use self::{
    base::{make as fill, profile},
    drive::{Client, Pace, Tally},
    message::BATCH,
};
use crate::{
    Databases,
    database::{self, Database, Kind},
    figure::{Bar, Report},
    home::Home,
    machine,
    server::{Server, Start},
    shop,
};

/// p99 at half load, in milliseconds.
const WAIT_BAR: f64 = 250.0;
/// Seconds of work within two seconds below which a server is at rest.
const IDLE: f64 = 0.2;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where to measure.
    #[arg(long, value_enum, default_value = "both")]
    database: Databases,
    /// Messages a second of the second phase; the half of the bar unless given.
    #[arg(long)]
    rate: Option<f64>,
    /// Connections of the first phase.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Seconds of either phase.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Seconds before the first phase that do not count.
    #[arg(long, default_value_t = 10)]
    warm_up: u64,
    /// People in the base, each with three identities and two events.
    #[arg(long, default_value_t = 1_000_000)]
    people: u64,
}

/// Measures.
pub(crate) async fn run(home: &Home, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    for kind in options.database.kinds() {
        measure(home, options, kind, report).await?;
    }
    report.note(format!(
        "batches of {} messages, a fifth identify, {} people, {} connections; waits at half load count from when a batch was due",
        BATCH,
        options.people,
        options.connections
    ));
    Ok(())
}

const fn bar(kind: Kind) -> f64 {
    match kind {
        Kind::Sqlite => 8_000.0,
        Kind::Postgres => 5_000.0,
    }
}

async fn measure(
    home: &Home,
    options: &Options,
    kind: Kind,
    report: &mut Report,
) -> anyhow::Result<()> {
    let name = format!("ingest_{}", options.people);
    eprintln!(
        "{}: making or copying the base of {} people",
        kind.name(),
        options.people
    );
    let fill = async |db: &Db| fill(db, options.people).await;
    let database = Database::filled(home, kind, &name, fill).await?;
    let durability = database.durability().await?;
    let db = database.open().await?;
    let key = shop::write_key(&db).await?;
    let before = Counts::read(&db).await?;
    database::close(db).await?;

    let data_dir = home.folder("ingest-data")?;
    let start = Start {
        data_dir: &data_dir,
        url: Some(&database.url),
        patience: Duration::from_mins(1),
    };
    let server = Server::start(home, start).await?;
    at_rest(server.pid()).await;
    let client = Client::new(server.port, &key, options.people);
    let span = Duration::from_secs(options.seconds);
    let rate = options.rate.unwrap_or(bar(kind) / 2.0);
    eprintln!(
        "{}: warming up, then full load, then {rate:.0}/s",
        kind.name()
    );
    let at_full = Pace::Full(options.connections);
    let warm = client
        .run(at_full, Duration::from_secs(options.warm_up))
        .await;
    let cpu = (machine::cpu(std::process::id()), machine::cpu(server.pid()));
    let fast = client.run(at_full, span).await;
    let own = machine::cpu(std::process::id()) - cpu.0;
    let theirs = machine::cpu(server.pid()) - cpu.1;
    let half = client.run(Pace::Fixed(rate), span).await;
    let memory = machine::memory(server.pid());
    let log = server.stop().await?;

    tell(report, kind, &fast, (&half, rate));
    report.add(
        format!("{} memory, peak", kind.name()),
        memory.peak,
        "MB",
        None,
    );
    report.note(format!(
        "{}: {durability}; at full load the client used {:.2} cores, the server {:.2}",
        kind.name(),
        own / fast.took.as_secs_f64(),
        theirs / fast.took.as_secs_f64(),
    ));
    ensure!(log.trim().is_empty(), "the server complained:\n{log}");
    let db = database.open().await?;
    let after = Counts::read(&db).await?;
    database::close(db).await?;
    after.check(&before, &[&warm, &fast, &half])
}

/// Waits until the server has done what it does at its start: building the audience index of a million takes a while.
pub(crate) async fn at_rest(pid: u32) {
    let mut before = machine::cpu(pid);
    loop {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let now = machine::cpu(pid);
        if now - before < IDLE {
            return;
        }
        before = now;
    }
}

fn tell(report: &mut Report, kind: Kind, fast: &Tally, (half, rate): (&Tally, f64)) {
    let at_least = Some(Bar::AtLeast(bar(kind)));
    report.add(
        format!("{} ingest", kind.name()),
        fast.per_second(),
        "events/s",
        at_least,
    );
    for (label, tally, bar) in [
        ("full load".to_owned(), fast, None),
        (format!("{rate:.0}/s"), half, Some(Bar::AtMost(WAIT_BAR))),
    ] {
        for (name, rank, bar) in [
            ("p50", 500, None),
            ("p95", 950, None),
            ("p99", 990, bar),
            ("max", 1_000, None),
        ] {
            report.add(
                format!("{} {label}, {name} of a batch", kind.name()),
                tally.waits.at(rank),
                "ms",
                bar,
            );
        }
    }
    report.add(
        format!("{} kept up at {rate:.0}/s", kind.name()),
        half.per_second(),
        "events/s",
        None,
    );
    #[expect(clippy::cast_precision_loss, reason = "a count for people")]
    let refused = (fast.n_failed + half.n_failed) as f64;
    report.add(
        format!("{} answers other than 2xx", kind.name()),
        refused,
        "",
        None,
    );
}

/// What the database holds.
struct Counts {
    receipts: u64,
    events: u64,
    orders: u64,
    quarantined: u64,
}

impl Counts {
    async fn read(db: &Db) -> anyhow::Result<Self> {
        let count = async |table: &str| {
            let text = format!("SELECT COUNT(*) FROM {table}");
            sql::number(db.reader(), text, [])
                .await
                .map(i64::cast_unsigned)
        };
        Ok(Self {
            receipts: count("receipt").await?,
            events: count("event").await?,
            orders: count("purchase_order").await?,
            quarantined: count("quarantine").await?,
        })
    }

    /// Every message that was answered 2xx must be there; a batch answered otherwise may be.
    fn check(&self, before: &Self, phases: &[&Tally]) -> anyhow::Result<()> {
        let sum = |of: fn(&Tally) -> u64| phases.iter().map(|tally| of(tally)).sum::<u64>();
        let n_failed = sum(|tally| tally.n_failed);
        let check = |what: &str, found: u64, sent: u64, slack: u64| {
            ensure!(
                found >= sent && found <= sent + slack * n_failed,
                "{found} {what} were stored, {sent} were answered with success, {n_failed} batches failed"
            );
            Ok(())
        };
        let batch = message::BATCH as u64;
        check(
            "messages",
            self.receipts - before.receipts,
            sum(|tally| tally.sent.messages),
            batch,
        )?;
        check(
            "orders",
            self.orders - before.orders,
            sum(|tally| tally.sent.orders),
            batch,
        )?;
        // An order leaves an event for each of its lines.
        check(
            "events",
            self.events - before.events,
            sum(|tally| tally.sent.events),
            batch * 4,
        )?;
        ensure!(
            self.quarantined == before.quarantined,
            "messages were put into quarantine"
        );
        Ok(())
    }
}
