//! A platform that carries packs and knows the keys of what it has taken.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use campaigns::{
    send::{Carrier, CarrierError, Carriers},
    sender::Sender,
};
use channel_core::{
    Answer, Attempt, Capabilities, Channel, ChannelKind, Content, Message, NotReady, Outcome, Pack,
    Prepared, Reason, ReasonClass, Refusal, Session, rate::RatePolicy,
};
use kernel::{id::WorkspaceId, time::Millis};
use parking_lot::Mutex;

/// Members of a pack.
const PACK: usize = 3;

/// What goes wrong with the next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is taken, but the answer is lost.
    AnswerLost,
    /// It never arrives, and nobody says so.
    RequestLost,
    /// It is turned away: too many at a time.
    Busy,
    /// The account's quota is used up.
    Quota,
}

/// A platform that knows the keys of what it has taken.
#[derive(Default)]
pub(crate) struct Platform {
    pub(crate) faults: Mutex<VecDeque<Fault>>,
    /// By key: who got it.
    pub(crate) taken: Mutex<HashMap<String, Vec<String>>>,
    /// Every request: its key, whether it was a pack, what it said.
    pub(crate) requests: Mutex<Vec<(String, bool, String)>>,
}

impl Platform {
    fn request(&self, key: &str, to: &[Prepared], is_pack: bool) -> Vec<Outcome> {
        let Content::Line(line) = &to[0].message.content else {
            unreachable!("only LINE is sent")
        };
        let said = line.messages.clone();
        self.requests.lock().push((key.to_owned(), is_pack, said));
        let reason = |class| Reason::new(class, None, "no");
        let fault = self.faults.lock().pop_front();
        let mut taken = self.taken.lock();
        let outcome = match fault {
            Some(Fault::Quota) => Outcome::NotAccepted {
                retry_after: Duration::from_secs(1),
                reason: reason(ReasonClass::Quota),
            },
            Some(Fault::Busy) => Outcome::NotAccepted {
                retry_after: Duration::from_secs(1),
                reason: Reason::new(ReasonClass::RateLimited, Some(429), "slower"),
            },
            Some(Fault::RequestLost) => Outcome::Unknown {
                reason: reason(ReasonClass::Timeout),
            },
            other => {
                let users = to.iter().map(|one| one.recipient.clone());
                taken
                    .entry(key.to_owned())
                    .or_insert_with(|| users.collect());
                match other {
                    Some(_) => Outcome::Unknown {
                        reason: reason(ReasonClass::Timeout),
                    },
                    None => Outcome::Accepted {
                        provider_ref: key.to_owned(),
                    },
                }
            }
        };
        vec![outcome; to.len()]
    }

    /// How often each friend got something.
    pub(crate) fn copies(&self) -> HashMap<String, usize> {
        let mut copies = HashMap::new();
        for users in self.taken.lock().values() {
            for user in users {
                *copies.entry(user.clone()).or_default() += 1;
            }
        }
        copies
    }
}

struct Line(Arc<Platform>);

#[async_trait]
impl Channel for Line {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kind: ChannelKind::Line,
            provider_dedupes: true,
            max_lanes: 4,
            max_bytes: 1_000_000,
        }
    }
    fn validate(&self, _message: &Message) -> Result<(), Refusal> {
        Ok(())
    }
    fn prepare(&self, message: Message) -> Result<Prepared, Refusal> {
        Ok(Prepared {
            sender: String::new(),
            recipient: message.recipient.as_str().to_owned(),
            wire_id: format!("push-{}", message.delivery_id),
            payload: Vec::new(),
            message,
        })
    }
    fn open(&self) -> Box<dyn Session> {
        Box::new(Line(self.0.clone()))
    }
    fn max_pack(&self) -> usize {
        PACK
    }
    fn pack_key(&self, prepared: &Prepared) -> Option<[u8; 32]> {
        let Content::Line(line) = &prepared.message.content else {
            return None;
        };
        let mut key = [0; 32];
        for (at, byte) in line.messages.bytes().enumerate() {
            key[at % 32] ^= byte.rotate_left(u32::try_from(at / 32 % 8).unwrap());
        }
        Some(key)
    }
    fn classify(&self, _answer: &Answer) -> Outcome {
        unreachable!("the fake gives outcomes itself")
    }
}

#[async_trait]
impl Session for Line {
    async fn ready(&mut self, _prepared: &Prepared) -> Result<(), NotReady> {
        Ok(())
    }
    async fn deliver(&mut self, prepared: &Prepared) -> Outcome {
        let key = prepared.message.idempotency_key.clone();
        self.0.request(&key, std::slice::from_ref(prepared), false)[0].clone()
    }
    async fn redeliver(&mut self, prepared: &Prepared, _first_at: Millis) -> Outcome {
        self.deliver(prepared).await
    }
    async fn deliver_pack(&mut self, pack: &Pack, _attempt: Attempt) -> Vec<Outcome> {
        self.0.request(&pack.idempotency_key, &pack.messages, true)
    }
    async fn close(&mut self) {}
}

pub(crate) struct LineCarriers(pub(crate) Arc<Platform>);

#[async_trait]
impl Carriers for LineCarriers {
    async fn carrier(&self, _: WorkspaceId, _: &Sender) -> Result<Carrier, CarrierError> {
        Ok(Carrier {
            channel: Arc::new(Line(self.0.clone())),
            rates: RatePolicy::default(),
            lanes: 2,
        })
    }
}
