//! The sandbox: a transport that delivers into the product's own inbox page.
//!
//! The default of a new workspace, so that everything can be tried without a mail server. Some
//! addresses misbehave on purpose, so that suppression and retries can be tried as well:
//! `anything+bounce@…` and every address at `bounce.*` do not exist, `anything+defer@…` is asked to
//! come back later.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use channel_core::{
    Answer, Capabilities, Channel, ChannelKind, Content, Message, NotReady, Outcome, Prepared,
    Reason, ReasonClass, Refusal, Session, Stage,
};
use kernel::time::Millis;

use crate::{classify, composer, composer::Composer};

/// A message as the sandbox keeps it: the parts for the page, the raw bytes for the curious.
#[derive(Clone, PartialEq, Eq)]
pub struct CapturedMessage {
    /// The ledger row.
    pub delivery_id: i64,
    /// The same for every try; a second store under it has no effect.
    pub idempotency_key: String,
    /// The instant written into the message.
    pub at: Millis,
    /// The Message-ID.
    pub message_id: String,
    /// The author's name; may be empty.
    pub from_name: String,
    /// The author's address.
    pub from_address: String,
    /// The return path.
    pub envelope_sender: String,
    /// The recipient's bare address.
    pub recipient: String,
    /// The subject.
    pub subject: String,
    /// The line that inboxes show after the subject.
    pub preheader: String,
    /// The HTML part; may be empty.
    pub html: String,
    /// The text part; may be empty.
    pub text: String,
    /// The header lines as sent, names and unfolded values in order.
    pub headers: Vec<(String, String)>,
    /// All of it, as it would have gone out.
    pub raw: Vec<u8>,
}

impl fmt::Debug for CapturedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CapturedMessage")
            .field("delivery_id", &self.delivery_id)
            .field("raw_bytes", &self.raw.len())
            .finish_non_exhaustive()
    }
}

impl CapturedMessage {
    fn of(prepared: &Prepared) -> Self {
        let Message {
            delivery_id,
            idempotency_key,
            recipient,
            at,
            content,
        } = &prepared.message;
        let mut captured = Self {
            delivery_id: *delivery_id,
            idempotency_key: idempotency_key.clone(),
            at: *at,
            message_id: prepared.wire_id.clone(),
            from_name: String::new(),
            from_address: String::new(),
            envelope_sender: prepared.sender.clone(),
            recipient: recipient.as_str().to_owned(),
            subject: String::new(),
            preheader: String::new(),
            html: String::new(),
            text: String::new(),
            headers: headers_of(&prepared.payload),
            raw: prepared.payload.clone(),
        };
        if let Content::Email(email) = content {
            captured.from_name.clone_from(&email.from.name);
            captured.from_address.clone_from(&email.from.address);
            captured.subject.clone_from(&email.subject);
            captured.preheader.clone_from(&email.preheader);
            captured.html.clone_from(&email.html);
            captured.text.clone_from(&email.text);
        }
        captured
    }
}

fn headers_of(raw: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(raw);
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    unfolded
        .split("\r\n")
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The inbox could not keep a message, and has not kept it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the sandbox inbox could not keep the message: {0}")]
pub struct InboxError(pub String);

/// Where the sandbox puts what it is given.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Keeps a message, once for each idempotency key.
    ///
    /// # Errors
    /// [`InboxError`] when the message has certainly not been kept; it is then tried again.
    async fn store(&self, message: CapturedMessage) -> Result<(), InboxError>;
}

/// The sandbox.
pub struct SandboxChannel {
    composer: Composer,
    inbox: Arc<dyn Inbox>,
}

impl fmt::Debug for SandboxChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxChannel")
            .field("composer", &self.composer)
            .finish_non_exhaustive()
    }
}

impl SandboxChannel {
    /// A sandbox that puts messages into this inbox.
    pub const fn new(composer: Composer, inbox: Arc<dyn Inbox>) -> Self {
        Self { composer, inbox }
    }
}

#[async_trait]
impl Channel for SandboxChannel {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kind: ChannelKind::Email,
            provider_dedupes: true,
            max_lanes: 16,
            max_bytes: composer::MAX_BYTES,
        }
    }

    fn validate(&self, message: &Message) -> Result<(), Refusal> {
        self.composer.validate(message)
    }

    fn prepare(&self, message: Message) -> Result<Prepared, Refusal> {
        self.composer.prepare(message)
    }

    fn open(&self) -> Box<dyn Session> {
        Box::new(SandboxSession {
            inbox: Arc::clone(&self.inbox),
        })
    }

    fn classify(&self, answer: &Answer) -> Outcome {
        classify::classify(answer)
    }
}

struct SandboxSession {
    inbox: Arc<dyn Inbox>,
}

#[async_trait]
impl Session for SandboxSession {
    async fn ready(&mut self, _prepared: &Prepared) -> Result<(), NotReady> {
        Ok(())
    }

    async fn deliver(&mut self, prepared: &Prepared) -> Outcome {
        if let Some((code, text)) = simulated(prepared.message.recipient.as_str()) {
            return classify::classify(&Answer::reply(Stage::BeforeHandover, code, text));
        }
        match self.inbox.store(CapturedMessage::of(prepared)).await {
            Ok(()) => Outcome::Accepted {
                provider_ref: prepared.wire_id.clone(),
            },
            Err(error) => Outcome::NotAccepted {
                retry_after: Duration::from_secs(5),
                reason: Reason::new(ReasonClass::Busy, None, &error.to_string()),
            },
        }
    }

    /// The inbox keeps a message once for each key, however late.
    async fn redeliver(&mut self, prepared: &Prepared, _first_at: Millis) -> Outcome {
        self.deliver(prepared).await
    }

    async fn close(&mut self) {}
}

/// Returns the answer that a misbehaving address gets.
fn simulated(recipient: &str) -> Option<(u16, &'static str)> {
    let (local, domain) = recipient.rsplit_once('@')?;
    let tag = local
        .rsplit_once('+')
        .map_or("", |(_, tag)| tag.trim_end_matches('"'));
    if tag.eq_ignore_ascii_case("bounce") || domain.to_ascii_lowercase().starts_with("bounce.") {
        return Some((550, "5.1.1 sandbox: no such user"));
    }
    tag.eq_ignore_ascii_case("defer")
        .then_some((450, "4.2.2 sandbox: mailbox full, try later"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_advertised_addresses_misbehave() {
        let code = |address| simulated(address).map(|(code, _)| code);
        assert_eq!(code("hanako+bounce@example.jp"), Some(550));
        assert_eq!(code("hanako@bounce.example.jp"), Some(550));
        assert_eq!(code("hanako+x+DEFER@example.jp"), Some(450));
        for good in [
            "hanako@example.jp",
            "bounce@example.jp",
            "a+bouncer@example.jp",
            "a@rebounce.jp",
        ] {
            assert_eq!(code(good), None, "{good}");
        }
    }

    #[test]
    fn headers_are_listed_unfolded() {
        let raw = b"Subject: a\r\n b\r\nTo: x\r\n\r\nbody: y\r\n";
        let expected = [("Subject", "a b"), ("To", "x")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(headers_of(raw), expected);
    }
}
