//! A provider in memory that remembers every message it was given, and misbehaves on request.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use campaigns::{
    ledger::{LedgerWriter, WriterOptions},
    send::{Carrier, CarrierError, Carriers, PublicUrls, SendOptions, SendWorker},
    sender::Sender,
    track::{KeySource, Keyring, KeysAway},
};
use channel_core::{
    Answer, Capabilities, Channel, ChannelKind, Content, Email, Message, NotReady, Outcome,
    Prepared, Reason, ReasonClass, Refusal, Session, SuppressReason, rate::RatePolicy,
};
use kernel::id::WorkspaceId;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use crate::world::World;

/// What the provider has been given.
#[derive(Default)]
pub(crate) struct Provider {
    pub(crate) taken: Mutex<Vec<(String, Email)>>,
    pub(crate) tries: Mutex<HashMap<i64, u32>>,
    pub(crate) is_slow: AtomicBool,
}

impl Provider {
    pub(crate) fn n_taken(&self) -> usize {
        self.taken.lock().len()
    }

    /// Fails when anybody was given a message twice.
    pub(crate) fn assert_no_doubles(&self) {
        let taken = self.taken.lock();
        let mut seen = std::collections::HashSet::new();
        for (address, _) in taken.iter() {
            assert!(
                seen.insert(address.clone()),
                "{address} got the message twice"
            );
        }
    }

    pub(crate) fn mail_to(&self, address: &str) -> Email {
        let taken = self.taken.lock();
        taken
            .iter()
            .find(|(to, _)| to == address)
            .map(|(_, email)| email.clone())
            .unwrap()
    }
}

struct FakeChannel(Arc<Provider>);
struct FakeSession(Arc<Provider>);

#[async_trait]
impl Channel for FakeChannel {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kind: ChannelKind::Email,
            provider_dedupes: false,
            max_lanes: 8,
            max_bytes: 1_000_000,
        }
    }
    fn validate(&self, _message: &Message) -> Result<(), Refusal> {
        Ok(())
    }
    fn prepare(&self, message: Message) -> Result<Prepared, Refusal> {
        if message.recipient.as_str().starts_with("broken") {
            return Err(Refusal::address("cannot be written"));
        }
        Ok(Prepared {
            sender: String::new(),
            recipient: message.recipient.as_str().to_owned(),
            wire_id: format!("<{}@test>", message.delivery_id),
            payload: Vec::new(),
            message,
        })
    }
    fn open(&self) -> Box<dyn Session> {
        Box::new(FakeSession(self.0.clone()))
    }
    fn classify(&self, _answer: &Answer) -> Outcome {
        unreachable!("the fake gives outcomes itself")
    }
}

#[async_trait]
impl Session for FakeSession {
    async fn ready(&mut self, _prepared: &Prepared) -> Result<(), NotReady> {
        Ok(())
    }
    async fn deliver(&mut self, prepared: &Prepared) -> Outcome {
        if self.0.is_slow.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        let address = prepared.recipient.clone();
        let tries = {
            let mut tries = self.0.tries.lock();
            let n = tries.entry(prepared.message.delivery_id).or_default();
            *n += 1;
            *n
        };
        let reason = |class| Reason::new(class, Some(450), "no");
        if address.starts_with("bounce") {
            return Outcome::Suppress {
                why: SuppressReason::HardBounce,
                reason: reason(ReasonClass::UnknownRecipient),
            };
        }
        if address.starts_with("later") && tries == 1 {
            return Outcome::NotAccepted {
                retry_after: Duration::from_secs(1),
                reason: reason(ReasonClass::MailboxFull),
            };
        }
        let Content::Email(email) = &prepared.message.content else {
            unreachable!("only mail is sent")
        };
        self.0
            .taken
            .lock()
            .push((address.clone(), (**email).clone()));
        if address.starts_with("silent") {
            return Outcome::Unknown {
                reason: reason(ReasonClass::Timeout),
            };
        }
        Outcome::Accepted {
            provider_ref: prepared.wire_id.clone(),
        }
    }
    async fn close(&mut self) {}
}

pub(crate) struct FakeCarriers(pub(crate) Arc<Provider>);

#[async_trait]
impl Carriers for FakeCarriers {
    async fn carrier(
        &self,
        _workspace: WorkspaceId,
        _sender: &Sender,
    ) -> Result<Carrier, CarrierError> {
        Ok(Carrier {
            channel: Arc::new(FakeChannel(self.0.clone())),
            rates: RatePolicy::default(),
            lanes: 4,
        })
    }
}

pub(crate) struct FixedKey;

#[async_trait]
impl KeySource for FixedKey {
    async fn keys(&self, _workspace: WorkspaceId) -> Result<Option<Vec<(u8, [u8; 32])>>, KeysAway> {
        Ok(Some(vec![(1, [5; 32])]))
    }
}

/// A worker of this world over a provider; `batch` keeps reservations small where a test wants that.
pub(crate) fn worker(world: &World, provider: &Arc<Provider>, batch: usize) -> Arc<SendWorker> {
    worker_over(world, Arc::new(FakeCarriers(provider.clone())), batch)
}

/// A worker of this world over any channels.
pub(crate) fn worker_over(
    world: &World,
    carriers: Arc<dyn Carriers>,
    batch: usize,
) -> Arc<SendWorker> {
    let options = WriterOptions {
        retry: Duration::from_millis(5),
        ..WriterOptions::default()
    };
    let clock = Arc::new(world.clock.clone());
    let (writer, task) =
        LedgerWriter::new(world.db.clone(), clock.clone(), world.ids.clone(), options);
    tokio::spawn(task);
    Arc::new(SendWorker {
        db: world.db.clone(),
        clock,
        ids: world.ids.clone(),
        writer,
        carriers,
        keyring: Keyring::new(Arc::new(FixedKey)),
        urls: PublicUrls::new("https://t.example.jp/"),
        blocks: Arc::default(),
        options: SendOptions {
            batch,
            poll: Duration::from_millis(5),
            lease: Duration::from_secs(15),
        },
    })
}

/// Runs a worker until `done` holds, then lets it end politely.
pub(crate) async fn send_until<F, Fut>(world: &World, provider: &Arc<Provider>, done: F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = bool>,
{
    let stop = CancellationToken::new();
    let running = tokio::spawn(worker(world, provider, 8).run(stop.clone()));
    wait_for(done).await;
    stop.cancel();
    running.await.unwrap();
}

/// Waits for something that other tasks bring about; a minute is a failure.
pub(crate) async fn wait_for<F, Fut>(done: F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = bool>,
{
    for _ in 0..6_000 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not happen within a minute");
}
