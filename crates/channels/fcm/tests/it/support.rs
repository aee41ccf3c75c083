//! What the tests have in common: a Firebase that is told what to say, and the server that gives its tokens.

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
use channel_fcm::{FcmChannel, FcmConfig, ServiceAccount};
use kernel::time::{Clock, Millis};
use serde_json::{Value, json};

pub(crate) const AT: Millis = Millis(1_783_993_320_000);
pub(crate) const TOKEN: &str = "cYl3yFIDQ3mJ0bXhJcW9A-:APA91bHun4MxP5egoKMwt2KZFBaFUH-1RYqx";
pub(crate) const FID: &str = "cYl3yFIDQ3mJ0bXhJcW9A-";

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

/// Firebase and Google's token server.
pub(crate) struct Google {
    pub(crate) firebase: Provider,
    pub(crate) tokens: Provider,
    pub(crate) clock: Arc<Hand>,
}

/// An answer of the token server's.
pub(crate) fn issued(name: &str) -> Act {
    let body = json!({ "access_token": name, "expires_in": 3_599, "token_type": "Bearer" });
    Act::status(200, &body.to_string())
}

/// A refusal in Firebase's words.
pub(crate) fn refused(status: u16, code: &str) -> Act {
    let kind = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
    let body = json!({ "error": { "code": status, "message": "said", "status": code,
        "details": [{ "@type": kind, "errorCode": code }] } });
    Act::status(status, &body.to_string())
}

impl Google {
    pub(crate) async fn start(firebase: Vec<Act>, tokens: Vec<Act>) -> Self {
        let taken = Act::status(200, r#"{"name":"projects/aoba-shop/messages/0:1"}"#);
        Self {
            firebase: Provider::start(Protocol::Two, firebase, taken)
                .await
                .unwrap(),
            tokens: Provider::start(Protocol::One, tokens, issued("token-usual"))
                .await
                .unwrap(),
            clock: Hand::at(AT),
        }
    }

    pub(crate) fn channel(&self) -> FcmChannel {
        channel(self.firebase.port, self.tokens.port, self.clock.clone())
    }
}

pub(crate) fn channel(firebase: u16, tokens: u16, clock: Arc<dyn Clock>) -> FcmChannel {
    let mut file: Value = serde_json::from_str(include_str!("fixtures/account.json")).unwrap();
    file["token_uri"] = json!(format!("http://127.0.0.1:{tokens}/token"));
    let account = ServiceAccount::parse(&file.to_string(), Schemes::AlsoHttp).unwrap();
    let config = FcmConfig {
        host: format!("http://127.0.0.1:{firebase}"),
        patience: Patience {
            connect: Duration::from_secs(2),
            answer: Duration::from_millis(900),
            ..Patience::default()
        },
        ..FcmConfig::new(account)
    };
    let dialler = Dialler::new(AllowList::loopback());
    FcmChannel::new(config, &dialler, clock).unwrap()
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
        content: Content::Fcm(Box::new(push)),
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
