//! Sending what waits in the outbox.
//!
//! A delivery is taken for as long as an answer may last, sent, and what came of it is recorded. Should this process be
//! killed in between, the delivery is due again when that time is over, and goes out once more under the same id.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use channel_core::{
    Channel, Content, Message, Outcome, Recipient, Webhook,
    breaker::{Admission, Breaker, BreakerPolicy},
};
use kernel::{
    id::{IdSource, WebhookId},
    time::{Clock, Millis},
};
use parking_lot::Mutex;
use ring::rand::{SecureRandom, SystemRandom};
use storage::{Db, secret::MasterKey};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use webhooks::{
    delivery::{self, Due, Lane, Report, Taken, Verdict},
    keys::Keys,
    webhook,
};

use crate::state::App;

/// Notices under way at a time, in all and to one webhook: a slow receiver must not keep the others waiting.
const AT_ONCE: usize = 32;
const TO_ONE: usize = 8;
/// How often it is looked for what is due.
const POLL: Duration = Duration::from_millis(500);
/// What recording an answer may take on top of getting it.
const MARGIN: Duration = Duration::from_secs(5);

/// Sends notices to every webhook of every workspace.
pub struct Sender {
    db: Db,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    master_key: MasterKey,
    channel: Arc<dyn Channel>,
    /// How long a delivery is taken for.
    holds: Duration,
    slots: Mutex<HashMap<WebhookId, Slot>>,
}

/// What is known of a webhook in memory alone.
struct Slot {
    under_way: usize,
    breaker: Breaker,
}

/// Where a notice goes, and what signs it.
#[derive(Clone)]
struct Target {
    url: String,
    secrets: Vec<Vec<u8>>,
}

impl Sender {
    /// Makes a sender.
    ///
    /// # Errors
    /// When the settings allow no channel.
    pub fn new(app: &App) -> anyhow::Result<Arc<Self>> {
        let timeout = Duration::from_secs(app.config.webhooks.timeout_seconds);
        Ok(Arc::new(Self {
            db: app.db.clone(),
            clock: app.clock.clone(),
            ids: app.ids.clone(),
            master_key: app.master_key.clone(),
            channel: Arc::new(super::channel(app)?),
            holds: timeout * 2 + MARGIN,
            slots: Mutex::default(),
        }))
    }

    /// Sends until it is told to stop; what is under way then is waited for.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut under_way = JoinSet::new();
        while !stop.is_cancelled() {
            if let Err(error) = self.set_off(&mut under_way).await {
                let error = format!("{error:#}");
                tracing::warn!(error, "failed to look for webhooks that are due");
            }
            tokio::select! {
                () = stop.cancelled() => break,
                Some(_) = under_way.join_next() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    /// Sends what is due now and waits for the answers; returns how many there were. Tests turn it by hand.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn round(self: &Arc<Self>) -> anyhow::Result<usize> {
        let (mut under_way, mut n) = (JoinSet::new(), 0);
        loop {
            let begun = self.set_off(&mut under_way).await?;
            n += begun;
            while under_way.join_next().await.is_some() {}
            if begun == 0 {
                return Ok(n);
            }
        }
    }

    async fn set_off(self: &Arc<Self>, under_way: &mut JoinSet<()>) -> anyhow::Result<usize> {
        let now = self.clock.now();
        let mut n = 0;
        for due in delivery::due(self.db.reader(), now).await? {
            let free = AT_ONCE.saturating_sub(under_way.len());
            let Some((due, most)) = self.admit(due, free, now) else {
                continue;
            };
            let Some(target) = self.target(due, now).await? else {
                continue;
            };
            let tx = self.db.begin().await?;
            let holds = i64::try_from(self.holds.as_millis())?;
            let taken = delivery::take(&tx, due, (now, now.plus(holds)), most).await?;
            tx.commit().await?;
            n += taken.len();
            for one in taken {
                self.with_slot(one.webhook, |slot| slot.under_way += 1);
                let (sender, target) = (Arc::clone(self), target.clone());
                under_way.spawn(async move { sender.send(one, target).await });
            }
        }
        Ok(n)
    }

    /// Says what may be sent to a webhook now, and how much.
    fn admit(&self, due: Due, free: usize, now: Millis) -> Option<(Due, usize)> {
        self.with_slot(due.webhook, |slot| {
            let most = free.min(TO_ONE.saturating_sub(slot.under_way));
            if most == 0 {
                return None;
            }
            match slot.breaker.admit(now) {
                Admission::Go => Some((due, most)),
                Admission::Trial => Some((due, 1)),
                // Whoever asks for a test wants to see what comes of it.
                Admission::Wait(_) => Some((
                    Due {
                        lane: Lane::TestsOnly,
                        ..due
                    },
                    most,
                )),
            }
        })
    }

    fn with_slot<T>(&self, webhook: WebhookId, act: impl FnOnce(&mut Slot) -> T) -> T {
        let mut slots = self.slots.lock();
        act(slots.entry(webhook).or_insert_with(|| Slot {
            under_way: 0,
            breaker: Breaker::new(BreakerPolicy::default()),
        }))
    }

    async fn target(&self, due: Due, now: Millis) -> anyhow::Result<Option<Target>> {
        let found = webhook::find(self.db.reader(), due.workspace, due.webhook).await?;
        let Some(found) = found else {
            return Ok(None);
        };
        let whose = (due.workspace, due.webhook);
        let keys = Keys::open(self.db.reader(), &self.master_key, whose).await?;
        Ok(Some(Target {
            url: found.url,
            secrets: keys.signing(now),
        }))
    }

    async fn send(&self, taken: Taken, target: Target) {
        let (sent_at, begun) = (self.clock.now(), Instant::now());
        let outcome = self.hand_over(&taken, target, sent_at).await;
        self.with_slot(taken.webhook, |slot| {
            slot.under_way = slot.under_way.saturating_sub(1);
            match outcome.reason() {
                // Whoever answers is there, whatever they say.
                Some(reason) if reason.code.is_none() => slot.breaker.fault(sent_at),
                _ => slot.breaker.answered(),
            }
        });
        let report = Report {
            outcome,
            sent_at,
            duration_ms: i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX),
            chance: chance(),
        };
        match self.settle(&taken, &report).await {
            Ok(verdict) => tracing::debug!(
                webhook.id = %taken.webhook, delivery.id = %taken.id, ?verdict,
                outcome = report.outcome.as_str(), "webhook {} answered", taken.webhook
            ),
            // It is due again when the time is over for which it was taken.
            Err(error) => tracing::warn!(
                error = format!("{error:#}"), delivery.id = %taken.id,
                "failed to record what came of webhook delivery {}", taken.id
            ),
        }
    }

    async fn hand_over(&self, taken: &Taken, target: Target, at: Millis) -> Outcome {
        let message = Message {
            delivery_id: taken.id.raw(),
            idempotency_key: taken.message.to_string(),
            recipient: Recipient::new(target.url),
            at,
            content: Content::Webhook(Box::new(Webhook {
                body: taken.body.clone(),
                secrets: target.secrets,
            })),
        };
        let prepared = match self.channel.prepare(message) {
            Ok(prepared) => prepared,
            // Refused by us: no reason to think ill of the receiver.
            Err(refusal) => {
                return match Outcome::from(refusal) {
                    Outcome::Suppress { reason, .. } => Outcome::Dropped { reason },
                    outcome => outcome,
                };
            }
        };
        let mut lane = self.channel.open();
        if let Err(not_ready) = lane.ready(&prepared).await {
            return not_ready.into();
        }
        let outcome = lane.deliver(&prepared).await;
        lane.close().await;
        outcome
    }

    async fn settle(&self, taken: &Taken, report: &Report) -> anyhow::Result<Verdict> {
        let tx = self.db.begin().await?;
        let now = self.clock.now();
        let verdict = delivery::settle(&tx, &*self.ids, taken, report, now).await?;
        tx.commit().await?;
        Ok(verdict)
    }
}

/// A number between 0 and 1, to spread retries; where the system gives none they are not spread.
fn chance() -> f64 {
    let mut bytes = [0; 4];
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 0.0,
    }
}
