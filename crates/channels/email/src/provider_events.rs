//! What providers tell of messages through webhooks: bounces, complaints, unsubscriptions.
//!
//! Each provider has its own words and its own proof that a call is its own; here both become one type. Nothing here
//! reads a clock, a database or the network: the certificate that signs a notification of Amazon is handed in.
//!
//! The line between hard and soft is that of mail that comes back (see [`crate::returned`]): hard is an address that is
//! gone, and what a provider refuses because of the sender, its reputation or its signature says nothing of the person.

mod mailgun;
mod postmark;
mod proof;
mod sendgrid;
mod ses;
mod sns;

use channel_core::{InboundError, ReasonClass};
use kernel::time::{DAY, MINUTE, Millis};
use serde_json::Value;

pub use self::{
    proof::{Proof, proves},
    sns::{Envelope, EnvelopeKind, SnsHosts},
};
use crate::returned::{Meaning, Permanence, meaning_of};

/// The most bytes of a call. `SendGrid` sends up to 768 kB at a time; the others far less.
pub const MAX_CALL: usize = 1 << 20;
/// The most events of a call that are looked at.
const MAX_EVENTS: usize = 5_000;
/// How old a signature may be. Providers bring a call again for up to a day.
const OLDEST: i64 = DAY;
/// How far a provider's clock may run ahead.
const AHEAD: i64 = 5 * MINUTE;
/// The word under which a message carries our own name of it.
const MARK: &str = "enishi";

/// Through whom a sender's messages go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Amazon SES, whose events come through SNS.
    Ses,
    /// Twilio `SendGrid`.
    Sendgrid,
    /// Mailgun.
    Mailgun,
    /// Postmark.
    Postmark,
}

impl Provider {
    /// All that are known.
    pub const ALL: [Self; 4] = [Self::Ses, Self::Sendgrid, Self::Mailgun, Self::Postmark];

    /// Returns the stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ses => "ses",
            Self::Sendgrid => "sendgrid",
            Self::Mailgun => "mailgun",
            Self::Postmark => "postmark",
        }
    }

    /// Reads a stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|provider| provider.as_str() == name)
    }

    /// Returns the header by which a message takes its name along, so that every event names it, whatever the provider
    /// makes of the `Message-ID`. `name` is the local part of our own.
    pub(crate) fn mark(self, name: &str) -> (&'static str, String) {
        match self {
            Self::Ses => ("X-SES-MESSAGE-TAGS", format!("{MARK}={name}")),
            Self::Sendgrid => (
                "X-SMTPAPI",
                format!("{{\"unique_args\": {{\"{MARK}\": \"{name}\"}}}}"),
            ),
            Self::Mailgun => ("X-Mailgun-Variables", format!("{{\"{MARK}\": \"{name}\"}}")),
            Self::Postmark => ("X-PM-Metadata-enishi", name.to_owned()),
        }
    }
}

/// What a provider tells of one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderEvent {
    /// The provider's name of the event: what comes again under the same name is a repeat.
    pub key: String,
    /// The address, where it is named.
    pub recipient: Option<String>,
    /// Which message it is about.
    pub about: About,
    /// What happened.
    pub kind: EventKind,
}

/// By what a message is found again; any of them may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// Our own name of it, without brackets; what follows the `@` may be missing.
    pub message_id: Option<String>,
    /// The envelope sender.
    pub return_path: Option<String>,
}

/// What happened to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// It did not arrive and will not.
    Bounced(Bounce),
    /// The receiver complained; the type is the provider's word, such as `abuse`.
    Complained(String),
    /// The receiver took herself off the list.
    Unsubscribed,
    /// The provider goes on trying.
    Deferred,
    /// The receiver's server took it.
    Delivered,
    /// It was opened, as the provider saw it.
    Opened,
    /// A link was followed, as the provider saw it.
    Clicked,
    /// Something that nobody acts on.
    Other,
}

impl EventKind {
    /// Returns the stable name.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Bounced(_) => "bounced",
            Self::Complained(_) => "complained",
            Self::Unsubscribed => "unsubscribed",
            Self::Deferred => "deferred",
            Self::Delivered => "delivered",
            Self::Opened => "opened",
            Self::Clicked => "clicked",
            Self::Other => "other",
        }
    }
}

/// Why a message did not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// What it means for the address.
    pub meaning: Meaning,
    /// The enhanced status code (RFC 3463).
    pub status: Option<String>,
    /// What the receiver's server or the provider said.
    pub detail: String,
}

impl Bounce {
    fn hard(class: ReasonClass, status: Option<String>, detail: &str) -> Self {
        Self::new(Permanence::Hard, class, status, detail)
    }

    fn soft(class: ReasonClass, status: Option<String>, detail: &str) -> Self {
        Self::new(Permanence::Soft, class, status, detail)
    }

    fn new(
        permanence: Permanence,
        class: ReasonClass,
        status: Option<String>,
        detail: &str,
    ) -> Self {
        Self {
            meaning: Meaning { permanence, class },
            status,
            detail: detail.to_owned(),
        }
    }

    /// What a server's own words mean.
    fn said(status: Option<String>, detail: &str) -> Self {
        Self {
            meaning: meaning_of(status.as_deref(), detail),
            status,
            detail: detail.to_owned(),
        }
    }

    /// The same, with nothing said against the address.
    fn softened(mut self) -> Self {
        if self.meaning.permanence == Permanence::Hard {
            self.meaning = Meaning {
                permanence: Permanence::Soft,
                class: ReasonClass::Policy,
            };
        }
        self
    }

    /// The same, with the address given up by a provider that knows it, unless the server's own words tell of something
    /// else.
    fn hardened(mut self) -> Self {
        let is_untold = matches!(
            self.meaning.class,
            ReasonClass::Other | ReasonClass::UnknownRecipient | ReasonClass::InvalidAddress
        );
        if is_untold && self.meaning.permanence == Permanence::Soft {
            self.meaning = Meaning {
                permanence: Permanence::Hard,
                class: ReasonClass::UnknownRecipient,
            };
        }
        self
    }
}

/// Tells whether a status is about rules (RFC 3463, x.7.x): then the fault is the sender's, however final it is.
fn is_about_rules(status: &str) -> bool {
    status.contains(".7.")
}

/// What a proved call tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// The call's own name where the provider gives one that is good once.
    pub once: Option<String>,
    /// What happened, in the provider's order.
    pub events: Vec<ProviderEvent>,
}

/// Reads a proved call; of Amazon that is the `Message` of a notification.
///
/// # Errors
/// When it is not what the provider sends.
pub fn read(provider: Provider, body: &[u8]) -> Result<Told, InboundError> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| InboundError::Malformed(format!("no JSON: {error}")))?;
    let mut told = match provider {
        Provider::Ses => ses::read(&value),
        Provider::Sendgrid => sendgrid::read(&value),
        Provider::Mailgun => mailgun::read(&value),
        Provider::Postmark => postmark::read(&value),
    }
    .ok_or_else(|| InboundError::Malformed(format!("not an event of {}", provider.as_str())))?;
    told.events.truncate(MAX_EVENTS);
    Ok(told)
}

/// Tells whether an instant that was signed is neither too old nor ahead of the clock.
fn is_fresh(signed_at: Millis, now: Millis) -> bool {
    now.0.saturating_sub(signed_at.0) <= OLDEST && signed_at.0.saturating_sub(now.0) <= AHEAD
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    let found = value.get(name)?.as_str()?.trim();
    (!found.is_empty()).then_some(found)
}

fn address(value: &Value, name: &str) -> Option<String> {
    text(value, name)
        .filter(|found| found.contains('@') && found.len() <= 320)
        .map(str::to_owned)
}

/// Takes the brackets off a `Message-ID`.
fn bare_id(text: &str) -> Option<String> {
    let bare = text.trim().trim_matches(['<', '>']);
    (!bare.is_empty() && bare.len() <= 998).then(|| bare.to_owned())
}

/// Finds the enhanced status in a field of its own, else in what was said.
fn status_in(own: Option<&str>, said: &str) -> Option<String> {
    let is_status = |text: &&str| {
        let mut parts = text.split('.');
        text.len() <= 9
            && parts.clone().count() == 3
            && parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    own.filter(is_status)
        .map(str::to_owned)
        .or_else(|| crate::returned::status_in(said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_event_is_malformed_and_never_an_event() {
        for body in [
            "",
            "null",
            "1",
            "\"x\"",
            "[]",
            "{}",
            "[1]",
            "[{}]",
            "[[[]]]",
            "{\"event\": 1}",
            "\u{feff}{}",
            "{\"a\":",
        ] {
            for provider in Provider::ALL {
                match read(provider, body.as_bytes()) {
                    Ok(told) => assert!(
                        told.events
                            .iter()
                            .all(|event| event.kind == EventKind::Other),
                        "{provider:?} {body}"
                    ),
                    Err(InboundError::Malformed(_)) => {}
                    Err(error) => panic!("{provider:?} {body}: {error}"),
                }
            }
        }
        let deep = "[".repeat(100_000);
        assert!(read(Provider::Sendgrid, deep.as_bytes()).is_err());
        assert!(read(Provider::Postmark, &[0xff, 0xfe]).is_err());
    }

    #[test]
    fn a_signature_is_good_for_a_day() {
        let now = Millis(1_800_000_000_000);
        for (ago, expected) in [
            (0, true),
            (DAY, true),
            (DAY + 1, false),
            (-AHEAD, true),
            (-AHEAD - 1, false),
        ] {
            assert_eq!(is_fresh(now.plus(-ago), now), expected, "{ago}");
        }
        assert!(!is_fresh(Millis(i64::MIN), now));
        assert!(!is_fresh(Millis(i64::MAX), now));
    }

    #[test]
    fn a_status_is_three_numbers() {
        assert_eq!(status_in(Some("5.1.1"), ""), Some("5.1.1".to_owned()));
        assert_eq!(
            status_in(Some("smtp"), "550 5.7.1 no"),
            Some("5.7.1".to_owned())
        );
        for wrong in ["5", "5.1", "5..1", "5.1.x", "5.1.1.1", ""] {
            assert_eq!(status_in(Some(wrong), ""), None, "{wrong}");
        }
    }
}
