//! Messages, clocks and channels that the tests share.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use channel_core::{
    Channel, Content, LineMessages, Message, Notification, Outcome, Prepared, Recipient,
    dial::{AllowList, Dialler},
};
use channel_line::{Credentials, LineChannel, LineConfig, LineHosts, LineTimeouts, Secret};
use kernel::time::{Clock, Millis};
use line_fake::{LineFake, Options};

pub(crate) const START: Millis = Millis(1_795_330_800_000);

/// A clock turned by hand.
#[derive(Debug)]
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(START.0)))
    }

    pub(crate) fn turn(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }
}

/// A platform and a channel to it, on one clock.
pub(crate) struct World {
    pub(crate) fake: LineFake,
    pub(crate) channel: LineChannel,
    pub(crate) clock: Arc<HandClock>,
}

impl World {
    pub(crate) async fn new(options: Options) -> Self {
        let clock = HandClock::new();
        let credentials = stateless(&options);
        let fake = LineFake::start(options, clock.clone()).await;
        for n in 1..=9 {
            fake.befriend(&user(n));
        }
        let channel = channel(&fake.base_url(), credentials, clock.clone());
        Self {
            fake,
            channel,
            clock,
        }
    }

    pub(crate) async fn usual() -> Self {
        Self::new(Options::default()).await
    }

    /// Sends one message through a lane of its own.
    pub(crate) async fn send(&self, message: Message) -> Outcome {
        send(&self.channel, message).await
    }
}

pub(crate) fn stateless(options: &Options) -> Credentials {
    Credentials::Stateless {
        channel_id: options.channel_id.clone(),
        channel_secret: Secret::new(options.channel_secret.clone()),
    }
}

pub(crate) fn channel(base: &str, credentials: Credentials, clock: Arc<dyn Clock>) -> LineChannel {
    patient_channel(base, credentials, clock, Duration::from_millis(1_500))
}

/// A channel that waits so long for an answer.
pub(crate) fn patient_channel(
    base: &str,
    credentials: Credentials,
    clock: Arc<dyn Clock>,
    answer: Duration,
) -> LineChannel {
    let secret = Secret::new(Options::default().channel_secret);
    let config = LineConfig {
        hosts: LineHosts {
            api: base.to_owned(),
            data: base.to_owned(),
        },
        timeouts: LineTimeouts {
            connect: Duration::from_secs(5),
            answer,
        },
        ..LineConfig::new(credentials, secret)
    };
    LineChannel::new(config, &Dialler::new(AllowList::loopback()), clock).unwrap()
}

pub(crate) async fn send(channel: &dyn Channel, message: Message) -> Outcome {
    let mut session = channel.open();
    let prepared = channel.prepare(message).unwrap();
    if let Err(not_ready) = session.ready(&prepared).await {
        return not_ready.into();
    }
    let outcome = session.deliver(&prepared).await;
    session.close().await;
    outcome
}

/// Person number `n`.
pub(crate) fn user(n: i64) -> String {
    format!("U{n:032x}")
}

/// Message number `n` to person 1.
pub(crate) fn message(n: i64) -> Message {
    message_to(n, &user(1))
}

pub(crate) fn message_to(n: i64, user: &str) -> Message {
    message_of(
        n,
        user,
        r#"[{"type":"text","text":"春の新作が届きました 🌸"}]"#,
    )
}

pub(crate) fn message_of(n: i64, user: &str, messages: &str) -> Message {
    Message {
        delivery_id: n,
        idempotency_key: format!("{}", 7_301_444_403_200_000_000_i64 + n),
        recipient: Recipient::new(user),
        at: START,
        content: Content::Line(Box::new(LineMessages {
            messages: messages.to_owned(),
            notification: Notification::Normal,
            aggregation_unit: None,
        })),
    }
}

/// Messages number 1 to `count`, each to the person of that number, with one content.
pub(crate) fn prepared(channel: &LineChannel, count: i64) -> Vec<Prepared> {
    (1..=count)
        .map(|n| channel.prepare(message_to(n, &user(n))).unwrap())
        .collect()
}

#[track_caller]
pub(crate) fn accepted(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Accepted { provider_ref } => provider_ref.clone(),
        other => panic!("not accepted: {other:?} {}", other.reason().unwrap().detail),
    }
}
