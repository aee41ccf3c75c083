//! Measures signing, and sending to Postfix's `smtp-sink` on one lane, on eight, and on 24 whose
//! hand-overs wait for a group commit every 5 ms, as they do behind the ledger.
//!
//! `cargo run --release -p channel-email --example throughput`
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measuring program"
)]

use std::{
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use channel_core::{
    Channel, Content, Email, FeedbackId, Mailbox, Message, Outcome, Recipient, Unsubscribe,
    dial::{AllowList, Dialler},
    rate::RatePolicy,
};
use channel_email::{Composer, DkimKey, DkimSigner, SmtpChannel, SmtpConfig, TlsMode};
use kernel::time::Millis;

const PORT: u16 = 44_025;
const RSA: &str = include_str!("../tests/it/fixtures/rsa2048.pem");

struct Sink(Child);

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn message(n: i64) -> Message {
    let row =
        "<tr><td style=\"padding:12px 24px;color:#333\">春の新作 Spring collection</td></tr>\n";
    let email = Email {
        from: Mailbox {
            name: "Shop".to_owned(),
            address: "info@shop.example.jp".to_owned(),
        },
        reply_to: None,
        to_name: "花子".to_owned(),
        subject: format!("新作のお知らせ {n}"),
        preheader: String::new(),
        html: format!(
            "<html><body><table>{}</table></body></html>",
            row.repeat(10_000 / row.len())
        ),
        text: "新作が届きました。\n".to_owned(),
        unsubscribe: Some(Unsubscribe {
            url: format!("https://e.example.jp/u/{n}"),
            mailto: None,
        }),
        feedback_id: Some(FeedbackId {
            campaign: "cmp_1".to_owned(),
            workspace: "ws_1".to_owned(),
            kind: "campaign".to_owned(),
            sender: "enishi".to_owned(),
        }),
        envelope_sender: None,
        headers: Vec::new(),
        charset: channel_core::Charset::Utf8,
    };
    Message {
        delivery_id: n,
        idempotency_key: n.to_string(),
        recipient: Recipient::new(format!("user{n}@example.jp")),
        at: Millis(1_795_330_800_000),
        content: Content::Email(Box::new(email)),
    }
}

fn signed(pems: &[&str]) -> Composer {
    let signer =
        |pem: &&str| DkimSigner::new("shop.example.jp", "s1", DkimKey::from_pem(pem).unwrap());
    Composer::new(pems.iter().map(signer).collect())
}

/// Returns the microseconds that one preparation takes, the median of nine rounds.
fn prepare_cost(composer: &Composer, rounds: i64) -> f64 {
    let mut costs: Vec<f64> = (0..9)
        .map(|_| {
            let messages: Vec<Message> = (0..rounds).map(message).collect();
            let start = Instant::now();
            for message in messages {
                std::hint::black_box(composer.prepare(message).unwrap());
            }
            start.elapsed().as_secs_f64() * 1e6 / f64::from(u32::try_from(rounds).unwrap())
        })
        .collect();
    costs.sort_by(f64::total_cmp);
    costs.get(4).copied().unwrap_or_default()
}

/// Ends a round of hand-overs every 5 ms, as a group commit does.
fn committer() -> tokio::sync::watch::Receiver<u64> {
    let (sender, receiver) = tokio::sync::watch::channel(0);
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        loop {
            ticks.tick().await;
            sender.send_modify(|round| *round += 1);
        }
    });
    receiver
}

async fn send(
    lanes: usize,
    composer: Composer,
    total: i64,
    commits: Option<tokio::sync::watch::Receiver<u64>>,
) -> f64 {
    let config = SmtpConfig {
        tls: TlsMode::None,
        max_per_connection: 100_000,
        ..SmtpConfig::new("127.0.0.1", PORT)
    };
    let dialler = Dialler::new(AllowList::loopback());
    let channel = SmtpChannel::new(config, composer, dialler, RatePolicy::default()).unwrap();
    let channel: Arc<dyn Channel> = Arc::new(channel);
    let next = Arc::new(AtomicI64::new(0));
    let start = Instant::now();
    let lanes: Vec<_> = (0..lanes)
        .map(|_| {
            let (channel, next) = (Arc::clone(&channel), Arc::clone(&next));
            let mut commits = commits.clone();
            tokio::spawn(async move {
                let mut session = channel.open();
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= total {
                        break;
                    }
                    let prepared = channel.prepare(message(n)).unwrap();
                    session.ready(&prepared).await.unwrap();
                    if let Some(commits) = &mut commits {
                        commits.mark_unchanged();
                        commits.changed().await.unwrap();
                    }
                    let outcome = session.deliver(&prepared).await;
                    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
                }
                session.close().await;
            })
        })
        .collect();
    for lane in lanes {
        lane.await.unwrap();
    }
    f64::from(u32::try_from(total).unwrap()) / start.elapsed().as_secs_f64()
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let (_, ed25519) = DkimKey::generate_ed25519().unwrap();
    let bare = prepare_cost(&Composer::default(), 400);
    println!("write 10 kB, unsigned: {bare:.0} us");
    for (name, pems) in [("RSA-2048", vec![RSA]), ("Ed25519", vec![ed25519.as_str()])] {
        let cost = prepare_cost(&signed(&pems), 400);
        println!("{name} signature: {:.0} us more", cost - bare);
    }
    let _sink = Sink(
        Command::new("/usr/sbin/smtp-sink")
            .args(["-u", "nobody", &format!("127.0.0.1:{PORT}"), "100"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    tokio::time::sleep(Duration::from_secs(1)).await;
    let keys = [
        ("unsigned", vec![]),
        ("RSA-2048", vec![RSA]),
        ("Ed25519", vec![ed25519.as_str()]),
    ];
    for (lanes, is_committed) in [(1, false), (8, false), (24, true)] {
        for (name, pems) in &keys {
            let commits = is_committed.then(committer);
            let wait = if is_committed {
                ", commit every 5 ms"
            } else {
                ""
            };
            let rate = send(lanes, signed(pems), 20_000, commits).await;
            println!("{lanes} lane(s){wait}, {name}: {rate:.0} messages/s");
        }
    }
}
