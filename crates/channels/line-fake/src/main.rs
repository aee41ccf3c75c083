//! Serves the platform until it is stopped.

use std::sync::Arc;

use clap::Parser;
use kernel::time::SystemClock;
use line_fake::{Known, LineFake, Options, Rates};

/// A LINE platform on loopback.
#[derive(Parser)]
struct Args {
    /// The port; 0 for any.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The plan's messages a month.
    #[arg(long)]
    monthly_limit: Option<i64>,
    /// Let every request through, whatever the documented rates say.
    #[arg(long)]
    no_rates: bool,
}

#[tokio::main]
async fn main() {
    let args = Args::parse();
    let rates = if args.no_rates {
        Rates::Off
    } else {
        Rates::Documented
    };
    let options = Options {
        port: args.port,
        monthly_limit: args.monthly_limit,
        known: Known::Anybody,
        rates,
        ..Options::default()
    };
    let fake = LineFake::start(options, Arc::new(SystemClock)).await;
    announce(&fake.base_url());
    std::future::pending::<()>().await;
}

#[expect(clippy::print_stdout, reason = "whoever starts it waits for this line")]
fn announce(address: &str) {
    println!("{address}");
}
