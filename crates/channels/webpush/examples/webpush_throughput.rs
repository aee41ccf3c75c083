//! Measures encrypting, and sending to a push service on loopback on one lane, on eight, and on 64 whose
//! hand-overs wait for a group commit every 5 ms, as they do behind the ledger.
//!
//! `cargo run --release -p channel-webpush --example webpush_throughput`
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
    Channel as _, Content, Message, Outcome, Push, PushAction, Recipient,
    conformance::provider::{Act, Protocol, Provider},
    dial::{AllowList, Dialler, Schemes},
};
use channel_webpush::{VapidKey, WebPushChannel, WebPushConfig};
use kernel::time::{Millis, SystemClock};

fn message(n: i64, port: u16) -> Message {
    let keys = r#"{"auth":"BTBZMqHH6r4Tts7J_aSIgg","p256dh":"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"}"#;
    let to = format!(r#"{{"endpoint":"http://127.0.0.1:{port}/push/{n}","keys":{keys}}}"#);
    let push = Push {
        title: "春の新作 🌸".to_owned(),
        body: "花子さま、こんにちは。春の新作が入りました。".to_owned(),
        image: Some(format!("https://img.example.jp/{n}.png")),
        link: Some(format!("https://e.example.jp/c/{n}")),
        actions: vec![PushAction {
            id: "cart".to_owned(),
            title: "カートへ".to_owned(),
            link: None,
        }],
        collapse: Some("spring".to_owned()),
        ttl: Duration::from_hours(4),
        ..Push::default()
    };
    Message {
        delivery_id: n,
        idempotency_key: n.to_string(),
        recipient: Recipient::new(to),
        at: Millis(1_795_330_800_000),
        content: Content::WebPush(Box::new(push)),
    }
}

/// Sends for some seconds on so many lanes, and returns messages a second.
async fn rate(channel: &WebPushChannel, port: u16, lanes: usize, commit: Duration) -> f64 {
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
                let prepared = channel.prepare(message(n, port)).unwrap();
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

#[tokio::main]
async fn main() {
    let key = VapidKey::from_bytes(&[7; 32]).unwrap();
    let config = WebPushConfig {
        schemes: Schemes::AlsoHttp,
        ..WebPushConfig::new(key, "mailto:push@example.jp")
    };
    let dialler = Dialler::new(AllowList::loopback());
    let channel = WebPushChannel::new(config, &dialler, Arc::new(SystemClock)).unwrap();
    let start = Instant::now();
    for n in 0..2_000 {
        channel.prepare(message(n, 1_024)).unwrap();
    }
    let micros = start.elapsed().as_secs_f64() * 1e6 / 2_000.0;
    println!("preparing and encrypting a message: {micros:.0} µs");
    for (lanes, commit) in [(1, 0), (8, 0), (64, 5)] {
        let usual = Act::status(201, "");
        let service = Provider::start(Protocol::One, vec![], usual).await.unwrap();
        let commit = Duration::from_millis(commit);
        let rate = rate(&channel, service.port, lanes, commit).await;
        let connections = service.connections();
        println!(
            "{lanes} lanes, commit {commit:?}: {rate:.0} messages a second, {connections} connections"
        );
    }
}
