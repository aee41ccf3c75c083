//! `bench memory`: an idle server with an empty workspace.

use std::time::Duration;

use crate::{
    Databases,
    database::{self, Database, Kind},
    figure::{Bar, Report},
    home::Home,
    machine,
    server::{Server, Start},
    shop,
};

const BAR: f64 = 80.0;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where to measure.
    #[arg(long, value_enum, default_value = "both")]
    database: Databases,
    /// Seconds after the start.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

/// Measures.
pub(crate) async fn run(home: &Home, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    for kind in options.database.kinds() {
        measure(home, options, kind, report).await?;
    }
    Ok(())
}

async fn measure(
    home: &Home,
    options: &Options,
    kind: Kind,
    report: &mut Report,
) -> anyhow::Result<()> {
    let database = Database::empty(home, kind, "memory").await?;
    let db = database.open().await?;
    let tx = db.begin().await?;
    shop::found(&tx).await?;
    tx.commit().await?;
    database::close(db).await?;
    let data_dir = home.folder("memory-data")?;
    let start = Start {
        data_dir: &data_dir,
        url: Some(&database.url),
        patience: Duration::from_mins(1),
    };
    let server = Server::start(home, start).await?;
    tokio::time::sleep(Duration::from_secs(options.seconds)).await;
    let memory = machine::memory(server.pid());
    server.stop().await?;
    let name = kind.name();
    let what = format!("{name} memory {} s after start", options.seconds);
    report.add(what, memory.now, "MB", Some(Bar::AtMost(BAR)));
    report.add(format!("{name} memory, peak"), memory.peak, "MB", None);
    Ok(())
}
