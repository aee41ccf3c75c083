//! `bench send`: a campaign from the ledger through rendering and MIME to Postfix's `smtp-sink`.
//!
//! The server process does all of it; what arrived is counted by the sink itself.

mod campaign;
mod sink;

use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::ValueEnum;
use storage::{Db, sql};

pub(crate) use self::campaign::customers;
use self::sink::Sink;
use crate::{
    Databases,
    database::{self, Database, Kind},
    figure::{Bar, Report},
    home::Home,
    machine,
    server::{Server, Start},
};

/// The bar for memory speaks of so many mails.
const MAILS_OF_MEMORY: u64 = 100_000;
const MEMORY_BAR: f64 = 200.0;
/// Mails that must have arrived before the clock runs: connections are open, code and caches warm.
const RUN_UP: Duration = Duration::from_secs(5);
const SAMPLE_EVERY: Duration = Duration::from_millis(100);
/// How long nothing may arrive.
const PATIENCE: Duration = Duration::from_mins(3);

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where to measure.
    #[arg(long, value_enum, default_value = "both")]
    database: Databases,
    /// How mails are signed.
    #[arg(long, value_enum, default_value = "none")]
    dkim: Dkim,
    /// Recipients of the campaign; more than are sent in the measured time.
    #[arg(long, default_value_t = 300_000)]
    recipients: u64,
    /// Connections to the sink.
    #[arg(long, default_value_t = 32)]
    lanes: u32,
    /// Seconds that count.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

/// How mails are signed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dkim {
    /// Not at all.
    None,
    /// RSA with 2048 bits.
    Rsa,
    /// Ed25519.
    Ed25519,
}

impl Dkim {
    const fn label(self) -> &'static str {
        match self {
            Self::None => "unsigned",
            Self::Rsa => "RSA-2048",
            Self::Ed25519 => "Ed25519",
        }
    }

    const fn bar(self) -> Option<Bar> {
        match self {
            Self::None => Some(Bar::AtLeast(2_000.0)),
            Self::Rsa => Some(Bar::AtLeast(800.0)),
            Self::Ed25519 => None,
        }
    }
}

/// Measures.
pub(crate) async fn run(home: &Home, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    for kind in options.database.kinds() {
        measure(home, options, kind, report).await?;
    }
    report.note(format!(
        "{} connections to smtp-sink, counted by the sink; the clock runs {} s after the first mail",
        options.lanes,
        RUN_UP.as_secs()
    ));
    Ok(())
}

async fn measure(
    home: &Home,
    options: &Options,
    kind: Kind,
    report: &mut Report,
) -> anyhow::Result<()> {
    let data_dir = home.folder("send-data")?;
    let database = Database::empty(home, kind, "send").await?;
    let durability = database.durability().await?;
    let sink = Sink::start(options.lanes)?;
    eprintln!("{}: writing {} recipients", kind.name(), options.recipients);
    let plan = campaign::Plan {
        recipients: options.recipients,
        lanes: options.lanes,
        dkim: options.dkim,
        port: sink.port,
        data_dir: &data_dir,
    };
    let db = database.open().await?;
    campaign::launch(&db, &plan).await?;
    database::close(db).await?;

    let start = Start {
        data_dir: &data_dir,
        url: Some(&database.url),
        patience: Duration::from_mins(1),
    };
    let mut server = Server::start(home, start).await?;
    let watched = watch(&mut server, &sink, options).await?;
    let log = server.stop().await?;
    let (n_mails, size) = (sink.mails(), sink.mean_size());

    watched.tell(report, (kind, options.dkim), n_mails);
    report.note(format!(
        "{}: {durability}; first mail {:.1} s after the server was ready, {} mails of {:.1} kB, the server used {:.2} cores",
        kind.name(),
        watched.planned.as_secs_f64(),
        n_mails,
        size / 1e3,
        watched.cpu / watched.span.as_secs_f64(),
    ));
    ensure!(log.trim().is_empty(), "the server complained:\n{log}");
    let db = database.open().await?;
    check(&db, n_mails).await?;
    database::close(db).await
}

/// What was seen of a run.
struct Watched {
    /// From the server being ready to the first mail.
    planned: Duration,
    /// Mails that arrived in the measured time.
    n: u64,
    /// The measured time.
    span: Duration,
    /// Seconds of processor time of the server in it.
    cpu: f64,
    /// Memory when it was over.
    memory: machine::Memory,
}

impl Watched {
    fn tell(&self, report: &mut Report, (kind, dkim): (Kind, Dkim), n_mails: u64) {
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = self.n as f64 / self.span.as_secs_f64();
        let name = format!("{} send {}", kind.name(), dkim.label());
        report.add(
            format!("{name}, {:.0} s", self.span.as_secs_f64()),
            rate,
            "mails/s",
            dkim.bar(),
        );
        let bar = (n_mails >= MAILS_OF_MEMORY).then_some(Bar::AtMost(MEMORY_BAR));
        report.add(format!("{name}, memory, peak"), self.memory.peak, "MB", bar);
        report.add(
            format!("{name}, memory, at the end"),
            self.memory.now,
            "MB",
            None,
        );
    }
}

/// Waits through the run-up and the measured time, and until the memory's bar can be spoken of.
async fn watch(server: &mut Server, sink: &Sink, options: &Options) -> anyhow::Result<Watched> {
    let ready = Instant::now();
    wait(server, PATIENCE, || sink.mails() > 0).await?;
    let planned = ready.elapsed();
    tokio::time::sleep(RUN_UP).await;
    let (first, cpu, begin) = (sink.mails(), machine::cpu(server.pid()), Instant::now());
    // The last hundredth is left out: lanes run dry one by one.
    let enough = options.recipients - options.recipients / 100;
    ensure!(
        first < enough,
        "give more --recipients: all were sent before the clock ran"
    );
    let span = Duration::from_secs(options.seconds);
    wait(server, span + PATIENCE, || {
        begin.elapsed() >= span || sink.mails() >= enough
    })
    .await?;
    let (last, span) = (sink.mails(), begin.elapsed());
    let cpu = machine::cpu(server.pid()) - cpu;
    let rest = MAILS_OF_MEMORY.min(enough);
    wait(server, PATIENCE, || sink.mails() >= rest).await?;
    Ok(Watched {
        planned,
        n: last - first,
        span,
        cpu,
        memory: machine::memory(server.pid()),
    })
}

async fn wait(
    server: &mut Server,
    patience: Duration,
    done: impl Fn() -> bool,
) -> anyhow::Result<()> {
    let began = Instant::now();
    while !done() {
        server.check()?;
        ensure!(
            began.elapsed() < patience,
            "nothing more arrives at the sink"
        );
        tokio::time::sleep(SAMPLE_EVERY).await;
    }
    Ok(())
}

/// The ledger must say of exactly what arrived that it was accepted.
async fn check(db: &Db, n_mails: u64) -> anyhow::Result<()> {
    let count = async |state: i32| {
        let text = format!("SELECT COUNT(*) FROM delivery WHERE state = {state}");
        sql::number(db.reader(), text, []).await
    };
    let (accepted, in_doubt) = (count(5).await?, count(7).await?);
    ensure!(
        accepted.cast_unsigned() == n_mails && in_doubt == 0,
        "{n_mails} mails arrived, the ledger says {accepted} accepted and {in_doubt} in doubt"
    );
    Ok(())
}
