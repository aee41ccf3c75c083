//! How fast and how large: `cargo run --release -p index --example speed [people] [events]`.
//!
//! Deterministic people and events in the shares of a shop; prints what loading, following, saving,
//! reading back and some questions take.

#![expect(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a program for developers that prints figures"
)]

use std::{error::Error, sync::Arc, time::Instant};

use index::{
    Aggregate, Batch, Change, ColumnKey, Consent, Event, EventFilter, EventQuery, FactKey, Index,
    Limit, OneOf, Profile, Range, Slack, Value, ValueRef, View,
};
use kernel::id::WorkspaceId;

const DAY: i64 = 86_400_000;
const NOW: i64 = 1_784_000_000_000;
/// Event names with their shares in thousandths: page, product, cart, purchase, open, click, …
const SHARES: [(i32, u64); 10] = [
    (10, 480),
    (3, 195),
    (4, 50),
    (2, 26),
    (42, 120),
    (43, 30),
    (1_001, 30),
    (1_002, 20),
    (1_003, 39),
    (1_004, 10),
];

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: i64) -> i64 {
        self.next().cast_signed().rem_euclid(n)
    }

    /// Small numbers far more often than great ones.
    fn skewed(&mut self, n: i64) -> i64 {
        let first = self.below(n);
        if self.below(2) == 0 {
            self.below(first + 1)
        } else {
            first
        }
    }
}

fn key(name: &str) -> FactKey {
    FactKey::Attribute(name.into())
}

fn person(dice: &mut Dice, keys: &[FactKey], id: i64) -> [Change; 2] {
    let text = |text: String| Value::Text(text.into());
    let small = |dice: &mut Dice, n: i64| format!("v{}", dice.skewed(n));
    let facts = vec![
        (keys[0].clone(), text(small(dice, 4))),
        (keys[1].clone(), text(small(dice, 47))),
        (keys[2].clone(), text(small(dice, 4))),
        (
            keys[3].clone(),
            text(format!(
                "19{}-0{}-1{}",
                45 + dice.below(55),
                1 + dice.below(9),
                dice.below(10)
            )),
        ),
        (keys[4].clone(), Value::Number(dice.skewed(20_000) as f64)),
        (
            keys[5].clone(),
            Value::Number(dice.below(100) as f64 / 100.0),
        ),
        (keys[6].clone(), text(small(dice, 8))),
        (keys[7].clone(), text(small(dice, 300))),
        (keys[8].clone(), Value::Boolean(dice.below(5) < 2)),
        (keys[9].clone(), text(format!("customer{id}@example.com"))),
        (keys[10].clone(), Value::Boolean(false)),
        (
            keys[11].clone(),
            Value::Instant(NOW - dice.below(400 * DAY)),
        ),
    ];
    let consents = ["email", "line", "push"].map(|channel| Consent {
        channel: channel.into(),
        purpose: "marketing".into(),
        is_granted: dice.below(3) > 0,
        expires_at: None,
    });
    [
        Change::Profile(Profile { id, facts }),
        Change::Consents {
            profile: id,
            consents: consents.into(),
        },
    ]
}

fn event(dice: &mut Dice, people: i64, id: i64) -> Event {
    let mut share = dice.next() % 1_000;
    let name = SHARES.iter().find(|(_, weight)| {
        let is_it = share < *weight;
        share = share.saturating_sub(*weight);
        is_it
    });
    let name = name.map_or(10, |(name, _)| *name);
    let has_product = matches!(name, 2..=4);
    let product = dice.skewed(20_000);
    Event {
        id,
        profile: 1_000_000 + dice.skewed(people) * 17 % people,
        occurred_at: NOW - dice.below(400 * DAY),
        name,
        product: has_product.then_some(500_000 + product),
        category: has_product.then_some(100 + product % 60),
        amount: (name == 2).then(|| 200 + dice.skewed(30_000) / 10 * 10),
        quantity: (name == 2).then(|| 1 + dice.skewed(3)),
        order: (name == 2).then_some(id / 3),
        campaign: matches!(name, 42 | 43).then(|| dice.below(200)),
        delivery: matches!(name, 42 | 43).then_some(id / 2),
        ..Event::default()
    }
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let made = work();
    println!("{what}: {:.0} ms", began.elapsed().as_secs_f64() * 1e3);
    made
}

fn median(what: &str, mut work: impl FnMut() -> u64) {
    let mut times: Vec<f64> = Vec::new();
    let mut n = 0;
    for _ in 0..9 {
        let began = Instant::now();
        n = work();
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!("{what}: {:.2} ms ({n} people)", times[4]);
}

fn load(people: i64, events: i64) -> Result<Index, Box<dyn Error>> {
    let index = Index::new(Limit::default());
    let mut dice = Dice(20_251_228);
    let names = [
        "gender",
        "prefecture",
        "rank",
        "birthday",
        "points",
        "score",
        "hobby",
        "store",
        "app",
    ];
    let mut keys: Vec<FactKey> = names.map(key).into();
    for field in ["email", "is_anonymous", "last_seen_at"] {
        keys.push(FactKey::Field(field.into()));
    }
    let take = |changes: Vec<Change>| -> Result<(), Box<dyn Error>> {
        index.apply(Batch {
            changes,
            position: None,
        })?;
        if index.is_slack(&Slack::LOADING) {
            index.compact();
        }
        Ok(())
    };
    let began = Instant::now();
    for start in (0..people).step_by(5_000) {
        let ids = start..people.min(start + 5_000);
        take(
            ids.flat_map(|id| person(&mut dice, &keys, 1_000_000 + id))
                .collect(),
        )?;
    }
    println!("{people} people: {:.1} s", began.elapsed().as_secs_f64());
    let began = Instant::now();
    for start in (0..events).step_by(10_000) {
        let ids = start..events.min(start + 10_000);
        take(
            ids.map(|id| Change::Event(event(&mut dice, people, id)))
                .collect(),
        )?;
    }
    println!("{events} events: {:.1} s", began.elapsed().as_secs_f64());
    index.compact();
    Ok(index)
}

fn query(names: &[i32], days: i64, filters: Vec<EventFilter>) -> EventQuery {
    EventQuery {
        names: names.to_vec(),
        from: Some(NOW - days * DAY),
        until: NOW,
        filters,
    }
}

fn ask(view: &View) {
    ask_columns(view);
    ask_events(view);
    ask_sequence(view);
    ask_customers(view);
}

fn ask_columns(view: &View) {
    let is = |name: &str, wanted: &'static [&'static str]| {
        view.test(&ColumnKey::attribute(name), move |value| match value? {
            ValueRef::Text(text) => Some(wanted.contains(&text)),
            _ => None,
        })
    };
    median("gender, prefecture, rank, consent", || {
        let consent = ColumnKey::Consent("email".into(), "marketing".into());
        let consent = view.test(&consent, |value| {
            Some(matches!(value, Some(ValueRef::Boolean(true))))
        });
        let all = is("gender", &["v1"])
            .and(&is("prefecture", &["v12", "v13"]))
            .and(&is("rank", &["v2"]))
            .and(&consent);
        all.certain().count()
    });
    median("points over 5,000", || {
        let key = ColumnKey::attribute("points");
        let answer = view.test(&key, |value| match value? {
            ValueRef::Number(points) => Some(points > 5_000.0),
            _ => None,
        });
        answer.certain().count()
    });
    median("email contains 77", || {
        let key = ColumnKey::field("email");
        let answer = view.test(&key, |value| match value? {
            ValueRef::Text(text) => Some(text.contains("77")),
            _ => None,
        });
        answer.certain().count()
    });
}

#[expect(clippy::too_many_lines, reason = "a list of questions")]
fn ask_events(view: &View) {
    let judge = |what: &str, query: &EventQuery, aggregate, range| {
        median(what, || {
            view.judge(query, aggregate, range).certain().count()
        });
    };
    let category = EventFilter::Category(OneOf::is_in(vec![101]));
    let product = || EventFilter::Product(OneOf::is_in(vec![500_370]));
    judge(
        "bought category three times in 365 days",
        &query(&[2], 365, vec![category.clone()]),
        Aggregate::Times,
        Range::at_least(3),
    );
    judge(
        "bought three times ever, by order",
        &query(&[2], 4_000, vec![]),
        Aggregate::Times,
        Range::at_least(3),
    );
    judge(
        "latest purchase over 60 days ago",
        &query(&[2], 4_000, vec![]),
        Aggregate::Latest,
        Range::at_most(NOW - 60 * DAY),
    );
    judge(
        "spent over 30,000 in 90 days",
        &query(&[2], 90, vec![]),
        Aggregate::Amount,
        Range::at_least(30_001),
    );
    judge(
        "clicked twice in 30 days",
        &query(&[43], 30, vec![EventFilter::Human]),
        Aggregate::Lines,
        Range::at_least(2),
    );
    judge(
        "viewed product in 7 days",
        &query(&[3], 7, vec![product()]),
        Aggregate::Lines,
        Range::at_least(1),
    );
    judge(
        "never bought product",
        &query(&[2], 4_000, vec![product()]),
        Aggregate::Lines,
        Range::at_most(0),
    );
    judge(
        "any page view ever",
        &query(&[10], 4_000, vec![]),
        Aggregate::Lines,
        Range::at_least(1),
    );
    judge(
        "ten page views in 365 days",
        &query(&[10], 365, vec![EventFilter::Human]),
        Aggregate::Lines,
        Range::at_least(10),
    );
    median("amount of all purchases, gathered", || {
        view.measure(&query(&[2], 4_000, vec![]), Aggregate::Amount)
            .people
            .len() as u64
    });
}

/// Viewed a product, put it in the cart within a day, and bought nothing within two.
fn ask_sequence(view: &View) {
    median("viewed, put in cart, not bought", || {
        let carts = query(&[4], 30, vec![]);
        let who = view.any(&carts);
        let letters = [query(&[3], 31, vec![]), carts, query(&[2], 30, vec![])];
        let found = view.sequences(&who, &letters, |steps| {
            steps.iter().enumerate().any(|(i, cart)| {
                cart.letter == 1
                    && cart.at <= NOW - 2 * DAY
                    && steps[..i]
                        .iter()
                        .rev()
                        .take_while(|step| step.at + DAY >= cart.at)
                        .any(|step| {
                            step.letter == 0 && step.product == cart.product && step.at < cart.at
                        })
                    && !steps[i..]
                        .iter()
                        .take_while(|step| step.at <= cart.at + 2 * DAY)
                        .any(|step| step.letter == 2 && step.at > cart.at)
            })
        });
        found.count()
    });
}

fn ask_customers(view: &View) {
    let began = Instant::now();
    let mut n = 0;
    for profile in 1_000_000..1_001_000 {
        if let Some(customer) = view.customer(profile) {
            for i in 0..200 {
                let query = query(&[2, 3 + i % 2], 30 + i64::from(i), vec![]);
                n += u64::from(
                    customer.judge(&query, Aggregate::Lines, Range::at_least(2)) == Some(true),
                );
            }
        }
    }
    println!(
        "200 questions to one customer: {:.1} µs ({n})",
        began.elapsed().as_secs_f64() * 1e3
    );
}

fn main() -> Result<(), Box<dyn Error>> {
    let asked: Vec<i64> = std::env::args()
        .skip(1)
        .filter_map(|n| n.parse().ok())
        .collect();
    let people = asked.first().copied().unwrap_or(1_000_000);
    let events = asked.get(1).copied().unwrap_or(20_000_000);
    let index = load(people, events)?;
    let memory = index.memory();
    println!("{memory:?}");
    println!(
        "{:.1} bytes an event, {:.1} a customer",
        memory.of_events() as f64 / events as f64,
        memory.of_people() as f64 / people as f64
    );
    ask(&index.view());
    let path = std::env::temp_dir().join(format!("index-speed-{}", std::process::id()));
    let workspace = WorkspaceId::from_raw(1);
    timed("save", || index.save(&path, workspace))?;
    println!("{} bytes on disk", std::fs::metadata(&path)?.len());
    let read = timed("read back", || {
        Index::load(&path, workspace, Limit::default())
    })?;
    std::fs::remove_file(&path)?;
    let digest = timed("digest", || read.view().digest());
    println!("{digest:?}, equal: {}", digest == index.view().digest());
    drop(read);
    let mut dice = Dice(7);
    let began = Instant::now();
    for start in 0..50 {
        let changes = (0..2_000).map(|i| {
            Change::Event(Event {
                occurred_at: NOW - dice.below(DAY),
                ..event(&mut dice, people, events + start * 2_000 + i)
            })
        });
        index.apply(Batch {
            changes: changes.collect(),
            position: None,
        })?;
        let _seen: Arc<View> = index.view();
    }
    println!(
        "following 100,000 events, each 2,000 seen: {:.0} ms",
        began.elapsed().as_secs_f64() * 1e3
    );
    println!("with a delta of 100,000 events:");
    ask(&index.view());
    timed("compaction", || index.compact());
    Ok(())
}
