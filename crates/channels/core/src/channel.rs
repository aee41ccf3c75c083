//! The two traits that a channel implements.

use std::{fmt, time::Duration};

use async_trait::async_trait;

use kernel::time::Millis;

use crate::{
    Answer, ChannelKind, Inbound, InboundError, InboundRequest, Message, Outcome, Reason,
    ReasonClass, Refusal,
};

/// What a channel can do, for those who drive it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Its kind.
    pub kind: ChannelKind,
    /// Whether the provider recognises a repeated idempotency key. Where it does, an `Unknown`
    /// message may be sent again; where it does not, it must not be.
    pub provider_dedupes: bool,
    /// The most lanes that are of use at a time.
    pub max_lanes: usize,
    /// The most bytes that one prepared message may have.
    pub max_bytes: usize,
}

/// A message ready for the wire: rendered and signed, nothing left but to hand it over.
#[derive(Clone)]
pub struct Prepared {
    /// The message it was made of; the sandbox shows its parts.
    pub message: Message,
    /// The sender on the wire, such as the SMTP return path.
    pub sender: String,
    /// The recipient on the wire, such as the quoted form of a carrier address.
    pub recipient: String,
    /// Our own name of the message on the wire, such as its Message-ID.
    pub wire_id: String,
    /// The bytes.
    pub payload: Vec<u8>,
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("delivery_id", &self.message.delivery_id)
            .field("payload_bytes", &self.payload.len())
            .finish_non_exhaustive()
    }
}

/// Prepared messages of the same content that go to the provider in one request.
///
/// The caller durably keeps the key and the members, in this order, before the first hand-over: the
/// provider recognises a repeat only if every byte is the same.
#[derive(Debug, Clone)]
pub struct Pack {
    /// The same for every try of this very pack, and of no other.
    pub idempotency_key: String,
    /// Its members, at most [`Channel::max_pack`] and all of one [`Channel::pack_key`].
    pub messages: Vec<Prepared>,
}

/// Whether something is handed over for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// It is.
    First,
    /// It was handed over before, and what came of it is unknown.
    Again {
        /// When it was handed over for the first time.
        first_at: Millis,
    },
}

/// Why a lane cannot take a message now. Nothing of any message has been sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotReady {
    /// The shortest sensible pause.
    pub retry_after: Duration,
    /// Why.
    pub reason: Reason,
}

impl From<NotReady> for Outcome {
    fn from(not_ready: NotReady) -> Self {
        Self::NotAccepted {
            retry_after: not_ready.retry_after,
            reason: not_ready.reason,
        }
    }
}

/// A way to reach people.
#[async_trait]
pub trait Channel: Send + Sync {
    /// Returns what the channel can do.
    fn capabilities(&self) -> Capabilities;

    /// Checks a message without rendering it; what passes here is prepared without refusal.
    ///
    /// # Errors
    /// A [`Refusal`] says whether the message or the address is at fault.
    fn validate(&self, message: &Message) -> Result<(), Refusal>;

    /// Renders and signs a message. Pure: no I/O, the same message gives the same bytes.
    ///
    /// # Errors
    /// As [`Channel::validate`].
    fn prepare(&self, message: Message) -> Result<Prepared, Refusal>;

    /// Makes a lane. It connects when first asked to be ready.
    fn open(&self) -> Box<dyn Session>;

    /// Returns how many messages of one content a request carries; 1 where each goes alone.
    fn max_pack(&self) -> usize {
        1
    }

    /// Returns what messages must have in common to go in one [`Pack`]; `None` for a message that
    /// goes alone.
    fn pack_key(&self, prepared: &Prepared) -> Option<[u8; 32]> {
        let _ = prepared;
        None
    }

    /// Says what an answer means. Pure; every reply of every lane passes through here.
    fn classify(&self, answer: &Answer) -> Outcome;

    /// Reads what arrived at the channel's hook.
    ///
    /// # Errors
    /// [`InboundError::Unsupported`] unless the channel has a hook.
    fn parse_inbound(&self, request: &InboundRequest<'_>) -> Result<Vec<Inbound>, InboundError> {
        let _ = request;
        Err(InboundError::Unsupported)
    }
}

/// A lane: one connection, at most one message in flight.
#[async_trait]
pub trait Session: Send {
    /// Connects, or makes sure that the connection still lives. Sends nothing of any message.
    ///
    /// Called before the hand-over is recorded, so that a provider that is away costs no ledger
    /// moves and leaves no message in doubt.
    ///
    /// # Errors
    /// [`NotReady`] with the shortest sensible pause.
    async fn ready(&mut self, prepared: &Prepared) -> Result<(), NotReady>;

    /// Hands one message over and waits for the answer.
    ///
    /// The caller has durably recorded `handed_over` before. Dropping the future leaves the message
    /// in doubt: treat it as [`Outcome::Unknown`].
    async fn deliver(&mut self, prepared: &Prepared) -> Outcome;

    /// Hands over again what was left in doubt, at a provider that recognises repeats.
    ///
    /// Sends nothing, and returns [`Outcome::Unknown`], where the provider does not, or when it has
    /// forgotten a message that was first handed over at `first_at`.
    async fn redeliver(&mut self, prepared: &Prepared, first_at: Millis) -> Outcome {
        let _ = (prepared, first_at);
        Outcome::Unknown {
            reason: Reason::new(
                ReasonClass::Other,
                None,
                "the provider does not recognise repeats",
            ),
        }
    }

    /// Hands a pack over and returns what came of each member, in order. Otherwise as
    /// [`Session::deliver`] and, again, as [`Session::redeliver`].
    async fn deliver_pack(&mut self, pack: &Pack, attempt: Attempt) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(pack.messages.len());
        for prepared in &pack.messages {
            outcomes.push(match attempt {
                Attempt::First => self.deliver(prepared).await,
                Attempt::Again { first_at } => self.redeliver(prepared, first_at).await,
            });
        }
        outcomes
    }

    /// Ends the connection politely.
    async fn close(&mut self);
}
