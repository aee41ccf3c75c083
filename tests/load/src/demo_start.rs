//! `bench demo`: from starting `server demo` to its being ready, in an empty folder and again.

use std::time::Duration;

use crate::{
    figure::{Bar, Report},
    home::Home,
    server::{Server, Start},
};

const FIRST_BAR: f64 = 90.0;
const LATER_BAR: f64 = 3.0;

#[derive(clap::Args)]
pub(crate) struct Options {}

/// Measures.
pub(crate) async fn run(home: &Home, _: &Options, report: &mut Report) -> anyhow::Result<()> {
    let data_dir = home.folder("demo-data")?;
    for (what, bar) in [
        ("first start of the demo", FIRST_BAR),
        ("later start", LATER_BAR),
    ] {
        let start = Start {
            data_dir: &data_dir,
            url: None,
            patience: Duration::from_mins(10),
        };
        let server = Server::start(home, start).await?;
        let took = server.took.as_secs_f64();
        report.add(what, took, "s", Some(Bar::AtMost(bar)));
        server.stop().await?;
    }
    Ok(())
}
