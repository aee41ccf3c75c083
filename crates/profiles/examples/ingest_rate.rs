//! Measures how fast tracking messages are taken in onto a large base.
//!
//! `cargo run --release -p profiles --example ingest_rate -- sqlite:/tmp/rate.db [people] [messages]`
//! (or a `postgres://` address of an empty database). The base is made on the first run: three identity
//! values and two events a person. Batches of 100 messages, a fifth of them identify calls that change
//! an attribute, are parsed from JSON and stored durably; HTTP is not part of the figure.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use kernel::{
    id::{Snowflake, WorkspaceId},
    time::{Clock, SystemClock},
};
use profiles::{
    IngestService, Source,
    ingest::{Limits, body},
};
use sea_orm::ConnectionTrait;
use serde_json::json;
use storage::{Db, Dialect, sql};

const WORKSPACE: WorkspaceId = WorkspaceId::from_raw(700_000_000_000_000_001);
const BATCH: usize = 100;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a measuring program tells its figures")]
async fn main() {
    let mut args = std::env::args().skip(1);
    let url = args
        .next()
        .expect("an address: sqlite:PATH or postgres://…");
    let mut number = |otherwise: usize| {
        args.next()
            .map_or(otherwise, |text| text.parse().expect("a number"))
    };
    let (people, messages) = (number(1_000_000), number(200_000));
    let db = testkit::durable(&url).await;
    seed(&db, people).await;
    let ids = Arc::new(Snowflake::new(SystemClock, 1));
    let (service, task) =
        IngestService::new(db.clone(), Arc::new(SystemClock), ids, Limits::default());
    tokio::spawn(task);

    run(&service, people, messages / 10, None).await;
    let (rate, worst) = run(&service, people, messages, None).await;
    println!(
        "full load: {rate:.0} messages/s, p50 {:?}, p99 {:?}",
        worst.0, worst.1
    );
    let (half, worst) = run(&service, people, messages / 2, Some(rate / 2.0)).await;
    println!(
        "half load: {half:.0} messages/s, p50 {:?}, p99 {:?}",
        worst.0, worst.1
    );
    println!(
        "{:?} cores",
        std::thread::available_parallelism().map(std::num::NonZero::get)
    );
}

/// Sends batches from 16 senders; paced when a rate is given. Returns messages per second, p50 and p99.
async fn run(
    service: &IngestService,
    people: usize,
    messages: usize,
    pace: Option<f64>,
) -> (f64, (Duration, Duration)) {
    let next = Arc::new(AtomicUsize::new(0));
    let n_batches = messages / BATCH;
    let start = Instant::now();
    let senders = (0..16).map(|_| {
        let (service, next) = (service.clone(), next.clone());
        tokio::spawn(async move {
            let mut waits = Vec::new();
            loop {
                let batch = next.fetch_add(1, Ordering::Relaxed);
                if batch >= n_batches {
                    break waits;
                }
                if let Some(rate) = pace {
                    #[expect(
                        clippy::cast_precision_loss,
                        reason = "a count of batches is far below 2^52"
                    )]
                    let due = start + Duration::from_secs_f64((batch * BATCH) as f64 / rate);
                    tokio::time::sleep_until(due.into()).await;
                }
                let text = text_of(people);
                let sent = Instant::now();
                let body = body::read(text.as_bytes(), None).expect("the body is good");
                let verdicts = service
                    .submit(WORKSPACE, Source::Server, body)
                    .await
                    .expect("the messages are stored");
                assert_eq!(verdicts.len(), BATCH);
                waits.push(sent.elapsed());
            }
        })
    });
    let mut waits = Vec::new();
    for sender in senders.collect::<Vec<_>>() {
        waits.extend(sender.await.expect("a sender ends"));
    }
    let took = start.elapsed().as_secs_f64();
    waits.sort_unstable();
    let at = |per_cent: usize| {
        waits
            .get(waits.len() * per_cent / 100)
            .copied()
            .unwrap_or_default()
    };
    #[expect(
        clippy::cast_precision_loss,
        reason = "a count of messages is far below 2^52"
    )]
    let rate = (n_batches * BATCH) as f64 / took;
    (rate, (at(50), at(99)))
}

fn text_of(people: usize) -> String {
    static SEED: AtomicUsize = AtomicUsize::new(1);
    let random = move || {
        let n = SEED
            .fetch_add(1, Ordering::Relaxed)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (n ^ (n >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 20
    };
    let batch: Vec<_> = (0..BATCH)
        .map(|i| {
            let person = random() % people;
            let id = format!("node-next-{}-{}", random(), random());
            match i % 5 {
                0 => json!({"type": "identify", "messageId": id, "userId": format!("u{person}"),
                            "traits": {"email": format!("user{person}@example.jp"), "visits": random() % 1_000_000}}),
                1 => json!({"type": "page", "messageId": id, "anonymousId": format!("a{person}"), "name": "Top",
                            "context": {"page": {"url": "https://shop.example.jp/", "title": "Top"}}}),
                _ => json!({"type": "track", "messageId": id, "userId": format!("u{person}"), "event": "Product Viewed",
                            "properties": {"sku": format!("sku-{}", random() % 5_000), "category": "食品 > 飲料", "price": random() % 9_000}}),
            }
        })
        .collect();
    json!({"batch": batch, "sentAt": SystemClock.now()}).to_string()
}

/// Makes the base where it is not there yet.
async fn seed(db: &Db, people: usize) {
    if sql::number(db.reader(), "SELECT COUNT(*) FROM workspace", [])
        .await
        .expect("a count")
        > 0
    {
        return;
    }
    let workspace = WORKSPACE.raw();
    let numbers = match db.dialect() {
        Dialect::Sqlite => format!(
            "WITH RECURSIVE g(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM g WHERE n + 1 < {people})"
        ),
        Dialect::Postgres => {
            format!("WITH g(n) AS (SELECT generate_series(0::bigint, {people} - 1))")
        }
    };
    let now = SystemClock.now().0;
    let mut statements = vec![
        format!("INSERT INTO workspace (id, name, time_zone, currency, locale, tracking_mode, settings, created_at)
                 VALUES ({workspace}, 'Rate', 'Asia/Tokyo', 'JPY', 'ja', 'notice', '{{}}', 0)"),
        format!("INSERT INTO profile (workspace_id, id, external_id, email, full_name, is_anonymous, attributes, search_text,
                                      first_seen_at, last_seen_at, created_at, updated_at)
                 {numbers} SELECT {workspace}, 1000 + n * 7, 'u' || n, 'user' || n || '@example.jp', '山田 太郎', FALSE,
                 '{{\"visits\": 1, \"city\": \"仙台\", \"rank\": \"gold\"}}', 'user' || n, 0, {now} - n, 0, 0 FROM g"),
    ];
    for (kind, value) in [
        (1, "'u' || n"),
        (2, "'user' || n || '@example.jp'"),
        (3, "'a' || n"),
    ] {
        statements.push(format!(
            "INSERT INTO identity (workspace_id, kind, value, profile_id, origin_profile_id, source, created_at)
             {numbers} SELECT {workspace}, {kind}, {value}, 1000 + n * 7, 1000 + n * 7, 1, 0 FROM g"
        ));
    }
    for copy in 1..=2 {
        statements.push(format!(
            "INSERT INTO event (workspace_id, profile_id, occurred_at, id, name_id, product_id, amount, received_at, properties)
             {numbers} SELECT {workspace}, 1000 + n * 7, {now} - n * 100, n * 2 + {copy}, 3, n % 5000, 100, {now}, '{{\"name\": \"煎茶\"}}' FROM g"
        ));
    }
    for text in statements {
        let tx = db.begin().await.expect("a transaction");
        tx.execute_unprepared(&text)
            .await
            .expect("the base is made");
        tx.commit().await.expect("the base is kept");
    }
    if db.dialect() == Dialect::Postgres {
        db.writer()
            .execute_unprepared("ANALYZE")
            .await
            .expect("statistics");
    }
}
