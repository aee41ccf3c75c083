//! `bench segments`: nine queries to the audience index of a shop of a million, against plain loops and over REST;
//! what the index takes, and two hundred segments of one customer and of all.

mod ask;
mod chance;
mod data;
pub(crate) mod evaluator;
mod feed;
mod keep;
mod many;
mod plain;
mod rest;
mod rivals;
mod rules;
mod tables;

use std::{path::PathBuf, sync::Arc, time::Instant};

use anyhow::{Context, ensure};
use index::{Bits, Index, LeafCache, View};
use rayon::{ThreadPool, ThreadPoolBuilder};

use self::{data::Shop, plain::Plain, rules::Rules};
use crate::{
    database::{self, Database, Kind},
    figure::{Bar, Report},
    home::Home,
    machine,
};

/// The queries, in a few words.
const QUERIES: [&str; 9] = [
    "1 facts and consent",
    "2 bought often, lapsed",
    "3 cart left",
    "4 RFM quintiles 5-5-5",
    "5 spent and clicked",
    "6 viewed, never bought",
    "7 eight conditions nested",
    "8 birthday and top decile",
    "9 sequence",
];
/// The most milliseconds of a query.
const WAIT_BAR: f64 = 50.0;
/// The most that the index may take in terms of the plain loop, unless it takes less than [`SHORT`].
const RATIO_BAR: f64 = 3.0;
const SHORT: f64 = 2.0;
/// The most that the ratio may grow from a tenth of the data to all of it.
const GROWTH_BAR: f64 = 1.3;
/// What answers of conditions may take, as in a server.
const CACHE: usize = 256 << 20;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Customers.
    #[arg(long, default_value_t = 1_000_000)]
    people: u32,
    /// Events.
    #[arg(long, default_value_t = 20_000_000)]
    events: u32,
    /// How often each query is asked; the median is told.
    #[arg(long, default_value_t = 15)]
    runs: usize,
    /// Leaves PostgreSQL and DuckDB out.
    #[arg(long)]
    alone: bool,
    /// A Python that has DuckDB.
    #[arg(long, env = "ENISHI_BENCH_PYTHON", default_value = "python3")]
    python: PathBuf,
}

/// What a query took, in milliseconds.
#[derive(Debug, Clone, Copy)]
struct Took {
    members: u64,
    /// All cores, nothing kept from before.
    fresh: f64,
    /// All cores, with the answers of its conditions at hand; none where nothing is kept.
    warm: Option<f64>,
    /// One core, nothing kept from before.
    alone: f64,
    /// The plain loop.
    plain: f64,
}

impl Took {
    fn ratio(&self) -> f64 {
        self.alone / self.plain
    }
}

/// Measures.
pub(crate) async fn run(home: &Home, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let alone = ThreadPoolBuilder::new().num_threads(1).build()?;
    let (people, events) = (options.people / 10, options.events / 10);
    let tenth = {
        let shop = Shop::make(people, events);
        let index = feed::load(&shop)?;
        let (_, rules, plain) = prepare(home, shop).await?;
        ask_all(&index.view(), &rules, &plain, &alone, options.runs)?
    };
    say("a tenth is done");
    let shop = Shop::make(options.people, options.events);
    let (index, base) = keep::load(&shop, report)?;
    say("loaded");
    let category_of = shop.category_of.clone();
    let files = rivals::Files::write(&shop, &home.folder("segments-files")?)?;
    let (database, rules, plain) = prepare(home, shop).await?;
    say("asking");
    let all = ask_all(&index.view(), &rules, &plain, &alone, options.runs)?;
    tell(&all, &tenth, report);
    many::ask(&index.view(), &rules, &plain, report)?;
    if !options.alone {
        rivals::ask(home, (&files, &options.python), &plain, &all, report).await?;
        say("PostgreSQL and DuckDB are done");
    }
    drop(files);
    let folder = home.folder("segments-index")?;
    keep::save_and_load(&index, &folder, report)?;
    rest::ask(home, &database, (&index, &rules, &all), options, report).await?;
    keep::follow(&index, &category_of, options, report)?;
    keep::compact(&index, base, report)?;
    say("done");
    report.note(format!(
        "{} customers, {} events; the present is 2025-12-28",
        options.people, options.events
    ));
    report.note(
        "queries 4 and 8 through the index's own questions, the others through the rule language",
    );
    report.note("every set of members equals the plain loop's, customer by customer");
    Ok(())
}

async fn prepare(home: &Home, shop: Shop) -> anyhow::Result<(Database, Rules, Plain)> {
    let terms = feed::terms(&shop.category_of);
    let plain = Plain::new(shop);
    let database = Database::empty(home, Kind::Sqlite, "segments").await?;
    let db = database.open().await?;
    let rules = Rules::resolve(&db, &terms, plain.wanted()).await?;
    database::close(db).await?;
    Ok((database, rules, plain))
}

/// Tells on standard error how far it is; figures come at the end.
fn say(what: &str) {
    eprintln!("{what}; load {:.1}", machine::load());
}

/// Returns the middle one of several times, in milliseconds, and the last answer.
fn median<T>(runs: usize, mut work: impl FnMut() -> T) -> anyhow::Result<(f64, T)> {
    let mut took = Vec::with_capacity(runs);
    let mut last = None;
    for _ in 0..runs.max(1) {
        let began = Instant::now();
        let answer = work();
        took.push(began.elapsed().as_secs_f64() * 1e3);
        last = Some(answer);
    }
    median_of(took).zip(last).context("nothing was asked")
}

/// Returns the middle one.
fn median_of(mut took: Vec<f64>) -> Option<f64> {
    took.sort_by(f64::total_cmp);
    took.get(took.len() / 2).copied()
}

fn ask_all(
    view: &Arc<View>,
    rules: &Rules,
    plain: &Plain,
    alone: &ThreadPool,
    runs: usize,
) -> anyhow::Result<Vec<Took>> {
    let cache = LeafCache::new(CACHE);
    let ask = |query: usize, is_fresh: bool| -> Bits {
        if is_fresh {
            cache.clear();
        }
        ask::ask(view, rules, query, &cache)
    };
    let mut all = Vec::new();
    for (query, name) in (1..).zip(QUERIES) {
        let (plain_took, wanted) = median(runs, || plain.ask(query))?;
        let (fresh, found) = median(runs, || ask(query, true))?;
        ensure!(
            found.words() == wanted.0,
            "{name}: the index finds {}, the plain loop {}",
            found.count(),
            wanted.count()
        );
        let is_kept = rules.query(query).is_some();
        let warm = is_kept.then(|| median(runs, || ask(query, false)));
        let (one_core, _) = alone.install(|| median(runs, || ask(query, true)))?;
        all.push(Took {
            members: found.count(),
            fresh,
            warm: warm.transpose()?.map(|(took, _)| took),
            alone: one_core,
            plain: plain_took,
        });
    }
    Ok(all)
}

fn tell(all: &[Took], tenth: &[Took], report: &mut Report) {
    for ((name, took), tenth) in QUERIES.iter().zip(all).zip(tenth) {
        let what = format!("{name} ({} members)", took.members);
        report.add(what, took.fresh, "ms", Some(Bar::AtMost(WAIT_BAR)));
        if let Some(warm) = took.warm {
            report.add("  warm", warm, "ms", None);
        }
        report.add("  on one core", took.alone, "ms", None);
        report.add("  plain loop", took.plain, "ms", None);
        let is_long = took.alone >= SHORT;
        let bar = |bar| is_long.then_some(Bar::AtMost(bar));
        report.add(
            "  one core to plain loop",
            took.ratio(),
            "times",
            bar(RATIO_BAR),
        );
        report.add(
            "  that to the same of a tenth",
            took.ratio() / tenth.ratio(),
            "times",
            bar(GROWTH_BAR),
        );
    }
}

/// Returns the bytes that an index holds by its own account.
fn bytes(index: &Index) -> usize {
    index.memory().total()
}
