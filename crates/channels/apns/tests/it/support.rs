//! What the tests have in common.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use channel_apns::{ApnsChannel, ApnsConfig, ApnsKey};
use channel_core::{
    Channel, Content, Message, NotReady, Outcome, Push, PushPriority, Recipient,
    conformance::provider::{Act, Protocol, Provider},
    dial::{AllowList, Dialler},
    http::Patience,
};
use kernel::time::{Clock, Millis};

pub(crate) const AT: Millis = Millis(1_783_993_320_000);
pub(crate) const TOPIC: &str = "jp.example.aoba";
pub(crate) const TEAM: &str = "AOBA0TEAM1";
pub(crate) const KEY_ID: &str = "AOBA00KEY1";

/// A clock that is turned by hand.
#[derive(Debug)]
pub(crate) struct Hand(AtomicI64);

impl Hand {
    pub(crate) fn at(now: Millis) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(now.0)))
    }

    pub(crate) fn turn(&self, span: i64) {
        self.0.fetch_add(span, Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) fn key() -> ApnsKey {
    ApnsKey::parse(include_str!("fixtures/AuthKey.p8"), TEAM, KEY_ID).unwrap()
}

pub(crate) fn config(host: &str) -> ApnsConfig {
    ApnsConfig {
        host: host.to_owned(),
        patience: Patience {
            connect: Duration::from_secs(2),
            answer: Duration::from_millis(900),
            ..Patience::default()
        },
        ..ApnsConfig::new(TOPIC, key())
    }
}

pub(crate) fn channel(port: u16, clock: Arc<dyn Clock>) -> ApnsChannel {
    let dialler = Dialler::new(AllowList::loopback());
    ApnsChannel::new(config(&format!("http://127.0.0.1:{port}")), &dialler, clock).unwrap()
}

/// A provider that takes what the script does not say.
pub(crate) async fn provider(script: Vec<Act>) -> Provider {
    let usual = Act::status(200, "");
    Provider::start(Protocol::Two, script, usual).await.unwrap()
}

pub(crate) fn device(digit: char) -> String {
    String::from(digit).repeat(64)
}

pub(crate) fn push() -> Push {
    Push {
        title: "春の新作 🌸".to_owned(),
        body: "花子さま、こんにちは".to_owned(),
        ttl: Duration::from_hours(1),
        priority: PushPriority::High,
        ..Push::default()
    }
}

pub(crate) fn message(n: i64, to: &str) -> Message {
    message_of(n, to, push())
}

pub(crate) fn message_of(n: i64, to: &str, push: Push) -> Message {
    Message {
        delivery_id: n,
        idempotency_key: format!("push_{n}"),
        recipient: Recipient::new(to),
        at: AT,
        content: Content::Apns(Box::new(push)),
    }
}

/// Sends a message through a lane of its own.
pub(crate) async fn send(channel: &dyn Channel, message: Message) -> Result<Outcome, NotReady> {
    let mut lane = channel.open();
    let prepared = channel.prepare(message).unwrap();
    lane.ready(&prepared).await?;
    let outcome = lane.deliver(&prepared).await;
    lane.close().await;
    Ok(outcome)
}
