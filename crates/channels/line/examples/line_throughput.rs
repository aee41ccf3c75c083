//! Measures preparing, and pushing to the fake platform on one lane, on eight, and on 64 whose hand-overs wait
//! for a group commit every 5 ms, as they do behind the ledger; then the documented rate.
//!
//! `cargo run --release -p channel-line --example line_throughput`
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
    Channel as _, Content, LineMessages, Message, Notification, Outcome, Recipient,
    dial::{AllowList, Dialler},
};
use channel_line::{Credentials, LineChannel, LineConfig, LineHosts, Secret};
use kernel::time::{Millis, SystemClock};
use line_fake::{Known, LineFake, Options, Rates};

fn message(n: i64) -> Message {
    let bubble = format!(
        r#"{{"type":"bubble","hero":{{"type":"image","url":"https://img.example.jp/{n}.png","size":"full"}},"body":{{"type":"box","layout":"vertical","contents":[{{"type":"text","text":"花子さま、春の新作です","wrap":true}},{{"type":"button","action":{{"type":"uri","label":"見る","uri":"https://e.example.jp/c/{n}"}}}}]}}}}"#
    );
    let messages = format!(r#"[{{"type":"flex","altText":"春の新作","contents":{bubble}}}]"#);
    Message {
        delivery_id: n,
        idempotency_key: n.to_string(),
        recipient: Recipient::new(format!("U{n:032x}")),
        at: Millis(1_795_330_800_000),
        content: Content::Line(Box::new(LineMessages {
            messages,
            notification: Notification::Normal,
            aggregation_unit: Some("spring".to_owned()),
        })),
    }
}

async fn platform(rates: Rates) -> (LineFake, LineChannel) {
    let options = Options {
        known: Known::Anybody,
        long_lived: Some("token".to_owned()),
        rates,
        ..Options::default()
    };
    let fake = LineFake::start(options, Arc::new(SystemClock)).await;
    let config = LineConfig {
        hosts: LineHosts {
            api: fake.base_url(),
            data: fake.base_url(),
        },
        ..LineConfig::new(
            Credentials::LongLived(Secret::new("token")),
            Secret::new(""),
        )
    };
    let dialler = Dialler::new(AllowList::loopback());
    let channel = LineChannel::new(config, &dialler, Arc::new(SystemClock)).unwrap();
    (fake, channel)
}

/// Sends for some seconds on so many lanes, and returns messages a second.
async fn rate(channel: &LineChannel, lanes: usize, commit: Duration, span: Duration) -> f64 {
    static NEXT: AtomicI64 = AtomicI64::new(1);
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

#[tokio::main]
async fn main() {
    let (fake, channel) = platform(Rates::Documented).await;
    let start = Instant::now();
    for n in 0..2_000 {
        channel.prepare(message(n)).unwrap();
    }
    let micros = start.elapsed().as_secs_f64() * 1e6 / 2_000.0;
    println!("preparing a message: {micros:.0} µs");
    let span = Duration::from_secs(4);
    for (lanes, commit) in [(1, 0), (8, 0), (64, 5)] {
        let rate = rate(&channel, lanes, Duration::from_millis(commit), span).await;
        println!("{lanes} lanes, commit every {commit} ms: {rate:.0} messages a second");
    }
    let refused = fake.log().iter().filter(|one| one.status == 429).count();
    println!("answers of 429: {refused}");
    println!("used for something else or twice: {:?}", fake.misuses());
}
