//! What the tests have in common.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use channel_core::{
    Channel, Content, Message, NotReady, Outcome, Push, PushPriority, Recipient,
    conformance::provider::{Act, Protocol, Provider},
    dial::{AllowList, Dialler, Schemes},
    http::Patience,
};
use channel_webpush::{VapidKey, WebPushChannel, WebPushConfig};
use kernel::time::{Clock, Millis};

pub(crate) const AT: Millis = Millis(1_783_993_320_000);
/// The browser of RFC 8291's example: its private key is published, so that a judge can read its mail.
pub(crate) const P256DH: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
pub(crate) const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
pub(crate) const PRIVATE: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";

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

pub(crate) fn key() -> VapidKey {
    VapidKey::from_bytes(&[7; 32]).unwrap()
}

pub(crate) fn config() -> WebPushConfig {
    WebPushConfig {
        schemes: Schemes::AlsoHttp,
        patience: Patience {
            connect: Duration::from_millis(700),
            answer: Duration::from_millis(700),
            ..Patience::default()
        },
        ..WebPushConfig::new(key(), "mailto:push@example.jp")
    }
}

/// A channel that may connect to this machine, without protection and with little patience.
pub(crate) fn channel() -> Arc<dyn Channel> {
    timed(Hand::at(AT))
}

pub(crate) fn timed(clock: Arc<Hand>) -> Arc<dyn Channel> {
    let dialler = Dialler::new(AllowList::loopback());
    Arc::new(WebPushChannel::new(config(), &dialler, clock).unwrap())
}

/// A push service that takes what the script does not say.
pub(crate) async fn service(script: Vec<Act>) -> Provider {
    let location = ("location", "https://push.example.net/m/1");
    let usual = Act::with(201, &[location], "");
    Provider::start(Protocol::One, script, usual).await.unwrap()
}

pub(crate) fn subscription(endpoint: &str) -> String {
    format!(
        r#"{{"endpoint":"{endpoint}","expirationTime":null,"keys":{{"p256dh":"{P256DH}","auth":"{AUTH}"}}}}"#
    )
}

pub(crate) fn local(port: u16) -> String {
    subscription(&format!("http://127.0.0.1:{port}/push/abc"))
}

pub(crate) fn push() -> Push {
    Push {
        title: "春の新作 🌸".to_owned(),
        body: "花子さま、こんにちは".to_owned(),
        link: Some("https://shop.example.jp/春".to_owned()),
        ttl: Duration::from_hours(1),
        priority: PushPriority::Normal,
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
        content: Content::WebPush(Box::new(push)),
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
