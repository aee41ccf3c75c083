//! `bench line-hooks`: events of LINE at a steady pace, each a signed request of its own, until each is answered with 200.
//!
//! The pace does not wait for answers, and a wait counts from the instant at which the request was due. A 200 means that
//! what it told is durable and applied; at the end events and friends are counted.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{bail, ensure};
use campaigns::sender::{self, LineSettings, Sender, Transport};
use channel_line::{Secret, webhook};
use kernel::{
    id::SenderId,
    time::{Clock, SystemClock},
};
use serde_json::json;
use storage::{
    Db, Tx,
    secret::{self, MasterKey},
    sql,
};
use tokio::task::JoinSet;

use crate::{
    Databases,
    database::{self, Database, Kind},
    figure::{Bar, Report},
    home::Home,
    http::{self, Connection},
    latency::Waits,
    server::{Server, Start},
    shop::{self, WORKSPACE},
};

/// Within which 99 of 100 are answered.
const BAR_MS: f64 = 100.0;
/// Within which what was told is applied, every one.
const APPLIED_MS: f64 = 2_000.0;
pub(crate) const ACCOUNT: SenderId = SenderId::from_raw(71);
const BOT: &str = "U8e742f61d673b39c7fff3cecb7536ef0";
const SECRET: &str = "8c570fa6dd201bb328f1c1eac23a96d8";

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where to measure.
    #[arg(long, value_enum, default_value = "both")]
    database: Databases,
    /// Events a second.
    #[arg(long, default_value_t = 1_000)]
    pace: u64,
    /// For how many seconds.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Connections that bring them.
    #[arg(long, default_value_t = 100)]
    lanes: u64,
}

/// Measures.
pub(crate) async fn run(home: &Home, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    for kind in options.database.kinds() {
        measure(home, options, kind, report).await?;
    }
    report.note(format!(
        "{} events a second for {} s, one to a request, over {} connections: a follow, a message and a block of each of many people",
        options.pace, options.seconds, options.lanes
    ));
    Ok(())
}

async fn measure(
    home: &Home,
    options: &Options,
    kind: Kind,
    report: &mut Report,
) -> anyhow::Result<()> {
    let data_dir = home.folder("line-hooks-data")?;
    let database = Database::empty(home, kind, "line_hooks").await?;
    let db = database.open().await?;
    prepare(
        &db,
        &MasterKey::load_or_create(&data_dir.join("master.key"))?,
    )
    .await?;
    database::close(db).await?;
    let start = Start {
        data_dir: &data_dir,
        url: Some(&database.url),
        patience: Duration::from_mins(1),
    };
    let server = Server::start(home, start).await?;
    let began = Instant::now();
    let waits = bring(options, server.port).await?;
    let span = began.elapsed();
    let log = server.stop().await?;
    ensure!(log.trim().is_empty(), "the server complained:\n{log}");

    let n = options.pace * options.seconds;
    let name = kind.name();
    let rate = f64::from(u32::try_from(n)?) / span.as_secs_f64();
    report.add(format!("{name}: events taken in"), rate, "a second", None);
    let waits = Waits::new(waits);
    for (what, rank, bar) in [
        ("half of them", 500, None),
        ("99 of 100", 990, Some(Bar::AtMost(BAR_MS))),
        ("every one", 1_000, Some(Bar::AtMost(APPLIED_MS))),
    ] {
        let what = format!("{name}: {what} answered, and applied, within");
        report.add(what, waits.at(rank), "ms", bar);
    }
    let db = database.open().await?;
    let count = async |text: &str| sql::number(db.reader(), text, []).await;
    let events = count("SELECT COUNT(*) FROM event WHERE name_id IN (60, 61, 62)").await?;
    let blocked = count("SELECT COUNT(*) FROM line_friend WHERE state = 1").await?;
    ensure!(
        (events, blocked) == (n.cast_signed(), (n / 3).cast_signed()),
        "{events} events and {blocked} blocks of {n} requests"
    );
    database::close(db).await
}

/// Brings all events at their pace, shared out among the lanes.
async fn bring(options: &Options, port: u16) -> anyhow::Result<Vec<Duration>> {
    let next = Arc::new(AtomicU64::new(0));
    let (start, pace, last) = (
        Instant::now() + Duration::from_millis(100),
        options.pace.max(1),
        options.pace * options.seconds,
    );
    // In the past, since an instant that has not come counts as now: LINE's order is that of the numbers.
    let first = SystemClock.now().0 - last.cast_signed() - 60_000;
    let mut lanes = JoinSet::new();
    for _ in 0..options.lanes {
        let next = next.clone();
        lanes.spawn(async move {
            let mut wire = Connection::open(port).await?;
            let mut waits = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= last {
                    return anyhow::Ok(waits);
                }
                let request = request(n, first);
                let due = start + Duration::from_micros(n * 1_000_000 / pace);
                tokio::time::sleep_until(due.into()).await;
                let answer = wire.send(&request).await?;
                if answer.status != 200 {
                    bail!(
                        "{}: {}",
                        answer.status,
                        String::from_utf8_lossy(&answer.body)
                    );
                }
                waits.push(due.elapsed());
            }
        });
    }
    let mut all = Vec::new();
    while let Some(done) = lanes.join_next().await {
        all.extend(done??);
    }
    Ok(all)
}

/// Each person follows, writes and blocks, in three requests one after the other.
fn request(n: u64, first: i64) -> Vec<u8> {
    let kind = match n % 3 {
        0 => "follow",
        1 => "message",
        _ => "unfollow",
    };
    let mut event = json!({
        "type": kind, "mode": "active", "timestamp": first + n.cast_signed(),
        "webhookEventId": format!("01HBENCH{n:018}"), "deliveryContext": { "isRedelivery": false },
        "source": { "type": "user", "userId": format!("U{:032x}", n / 3) },
    });
    if let (1, Some(event)) = (n % 3, event.as_object_mut()) {
        let message =
            json!({ "id": n.to_string(), "type": "text", "text": "在庫はありますか？😀" });
        event.insert("message".to_owned(), message);
    }
    let body = json!({ "destination": BOT, "events": [event] }).to_string();
    let signature = webhook::signature(&Secret::new(SECRET), body.as_bytes());
    let headers = format!("x-line-signature: {signature}\r\ncontent-type: application/json\r\n");
    let path = format!("/hooks/line/{ACCOUNT}");
    let mut request = http::head("POST", &path, &headers, body.len() as u64).into_bytes();
    request.extend_from_slice(body.as_bytes());
    request
}

/// Writes the workspace and a connected account.
async fn prepare(db: &Db, master_key: &MasterKey) -> anyhow::Result<()> {
    let tx = db.begin().await?;
    shop::found(&tx).await?;
    connect(&tx, master_key).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes a connected account.
pub(crate) async fn connect(tx: &Tx, master_key: &MasterKey) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let settings: LineSettings =
        serde_json::from_value(json!({ "channel_id": "1234567890", "bot_user_id": BOT }))?;
    let account = Sender {
        id: ACCOUNT,
        from_name: "青葉ストア".to_owned(),
        from_address: "@216ru123".to_owned(),
        reply_to: None,
        transport: Transport::Line(settings),
        version: 1,
    };
    sender::insert(tx, WORKSPACE, &account, now).await?;
    let name = Sender::line_secret_name(ACCOUNT);
    secret::put(tx, master_key, WORKSPACE, &name, SECRET.as_bytes(), now).await?;
    Ok(())
}
