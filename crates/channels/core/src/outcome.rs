//! What came of a hand-over, classified once.
//!
//! The ledger decides by these classes and never by the text of a reply. "Accepted" means that the
//! provider has taken the message over, not that anybody has received it.

use std::{fmt, time::Duration};

use kernel::time::Millis;
use serde::{Deserialize, Serialize};

/// What a reply was about, coarse enough to act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReasonClass {
    /// No connection, or it broke.
    Connection,
    /// No answer in time.
    Timeout,
    /// The provider is busy or asks to come back later.
    Busy,
    /// Too many messages too fast.
    RateLimited,
    /// The allowance of the period is used up: every further message gets the same answer until the
    /// sender's plan is raised or the period ends.
    Quota,
    /// Our credentials or our TLS are refused.
    Authentication,
    /// The sender, its reputation or its signature is refused: never the recipient's fault.
    Policy,
    /// The content is refused.
    Content,
    /// The message is too big.
    TooBig,
    /// The mailbox is full.
    MailboxFull,
    /// The recipient does not exist.
    UnknownRecipient,
    /// The recipient exists but takes no messages any more.
    RecipientDisabled,
    /// The address cannot be used at all.
    InvalidAddress,
    /// The message itself is not well-formed; refused by us, before any provider.
    InvalidMessage,
    /// Something else; read the detail.
    Other,
}

impl ReasonClass {
    /// Returns the stable name used in the database and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Timeout => "timeout",
            Self::Busy => "busy",
            Self::RateLimited => "rate_limited",
            Self::Quota => "quota",
            Self::Authentication => "authentication",
            Self::Policy => "policy",
            Self::Content => "content",
            Self::TooBig => "too_big",
            Self::MailboxFull => "mailbox_full",
            Self::UnknownRecipient => "unknown_recipient",
            Self::RecipientDisabled => "recipient_disabled",
            Self::InvalidAddress => "invalid_address",
            Self::InvalidMessage => "invalid_message",
            Self::Other => "other",
        }
    }

    /// Returns whether the provider or the way to it is at fault; a circuit breaker counts these.
    pub const fn is_provider_fault(self) -> bool {
        matches!(
            self,
            Self::Connection | Self::Timeout | Self::Authentication
        )
    }

    /// Returns whether whoever drives the sender should stop all of it and tell a person, instead of
    /// trying message after message.
    pub const fn stops_the_sender(self) -> bool {
        matches!(self, Self::Quota)
    }
}

/// Why an outcome is what it is. Kept for years, so addresses in the detail are blotted out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What it was about.
    pub class: ReasonClass,
    /// The provider's status number.
    pub code: Option<u16>,
    /// The provider's own words, shortened; for people, never for decisions.
    pub detail: String,
    /// Since when the provider knows it, where it says so. An address that was registered later is not
    /// meant: whoever removes addresses compares first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Millis>,
}

/// Longest detail kept, in characters.
const DETAIL_CHARS: usize = 300;

impl Reason {
    /// Builds a reason, shortening the detail and blotting out addresses.
    pub fn new(class: ReasonClass, code: Option<u16>, detail: &str) -> Self {
        Self {
            class,
            code,
            detail: without_addresses(detail),
            since: None,
        }
    }

    /// Says since when the provider knows it.
    #[must_use]
    pub fn since(self, since: Option<Millis>) -> Self {
        Self { since, ..self }
    }
}

/// Returns a provider's words, shortened and with every address blotted out: they are kept in the
/// ledger, where an erased person must leave no trace.
pub fn without_addresses(text: &str) -> String {
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| {
            if word.contains(['@', '＠']) {
                "<address>"
            } else {
                word
            }
        })
        .collect();
    words.join(" ").chars().take(DETAIL_CHARS).collect()
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reason")
            .field("class", &self.class)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.class.as_str())?;
        self.code.map_or(Ok(()), |code| write!(f, " ({code})"))
    }
}

/// Why an address must not be written to again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SuppressReason {
    /// The provider says for good that nobody is there.
    HardBounce,
    /// The recipient called it spam.
    Complaint,
    /// The address can never be delivered to.
    Invalid,
    /// The recipient told the provider to let nothing through from this sender.
    OptedOut,
}

impl SuppressReason {
    /// Returns the stable name used in the database and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HardBounce => "hard_bounce",
            Self::Complaint => "complaint",
            Self::Invalid => "invalid",
            Self::OptedOut => "opted_out",
        }
    }
}

/// What came of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The provider took it; `provider_ref` is what it calls the message, or our own id on the wire.
    Accepted {
        /// The message's name at the provider.
        provider_ref: String,
    },
    /// The provider certainly does not have it; it may be sent again after the pause.
    NotAccepted {
        /// The shortest sensible pause; a retry schedule may wait longer.
        retry_after: Duration,
        /// Why.
        reason: Reason,
    },
    /// Refused for good, and nothing is said about the recipient.
    Dropped {
        /// Why.
        reason: Reason,
    },
    /// Refused for good because of the recipient, who must not be written to again.
    Suppress {
        /// What is entered on the suppression list.
        why: SuppressReason,
        /// Why.
        reason: Reason,
    },
    /// Given to the provider, whose answer never came: it may or may not have been sent.
    Unknown {
        /// Why.
        reason: Reason,
    },
}

impl Outcome {
    /// Returns whether a second try cannot give anybody the message twice.
    pub const fn may_send_again(&self) -> bool {
        matches!(self, Self::NotAccepted { .. })
    }

    /// Returns the reason, where there is one.
    pub const fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Accepted { .. } => None,
            Self::NotAccepted { reason, .. }
            | Self::Dropped { reason }
            | Self::Suppress { reason, .. }
            | Self::Unknown { reason } => Some(reason),
        }
    }

    /// Returns the stable name of the class.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::NotAccepted { .. } => "not_accepted",
            Self::Dropped { .. } => "dropped",
            Self::Suppress { .. } => "suppress",
            Self::Unknown { .. } => "unknown",
        }
    }
}

/// A message that a channel will not even try to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The message is at fault.
    Message(Reason),
    /// The address is at fault.
    Address(Reason),
}

impl Refusal {
    /// A fault of the message.
    pub fn message(detail: &str) -> Self {
        Self::Message(Reason::new(ReasonClass::InvalidMessage, None, detail))
    }

    /// A fault of the address.
    pub fn address(detail: &str) -> Self {
        Self::Address(Reason::new(ReasonClass::InvalidAddress, None, detail))
    }
}

impl From<Refusal> for Outcome {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Message(reason) => Self::Dropped { reason },
            Refusal::Address(reason) => Self::Suppress {
                why: SuppressReason::Invalid,
                reason,
            },
        }
    }
}

/// How far a message had gone when an answer, or none, came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The provider cannot have acted on it.
    BeforeHandover,
    /// All of it had been given to the provider.
    AfterHandover,
}

/// What a provider said, for [`Channel::classify`](crate::Channel::classify).
#[derive(Debug, Clone)]
pub struct Answer {
    /// How far the message had gone.
    pub stage: Stage,
    /// The provider's status number; `None` when the connection broke or time ran out.
    pub code: Option<u16>,
    /// The provider's words, or ours about the broken connection.
    pub text: String,
    /// The pause that the provider asks for.
    pub retry_after: Option<Duration>,
    /// Whether time ran out.
    pub timed_out: bool,
}

impl Answer {
    /// An answer with a status number.
    pub fn reply(stage: Stage, code: u16, text: impl Into<String>) -> Self {
        Self {
            stage,
            code: Some(code),
            text: text.into(),
            retry_after: None,
            timed_out: false,
        }
    }

    /// No answer: the connection broke.
    pub fn broken(stage: Stage, text: impl Into<String>) -> Self {
        Self {
            stage,
            code: None,
            text: text.into(),
            retry_after: None,
            timed_out: false,
        }
    }

    /// No answer in time.
    pub fn timed_out(stage: Stage) -> Self {
        Self {
            stage,
            code: None,
            text: "no answer in time".to_owned(),
            retry_after: None,
            timed_out: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_keeps_no_address() {
        let said = "5.1.1 <hanako@example.jp>: Recipient address rejected\nUser\tunknown";
        let reason = Reason::new(ReasonClass::UnknownRecipient, Some(550), said);
        assert_eq!(
            reason.detail,
            "5.1.1 <address> Recipient address rejected User unknown"
        );
        assert_eq!(reason.to_string(), "unknown_recipient (550)");
        assert_eq!(
            Reason::new(ReasonClass::Other, None, &"x".repeat(900))
                .detail
                .len(),
            300
        );
    }

    #[test]
    fn a_reason_says_since_when_only_where_it_is_known() {
        let reason = Reason::new(ReasonClass::RecipientDisabled, Some(410), "gone");
        let written = serde_json::to_string(&reason).unwrap();
        assert_eq!(
            written,
            r#"{"class":"recipient_disabled","code":410,"detail":"gone"}"#
        );
        assert_eq!(serde_json::from_str::<Reason>(&written).unwrap(), reason);
        let dated = reason.since(Some(Millis(0)));
        let written = serde_json::to_string(&dated).unwrap();
        assert!(written.contains("1970-01-01T00:00:00"), "{written}");
        assert_eq!(serde_json::from_str::<Reason>(&written).unwrap(), dated);
    }
}
