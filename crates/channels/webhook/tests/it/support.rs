//! What the tests have in common.

use std::{sync::Arc, time::Duration};

use channel_core::{
    Channel, Content, Message, NotReady, Outcome, Recipient, Webhook,
    dial::{AllowList, Dialler},
};
use channel_webhook::{Schemes, Secret, WebhookChannel, WebhookOptions};
use kernel::time::Millis;

pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const AT: Millis = Millis(1_783_993_320_000);

/// A channel that may connect to this machine, without protection and with little patience.
pub(crate) fn channel() -> Arc<dyn Channel> {
    through(Dialler::new(AllowList::loopback()))
}

pub(crate) fn through(dialler: Dialler) -> Arc<dyn Channel> {
    let options = WebhookOptions {
        schemes: Schemes::AlsoHttp,
        timeout: Duration::from_millis(700),
        extra_roots_pem: None,
    };
    Arc::new(WebhookChannel::new(dialler, &options).unwrap())
}

pub(crate) fn local(port: u16) -> String {
    format!("http://127.0.0.1:{port}/hooks?shop=青葉")
}

pub(crate) fn message(n: i64, url: &str) -> Message {
    Message {
        delivery_id: n,
        idempotency_key: format!("whm_{n}"),
        recipient: Recipient::new(url),
        at: AT,
        content: Content::Webhook(Box::new(webhook())),
    }
}

pub(crate) fn webhook() -> Webhook {
    let body = r#"{"type":"segment.entered","timestamp":"2026-07-14T01:42:00Z","data":{"name":"お得意様 😀"}}"#;
    Webhook {
        body: body.to_owned(),
        secrets: vec![Secret::parse(SECRET).unwrap().as_bytes().to_vec()],
    }
}

/// A message that is changed before it is sent.
pub(crate) fn message_with(change: impl FnOnce(&mut Webhook)) -> Message {
    let mut webhook = webhook();
    change(&mut webhook);
    Message {
        content: Content::Webhook(Box::new(webhook)),
        ..message(1, "https://example.jp/hooks")
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
