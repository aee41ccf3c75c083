//! What a channel hears back later: webhooks and feedback, parsed to plain values.
//!
//! The values name a delivery or an address, never a profile: whose they are is found by the reader.

use std::fmt;

use kernel::time::Millis;

use crate::{Reason, Recipient, SuppressReason};

/// A request that arrived at a channel's hook, as raw as its signature needs it.
#[derive(Debug, Clone, Copy)]
pub struct InboundRequest<'a> {
    /// What stood after the `?` of the address, as it was written; empty where nothing did.
    pub query: &'a str,
    /// Header names (lower-case) and values.
    pub headers: &'a [(String, String)],
    /// The body, byte for byte.
    pub body: &'a [u8],
    /// When it arrived.
    pub received_at: Millis,
}

impl InboundRequest<'_> {
    /// Returns the first header of this (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What happened. Its `Debug` shows the name alone: what people write is theirs.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum InboundKind {
    /// It reached the recipient's system.
    Delivered,
    /// It came back; `suppress` says whether the address is gone for good.
    Bounced {
        /// What to enter on the suppression list; `None` for a soft bounce.
        suppress: Option<SuppressReason>,
        /// Why.
        reason: Reason,
    },
    /// The recipient called it spam.
    Complained,
    /// The recipient took herself off the list.
    Unsubscribed,
    /// It was opened, as the provider saw it.
    Opened,
    /// A link was followed, as the provider saw it.
    Clicked {
        /// The link.
        url: String,
    },
    /// The person became reachable on this channel.
    Followed {
        /// Whether she had blocked the sender before; `None` where the provider does not say.
        after_block: Option<bool>,
    },
    /// The person blocked the sender on this channel. Says nothing about consent.
    Blocked,
    /// The person wrote to the sender.
    Wrote {
        /// The provider's name of the message; [`InboundKind::Unsent`] names it again.
        message_id: String,
        /// What it holds, in the provider's word, such as `text` or `sticker`.
        what: String,
        /// The words, of a text.
        text: Option<String>,
    },
    /// The person took a message back: what was kept of it must go.
    Unsent {
        /// The provider's name of the message.
        message_id: String,
    },
    /// The person pressed a button that carries data.
    Pressed {
        /// What we put into the button.
        data: String,
        /// What the person chose with it, such as a date: names and values.
        choices: Vec<(String, String)>,
    },
    /// The person's account at the provider was linked to one of ours.
    AccountLinked {
        /// The one-time value that names our account.
        nonce: String,
    },
    /// Linking did not succeed; the one-time value is void.
    AccountLinkFailed {
        /// The one-time value.
        nonce: String,
    },
    /// The person watched a video of ours to its end.
    Watched {
        /// What we called the video.
        video_id: String,
    },
    /// The person came near a beacon, or left.
    Beacon {
        /// The beacon.
        hardware_id: String,
        /// What happened, in the provider's word, such as `enter`.
        what: String,
    },
    /// Something that nobody here acts on yet, in the provider's word.
    Other {
        /// The provider's word.
        what: String,
    },
}

impl InboundKind {
    /// Returns the stable name.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Bounced { .. } => "bounced",
            Self::Complained => "complained",
            Self::Unsubscribed => "unsubscribed",
            Self::Opened => "opened",
            Self::Clicked { .. } => "clicked",
            Self::Followed { .. } => "followed",
            Self::Blocked => "blocked",
            Self::Wrote { .. } => "wrote",
            Self::Unsent { .. } => "unsent",
            Self::Pressed { .. } => "pressed",
            Self::AccountLinked { .. } => "account_linked",
            Self::AccountLinkFailed { .. } => "account_link_failed",
            Self::Watched { .. } => "watched",
            Self::Beacon { .. } => "beacon",
            Self::Other { .. } => "other",
        }
    }
}

impl fmt::Debug for InboundKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that a channel heard back.
#[derive(Clone, PartialEq, Eq)]
pub struct Inbound {
    /// The provider's name of this notice; a second one with the same name has no effect.
    pub dedupe_key: String,
    /// The ledger row, where the notice names one.
    pub delivery_id: Option<i64>,
    /// The address, where the notice names one.
    pub recipient: Option<Recipient>,
    /// When it happened. Notices may arrive in another order.
    pub at: Millis,
    /// Whether the provider says that it has sent this notice before.
    pub is_repeat: bool,
    /// What an answer at no charge is given with, for as long as the provider allows.
    pub reply_token: Option<String>,
    /// What happened.
    pub kind: InboundKind,
}

impl fmt::Debug for Inbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbound")
            .field("dedupe_key", &self.dedupe_key)
            .field("at", &self.at)
            .field("is_repeat", &self.is_repeat)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// Why a hook call was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InboundError {
    /// This channel has no hook.
    #[error("this channel takes no inbound requests")]
    Unsupported,
    /// The signature is missing or wrong.
    #[error("the signature of the inbound request is missing or wrong")]
    BadSignature,
    /// The body cannot be read.
    #[error("the inbound request cannot be read: {0}")]
    Malformed(String),
    /// The body is larger than any honest one.
    #[error("the inbound request is larger than {limit} bytes")]
    TooLarge {
        /// What is allowed.
        limit: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_line_holds_nothing_that_a_person_wrote() {
        let heard = Inbound {
            dedupe_key: "01FZ74A0".to_owned(),
            delivery_id: None,
            recipient: Some(Recipient::new("U0123")),
            at: Millis(0),
            is_repeat: false,
            reply_token: Some("nHuyWiB7".to_owned()),
            kind: InboundKind::Wrote {
                message_id: "468".to_owned(),
                what: "text".to_owned(),
                text: Some("秘密".to_owned()),
            },
        };
        let shown = format!("{heard:?}");
        assert!(
            shown.contains("01FZ74A0") && shown.contains("wrote"),
            "{shown}"
        );
        for hidden in ["秘密", "nHuyWiB7", "U0123"] {
            assert!(!shown.contains(hidden), "{shown}");
        }
    }
}
