//! One channel over all devices of a person: each is reached by its own service.
//!
//! The ledger has one row for a person, and names her devices by their numbers. What names a device to its service is read
//! when the push leaves: a device that went meanwhile gets nothing, and no name of a device stands in the ledger.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use campaigns::{ledger, sender::PushSettings};
use channel_core::{
    Answer, Capabilities, Channel, ChannelKind, Content, Message, NotReady, Outcome, Prepared,
    Push, Reason, ReasonClass, Recipient, Refusal, Session,
};
use devices::{Device, Kind, book};
use kernel::{
    id::{DeliveryId, SenderId, WorkspaceId},
    time::Millis,
};
use profiles::Ctx;

use super::{guard, outcome::combine};
use crate::state::App;

/// What the smallest of the services takes.
const MAX_BYTES: usize = 4_096;
/// A pause when the registry does not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// Pushes of one sender.
#[derive(Clone)]
pub struct PushChannel(Arc<Parts>);

struct Parts {
    app: App,
    workspace: WorkspaceId,
    sender: SenderId,
    ways: HashMap<Kind, Arc<dyn Channel>>,
    max_lanes: usize,
}

impl PushChannel {
    /// A channel that reaches browsers.
    pub fn new(
        app: App,
        workspace: WorkspaceId,
        sender: SenderId,
        settings: &PushSettings,
        web: Arc<dyn Channel>,
    ) -> Self {
        Self(Arc::new(Parts {
            app,
            workspace,
            sender,
            ways: HashMap::from([(Kind::Browser, web)]),
            max_lanes: usize::try_from(settings.lanes).unwrap_or(1),
        }))
    }

    /// Adds an app on devices of Apple's.
    #[must_use]
    pub fn with_apple(self, production: Arc<dyn Channel>, sandbox: Arc<dyn Channel>) -> Self {
        self.with([(Kind::Apns, production), (Kind::ApnsSandbox, sandbox)])
    }

    /// Adds an app by Firebase.
    #[must_use]
    pub fn with_firebase(self, fcm: Arc<dyn Channel>) -> Self {
        self.with([(Kind::Fcm, fcm)])
    }

    fn with(self, more: impl IntoIterator<Item = (Kind, Arc<dyn Channel>)>) -> Self {
        let parts = &self.0;
        let mut ways = parts.ways.clone();
        ways.extend(more);
        Self(Arc::new(Parts {
            app: parts.app.clone(),
            workspace: parts.workspace,
            sender: parts.sender,
            ways,
            max_lanes: parts.max_lanes,
        }))
    }
}

fn push_of(message: &Message) -> Result<&Push, Refusal> {
    match &message.content {
        Content::Push(push) => Ok(push),
        _ => Err(Refusal::message("the message is not a push")),
    }
}

/// Reads the numbers of the devices.
fn numbers(recipient: &str) -> Vec<i64> {
    recipient
        .split_whitespace()
        .filter_map(|number| number.parse().ok())
        .collect()
}

fn check(message: &Message) -> Result<(), Refusal> {
    push_of(message)?.check()?;
    if numbers(message.recipient.as_str()).is_empty() {
        return Err(Refusal::address("no device is named"));
    }
    Ok(())
}

#[async_trait]
impl Channel for PushChannel {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kind: ChannelKind::Push,
            provider_dedupes: false,
            max_lanes: self.0.max_lanes,
            max_bytes: MAX_BYTES,
        }
    }

    fn validate(&self, message: &Message) -> Result<(), Refusal> {
        check(message)
    }

    /// The bytes are each device's own, and are made when it is known which ones there are.
    fn prepare(&self, message: Message) -> Result<Prepared, Refusal> {
        check(&message)?;
        Ok(Prepared {
            sender: self.0.sender.to_string(),
            recipient: message.recipient.as_str().to_owned(),
            wire_id: format!("push-{}", message.idempotency_key),
            payload: Vec::new(),
            message,
        })
    }

    fn open(&self) -> Box<dyn Session> {
        Box::new(Lane {
            parts: Arc::clone(&self.0),
            sessions: HashMap::new(),
            devices: Vec::new(),
        })
    }

    fn classify(&self, answer: &Answer) -> Outcome {
        // Each answer is its own channel's to read; what has none is a browser's.
        match self.0.ways.get(&Kind::Browser) {
            Some(web) => web.classify(answer),
            None => Outcome::Unknown {
                reason: Reason::new(ReasonClass::Other, answer.code, "nobody reads this answer"),
            },
        }
    }
}

/// A lane: one person at a time, one device after the other.
struct Lane {
    parts: Arc<Parts>,
    sessions: HashMap<Kind, Box<dyn Session>>,
    /// Of the person whose push is next.
    devices: Vec<Device>,
}

impl Lane {
    async fn send_to(&mut self, message: &Message, device: &Device) -> Outcome {
        let Some(channel) = self.parts.ways.get(&device.kind) else {
            let why = "the sender has no settings for devices of this kind";
            return Outcome::Dropped {
                reason: Reason::new(ReasonClass::Policy, None, why),
            };
        };
        let own = match own_message(message, device) {
            Ok(own) => channel.prepare(own),
            Err(refusal) => Err(refusal),
        };
        let prepared = match own {
            Ok(prepared) => prepared,
            Err(Refusal::Message(reason) | Refusal::Address(reason)) => {
                return Outcome::Dropped { reason };
            }
        };
        let session = self
            .sessions
            .entry(device.kind)
            .or_insert_with(|| channel.open());
        match session.ready(&prepared).await {
            Ok(()) => session.deliver(&prepared).await,
            Err(not_ready) => not_ready.into(),
        }
    }
}

/// Makes the message of one device.
fn own_message(message: &Message, device: &Device) -> Result<Message, Refusal> {
    let mut push = push_of(message)?.clone();
    let content = match device.kind {
        Kind::Browser => Content::WebPush(Box::new(push)),
        Kind::Apns | Kind::ApnsSandbox => {
            // On devices of Apple's the app registers buttons beforehand; those of a campaign would never be seen.
            push.actions.clear();
            Content::Apns(Box::new(push))
        }
        Kind::Fcm => Content::Fcm(Box::new(push)),
    };
    Ok(Message {
        recipient: Recipient::new(device.token.clone()),
        idempotency_key: format!("{}-{}", message.idempotency_key, device.id.raw()),
        content,
        ..message.clone()
    })
}

#[async_trait]
impl Session for Lane {
    /// Nothing of a push is sent; which devices there are now is read. Their services are asked when the push leaves: one that
    /// is away must not keep the others waiting.
    async fn ready(&mut self, prepared: &Prepared) -> Result<(), NotReady> {
        let Parts {
            app,
            workspace,
            sender,
            ..
        } = &*self.parts;
        let ids = numbers(&prepared.recipient);
        match book::of(app.db.reader(), *workspace, *sender, &ids).await {
            Ok(devices) => {
                self.devices = devices;
                Ok(())
            }
            Err(error) => {
                tracing::warn!(%error, "failed to read devices");
                Err(NotReady {
                    retry_after: PAUSE,
                    reason: Reason::new(ReasonClass::Busy, None, "the registry did not answer"),
                })
            }
        }
    }

    async fn deliver(&mut self, prepared: &Prepared) -> Outcome {
        let devices = std::mem::take(&mut self.devices);
        let mut outcomes = Vec::with_capacity(devices.len());
        for device in &devices {
            let outcome = self.send_to(&prepared.message, device).await;
            if let Outcome::Suppress { reason, .. } = &outcome {
                let delivery = DeliveryId::from_raw(prepared.message.delivery_id);
                if let Err(error) = lose(&self.parts, device, reason.since, delivery).await {
                    // The next push finds it gone again.
                    tracing::warn!(error = format!("{error:#}"), device.id = %device.id, "failed to write down that device {} is gone", device.id);
                }
            }
            outcomes.push(outcome);
        }
        combine(outcomes)
    }

    async fn close(&mut self) {
        for session in self.sessions.values_mut() {
            session.close().await;
        }
        self.sessions.clear();
    }
}

/// Writes down that a device is gone, and looks whether its campaign has lost too many.
async fn lose(
    parts: &Parts,
    device: &Device,
    since: Option<Millis>,
    delivery: DeliveryId,
) -> anyhow::Result<()> {
    let Parts { app, workspace, .. } = parts;
    let tx = app.db.begin().await?;
    let row = ledger::find(&tx, *workspace, delivery).await?;
    let campaign = row.filter(|row| !row.is_test).map(|row| row.campaign);
    let ctx = Ctx {
        tx: &tx,
        workspace: *workspace,
        now: app.now(),
        ids: &*app.ids,
    };
    let is_news = devices::gone(ctx, device.id, since, campaign).await?;
    tx.commit().await?;
    match campaign {
        Some(campaign) if is_news => guard::judge(app, *workspace, campaign).await,
        _ => Ok(()),
    }
}
