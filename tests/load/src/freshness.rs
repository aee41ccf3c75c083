//! `bench freshness`: from the answer to an event until it is written down that its customer entered a segment.
//!
//! The workspace has two hundred segments and takes in the tracking messages of `bench ingest` besides; then the same
//! while a file is imported. Customers of whom nothing else is known to come do one thing each, which one segment asks
//! for. A wait ends when another connection to the database reads the interval that was opened.

mod probe;
mod segments;

use std::{cell::Cell, time::Duration};

use access::Permission;
use anyhow::ensure;
use sea_orm::{ConnectOptions, DatabaseConnection};
use storage::Db;

use self::probe::{Found, Probes, Watch};
use crate::{
    Databases,
    database::{self, Database, Kind},
    figure::{Bar, Report},
    home::Home,
    import,
    ingest::{self, Client, Pace, Tally},
    machine,
    server::{Server, Start},
    shop,
};

/// Milliseconds under load, half of the waits and 99 of 100.
const HALF_BAR: f64 = 100.0;
const MOST_BAR: f64 = 1_000.0;
/// Milliseconds while a file is imported, 99 of 100 waits.
const IMPORT_BAR: f64 = 3_000.0;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where to measure.
    #[arg(long, value_enum, default_value = "both")]
    database: Databases,
    /// Tracking messages a second besides.
    #[arg(long, default_value_t = 1_000.0)]
    rate: f64,
    /// Customers a second whose entering is waited for.
    #[arg(long, default_value_t = 20)]
    probes: u32,
    /// Seconds under load.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// People in the base, each with three identities and two events.
    #[arg(long, default_value_t = 1_000_000)]
    people: u64,
    /// Order lines of the file.
    #[arg(long, default_value_t = 600_000)]
    lines: usize,
}

/// Measures.
pub(crate) async fn run(home: &Home, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let path = home.folder("freshness-file")?.join("orders.csv");
    let n_lines = import::write_file(&path, options.lines)?;
    for kind in options.database.kinds() {
        let name = format!("ingest_{}", options.people);
        let fill = async |db: &Db| ingest::fill(db, options.people).await;
        let database = Database::filled(home, kind, &name, fill).await?;
        let db = database.open().await?;
        let keys = Keys {
            write: shop::write_key(&db).await?,
            api: shop::api_key(
                &db,
                &[
                    Permission::SegmentsRead,
                    Permission::SegmentsWrite,
                    Permission::ProfilesRead,
                    Permission::ProfilesWrite,
                ],
            )
            .await?,
        };
        database::close(db).await?;
        let data_dir = home.folder("freshness-data")?;
        let start = Start {
            data_dir: &data_dir,
            url: Some(&database.url),
            patience: Duration::from_mins(1),
        };
        let server = Server::start(home, start).await?;
        let bench = Bench {
            kind,
            options,
            keys,
            server,
            db: watch_with(&database).await?,
        };
        bench.measure((&path, n_lines), report).await?;
    }
    report.note(format!(
        "{} segments, {} people, {:.0} messages/s in batches of {}, {} waited for a second; a wait is over when it can be read in the database",
        segments::N, options.people, options.rate, ingest::BATCH, options.probes
    ));
    Ok(())
}

/// Opens a connection that only reads: an embedded database has one server, and may have readers besides.
async fn watch_with(database: &Database) -> anyhow::Result<DatabaseConnection> {
    let url = match database.kind {
        Kind::Sqlite => format!("{}?mode=ro", database.url),
        Kind::Postgres => database.url.clone(),
    };
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Ok(sea_orm::Database::connect(options).await?)
}

struct Keys {
    write: String,
    api: String,
}

struct Bench<'a> {
    kind: Kind,
    options: &'a Options,
    keys: Keys,
    server: Server,
    /// Reads what the server has written.
    db: DatabaseConnection,
}

impl Bench<'_> {
    async fn measure(
        mut self,
        (path, n_lines): (&std::path::Path, usize),
        report: &mut Report,
    ) -> anyhow::Result<()> {
        let name = self.kind.name();
        ingest::at_rest(self.server.pid()).await;
        eprintln!("{name}: making {} segments", segments::N);
        let segment = segments::make(self.server.port, &self.keys.api, &self.db).await?;
        ingest::at_rest(self.server.pid()).await;

        let mut probes = Probes::new(self.server.port, &self.keys.write, self.options.people);
        let mut watch = Watch::new(&self.db, segment);
        eprintln!("{name}: {:.0}/s", self.options.rate);
        let client = Client::new(self.server.port, &self.keys.write, self.options.people);
        let span = Duration::from_secs(self.options.seconds);
        let cpu = machine::cpu(self.server.pid());
        let is_over = Cell::new(false);
        let load = async {
            let tally = client.run(Pace::Fixed(self.options.rate), span).await;
            is_over.set(true);
            tally
        };
        let (tally, found) = tokio::join!(
            load,
            watch.follow(&mut probes, self.options.probes, &is_over)
        );
        let cpu = machine::cpu(self.server.pid()) - cpu;
        tell(
            report,
            &format!("{name}, under load"),
            &found?,
            [Some(HALF_BAR), Some(MOST_BAR)],
        );
        self.tell_load(report, &tally, cpu)?;

        eprintln!("{name}: importing {n_lines} lines");
        let is_over = Cell::new(false);
        let api = self.keys.api.clone();
        let (server, options) = (&mut self.server, self.options);
        let file = async {
            let rate = import::lines_per_second(server, &api, (path, n_lines)).await;
            is_over.set(true);
            rate
        };
        let (rate, found) = tokio::join!(file, watch.follow(&mut probes, options.probes, &is_over));
        let label = format!("{name}, while importing");
        tell(report, &label, &found?, [None, Some(IMPORT_BAR)]);
        report.add(format!("{label}, lines"), rate?, "lines/s", None);

        self.db.close().await?;
        let log = self.server.stop().await?;
        ensure!(log.trim().is_empty(), "the server complained:\n{log}");
        Ok(())
    }

    fn tell_load(&self, report: &mut Report, tally: &Tally, cpu: f64) -> anyhow::Result<()> {
        ensure!(
            tally.n_failed == 0,
            "{} batches were answered otherwise than 2xx",
            tally.n_failed
        );
        let name = self.kind.name();
        report.add(
            format!("{name}, messages taken in besides"),
            tally.per_second(),
            "/s",
            None,
        );
        report.note(format!(
            "{name}: the server used {:.2} cores under load",
            cpu / tally.took.as_secs_f64()
        ));
        Ok(())
    }
}

fn tell(report: &mut Report, label: &str, found: &Found, [half, most]: [Option<f64>; 2]) {
    for (rank, name, bar) in [
        (500, "p50", half),
        (950, "p95", None),
        (990, "p99", most),
        (1_000, "max", None),
    ] {
        let what = format!("{label}, {name} until entered");
        report.add(what, found.waits.at(rank), "ms", bar.map(Bar::AtMost));
    }
    if !found.slow.is_empty() {
        let told = found.slow.iter().map(|slow| {
            let [from, until] = slow.span;
            format!("{} at {from} to {until}", slow.n)
        });
        let told = told.collect::<Vec<_>>().join(", ");
        report.note(format!("{label}, more than 300 ms waited {told}"));
    }
    #[expect(clippy::cast_precision_loss, reason = "a count for people")]
    report.add(
        format!("{label}, entered"),
        found.n as f64,
        "customers",
        None,
    );
}
