//! What the tests have in common.

use std::{sync::Arc, time::Duration};

use channel_core::{
    Channel, Content, Message, NotReady, Outcome, Recipient, Sms,
    conformance::provider::{Act, Protocol, Provider},
    dial::{AllowList, Dialler},
    http::Patience,
};
use channel_sms::{Secret, SmsChannel, SmsConfig};
use kernel::time::{Clock, Millis};

pub(crate) const AT: Millis = Millis(1_783_993_320_000);
pub(crate) const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
pub(crate) const TOKEN: &str = "12345678901234567890123456789012";
pub(crate) const HOOK: &str = "https://crm.example.jp/hooks/sms/snd_1";
pub(crate) const HANAKO: &str = "+819012345678";
/// What the provider says of a message that it took.
pub(crate) const TAKEN: &str = r#"{"sid":"SM0123456789abcdef0123456789abcdef","status":"queued"}"#;

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> Millis {
        AT
    }
}

pub(crate) fn config(host: &str) -> SmsConfig {
    SmsConfig {
        host: host.to_owned(),
        patience: Patience {
            connect: Duration::from_millis(700),
            answer: Duration::from_millis(700),
            ..Patience::default()
        },
        ..SmsConfig::new(ACCOUNT, Secret::new(TOKEN), "+815012345678", HOOK)
    }
}

/// A channel that may connect to this machine, without protection.
pub(crate) fn channel(config: SmsConfig) -> Arc<dyn Channel> {
    let dialler = Dialler::new(AllowList::loopback());
    Arc::new(SmsChannel::new(config, &dialler, Arc::new(Still)).unwrap())
}

pub(crate) fn at(port: u16) -> Arc<dyn Channel> {
    channel(config(&format!("http://127.0.0.1:{port}")))
}

/// A provider that takes what the script does not say.
pub(crate) async fn provider(script: Vec<Act>) -> Provider {
    let usual = Act::status(201, TAKEN);
    Provider::start(Protocol::One, script, usual).await.unwrap()
}

pub(crate) fn message(n: i64, to: &str, text: &str) -> Message {
    Message {
        delivery_id: n,
        idempotency_key: format!("sms_{n}"),
        recipient: Recipient::new(to),
        at: AT,
        content: Content::Sms(Box::new(Sms {
            text: text.to_owned(),
            ttl: Some(Duration::from_hours(1)),
        })),
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
