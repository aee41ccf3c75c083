//! Measures preparing and sending to a Firebase on loopback (HTTP/2 without TLS) over at most four connections: on one
//! lane, on 32, and on 256 whose hand-overs wait for a group commit every 5 ms, as they do behind the ledger.
//!
//! `cargo run --release -p channel-fcm --example fcm_throughput`
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measuring program"
)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use channel_core::{
    Channel as _, Content, Message, Outcome, Push, Recipient,
    conformance::provider::{Act, Protocol, Provider},
    dial::{AllowList, Dialler, Schemes},
};
use channel_fcm::{FcmChannel, FcmConfig, ServiceAccount};
use kernel::time::{Millis, SystemClock};

fn message(n: i64) -> Message {
    let push = Push {
        title: "春の新作 🌸".to_owned(),
        body: "花子さま、こんにちは。春の新作が入りました。".to_owned(),
        image: Some(format!("https://img.example.jp/{n}.png")),
        link: Some(format!("https://e.example.jp/c/{n}")),
        badge: Some(1),
        collapse: Some("spring".to_owned()),
        ttl: Duration::from_hours(4),
        ..Push::default()
    };
    Message {
        delivery_id: n,
        idempotency_key: n.to_string(),
        recipient: Recipient::new(format!("cYl3yFIDQ3mJ0bXhJcW9A-:APA91b{n:0134}")),
        at: Millis(1_795_330_800_000),
        content: Content::Fcm(Box::new(push)),
    }
}

/// Sends for some seconds on so many lanes, and returns messages a second.
async fn rate(channel: &FcmChannel, lanes: usize, commit: Duration) -> f64 {
    static NEXT: AtomicI64 = AtomicI64::new(1);
    let span = Duration::from_secs(4);
    let start = Instant::now();
    let sent = Arc::new(AtomicI64::new(0));
    let mut tasks = Vec::new();
    for _ in 0..lanes {
        let (channel, sent) = (channel.clone(), Arc::clone(&sent));
        tasks.push(tokio::spawn(async move {
            let mut lane = channel.open();
            while start.elapsed() < span {
                let n = NEXT.fetch_add(1, Ordering::Relaxed);
                let prepared = channel.prepare(message(n)).unwrap();
                lane.ready(&prepared).await.unwrap();
                if !commit.is_zero() {
                    tokio::time::sleep(commit).await;
                }
                let outcome = lane.deliver(&prepared).await;
                assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
                sent.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    #[expect(clippy::cast_precision_loss, reason = "thousands of messages")]
    let sent = sent.load(Ordering::Relaxed) as f64;
    sent / start.elapsed().as_secs_f64()
}

async fn platform() -> (Provider, FcmChannel) {
    let usual = Act::status(200, r#"{"name":"projects/aoba-shop/messages/1"}"#);
    let provider = Provider::start(Protocol::Two, vec![], usual).await.unwrap();
    let token = r#"{"access_token":"token","expires_in":3599}"#;
    let tokens = Provider::start(Protocol::One, vec![], Act::status(200, token))
        .await
        .unwrap();
    let file = include_str!("../tests/it/fixtures/account.json");
    let file = file.replace(
        "https://oauth2.googleapis.com/token",
        &format!("http://127.0.0.1:{}/token", tokens.port),
    );
    let config = FcmConfig {
        host: format!("http://127.0.0.1:{}", provider.port),
        ..FcmConfig::new(ServiceAccount::parse(&file, Schemes::AlsoHttp).unwrap())
    };
    let dialler = Dialler::new(AllowList::loopback());
    let channel = FcmChannel::new(config, &dialler, Arc::new(SystemClock)).unwrap();
    (provider, channel)
}

#[tokio::main]
async fn main() {
    for (lanes, commit) in [(1, 0), (32, 0), (256, 5)] {
        let (provider, channel) = platform().await;
        let commit = Duration::from_millis(commit);
        let rate = rate(&channel, lanes, commit).await;
        let connections = provider.connections();
        println!(
            "{lanes} lanes, commit {commit:?}: {rate:.0} messages a second, {connections} connections"
        );
    }
}
