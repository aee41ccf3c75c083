//! `bench segments-sql`: the nine queries to the product's own SQL evaluator, on its own tables and with its own indexes,
//! against plain loops and the audience index.
//!
//! All nine are asked in the rule language. Standings are the language's: recency in local days, orders that are events.

use std::time::Instant;

use anyhow::ensure;
use index::{Batch, Change, Index, LeafCache};
use kernel::id::ProfileId;
use profiles::names::ORDER_COMPLETED;
use segmentation::{At, index::compile, language::Document};
use serde_json::{Value as Json, json};
use storage::Db;

use super::{
    CACHE, QUERIES,
    data::Shop,
    feed::{self, FIRST_PROFILE},
    median, median_of,
    plain::{Plain, Set},
    rules::{self, Rules},
    say, tables,
};
use crate::{
    Databases,
    database::{self, Database, Kind},
    figure::{Bar, Report},
    home::Home,
};

/// The most milliseconds of a query on SQLite, in whatever way it is asked.
const WAIT_BAR: f64 = 3_000.0;
/// How many times faster than PostgreSQL the index is to be, and at which queries.
const POSTGRES_BAR: f64 = 20.0;
const POSTGRES_QUERIES: [usize; 4] = [2, 4, 7, 8];

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where to measure.
    #[arg(long, value_enum, default_value = "both")]
    database: Databases,
    /// Customers.
    #[arg(long, default_value_t = 100_000)]
    people: u32,
    /// Events, orders not counted.
    #[arg(long, default_value_t = 2_000_000)]
    events: u32,
    /// How often each query is asked in each way; the median is told, and the slowest.
    #[arg(long, default_value_t = 5)]
    runs: usize,
}

/// A query in the language, whom it selects, and how the index fares with it.
struct Question {
    document: Document,
    wanted: Set,
    by_index: f64,
}

/// Measures.
pub(crate) async fn run(home: &Home, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let shop = Shop::make(options.people, options.events);
    let name = format!("shop_{}_{}", options.people, options.events);
    let mut databases = Vec::new();
    for kind in options.database.kinds() {
        let fill = async |db: &Db| tables::write(db, &shop).await;
        databases.push(Database::filled(home, kind, &name, fill).await?);
        say(&format!("{} is filled", kind.name()));
    }
    let index = feed::load(&shop)?;
    add_orders(&index, &shop)?;
    let plain = Plain::new(shop);
    for database in &databases {
        let db = database.open().await?;
        let rules = Rules::read(&db, plain.wanted()).await?;
        let questions = prepare(&db, (&index, &plain), &rules, options.runs).await?;
        ask_all(
            &db,
            &rules.at,
            &questions,
            (options.runs, database.kind),
            report,
        )
        .await?;
        database::close(db).await?;
    }
    report.note(format!(
        "{} customers, {} events and an order for each purchase; the present is 2025-12-28",
        options.people, options.events
    ));
    report.note(
        "each query in the rule language; its members are those of the plain loop and of the index",
    );
    Ok(())
}

/// The index of the other benchmark knows purchases without orders.
fn add_orders(index: &Index, shop: &Shop) -> anyhow::Result<()> {
    let orders = tables::events(shop).filter(|event| event.name == ORDER_COMPLETED);
    index.apply(Batch {
        changes: orders.map(Change::Event).collect(),
        position: None,
    })?;
    index.pack();
    Ok(())
}

/// Asks the plain loop and the index.
async fn prepare(
    db: &Db,
    (index, plain): (&Index, &Plain),
    rules: &Rules,
    runs: usize,
) -> anyhow::Result<Vec<Question>> {
    let cache = LeafCache::new(CACHE);
    let view = index.view();
    let mut questions = Vec::new();
    for (query, name) in (1..).zip(QUERIES) {
        let document = match rules.query(query) {
            Some(document) => document.clone(),
            None => rules::rule(&standing(query))?,
        };
        let resolved = segmentation::resolve(db.reader(), &rules.at, &[&document]).await?;
        let (by_index, found) = median(runs, || {
            cache.clear();
            compile(&document, &resolved, &rules.at).members(&view, Some(&cache))
        })?;
        let wanted = plain.ask_in_words(query);
        ensure!(
            found.words() == wanted.0,
            "{name}: the index finds {}, the plain loop {}",
            found.count(),
            wanted.count()
        );
        questions.push(Question {
            document,
            wanted,
            by_index,
        });
    }
    Ok(questions)
}

/// The two queries that the other benchmark asks by the index's own questions.
fn standing(query: usize) -> Json {
    let best = |by: &str| json!({"standing": {"by": by, "cut": {"equal_counts": 5}, "in": [5]}});
    if query == 4 {
        return json!({"all": [best("recency"), best("frequency"), best("monetary")]});
    }
    json!({"all": [
        {"fact": {
            "of": {"attribute": "birthday"},
            "test": {"date": {"anniversary": {"from": 0, "until": 6}}},
        }},
        {"standing": {"by": "monetary", "cut": {"equal_counts": 10}, "first": "best", "in": [1]}},
    ]})
}

async fn ask_all(
    db: &Db,
    at: &At,
    questions: &[Question],
    (runs, kind): (usize, Kind),
    report: &mut Report,
) -> anyhow::Result<()> {
    let bar = (kind == Kind::Sqlite).then_some(Bar::AtMost(WAIT_BAR));
    for ((query, name), question) in (1..).zip(QUERIES).zip(questions) {
        let document = &question.document;
        let resolved = segmentation::resolve(db.reader(), at, &[document]).await?;
        let (mut counting, mut parting, mut listing) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..runs.max(1) {
            let began = Instant::now();
            let n = segmentation::count(db.reader(), at, document).await?;
            counting.push(since(began));
            let began = Instant::now();
            let counts = segmentation::count_each(db.reader(), at, document, &resolved).await?;
            parting.push(since(began));
            let began = Instant::now();
            let members = segmentation::all_members(db.reader(), at, document).await?;
            listing.push(since(began));
            let wanted = i64::from(question.wanted.count());
            ensure!(
                (n, counts.total) == (wanted, wanted) && is_alike(&members, &question.wanted),
                "{name}: {} counts {n} and lists {}, the plain loop {wanted}",
                kind.name(),
                members.len()
            );
        }
        say(&format!("{}: {name}", kind.name()));
        let label = format!("{}: {name} ({})", kind.name(), question.wanted.count());
        tell(report, &label, counting.clone(), bar);
        tell(report, "  with a count of each condition", parting, bar);
        tell(report, "  the members", listing, bar);
        report.add("  the index", question.by_index, "ms", None);
        if kind == Kind::Postgres {
            let ratio = median_of(counting).unwrap_or(0.0) / question.by_index;
            let is_bar = POSTGRES_QUERIES.contains(&query);
            let bar = is_bar.then_some(Bar::AtLeast(POSTGRES_BAR));
            report.add("  counting to the index", ratio, "times", bar);
        }
    }
    Ok(())
}

fn tell(report: &mut Report, what: &str, took: Vec<f64>, bar: Option<Bar>) {
    let slowest = took.iter().copied().fold(0.0, f64::max);
    if let Some(median) = median_of(took) {
        report.add(what, median, "ms", bar);
    }
    report.add("  the slowest", slowest, "ms", bar);
}

fn since(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

fn is_alike(members: &[ProfileId], wanted: &Set) -> bool {
    let is_all = usize::try_from(wanted.count()) == Ok(members.len());
    is_all
        && members.iter().all(|member| {
            let place = u32::try_from(member.raw() - FIRST_PROFILE);
            place.is_ok_and(|place| wanted.contains(place))
        })
}
