//! What the ledger hands to a channel: one rendered message for one recipient.
//!
//! Addresses and bodies are personal data: their `Debug` shows lengths only, so that no log line can
//! hold them by accident.

use std::fmt;

use kernel::time::Millis;
use serde::{Deserialize, Serialize};

use crate::Push;

/// The kind of channel a message goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChannelKind {
    /// Electronic mail.
    Email,
    /// Messages of a LINE Official Account.
    Line,
    /// A notice to a program of the company's own.
    Webhook,
    /// A push to a browser, by the push service that the browser chose.
    WebPush,
    /// A push to an app on a device of Apple's.
    Apns,
    /// A push to an app by Firebase Cloud Messaging.
    Fcm,
    /// A text message to a telephone.
    Sms,
    /// A push to every device of a person, by whatever service each is reached.
    Push,
}

impl ChannelKind {
    /// Returns the stable name used in the database and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Line => "line",
            Self::Webhook => "webhook",
            Self::WebPush => "web_push",
            Self::Apns => "apns",
            Self::Fcm => "fcm",
            Self::Sms => "sms",
            Self::Push => "push",
        }
    }
}

/// The address of a recipient as it is stored: a bare mailbox without quotes or display name, or the URL of a program.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Recipient(String);

impl Recipient {
    /// Wraps an address; whether it is a good one is for the channel's `validate` to say.
    pub fn new(address: impl Into<String>) -> Self {
        Self(address.into())
    }

    /// Returns the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns what follows the last `@`, lower-case; empty when there is none.
    pub fn domain(&self) -> String {
        self.0
            .rsplit_once('@')
            .map_or_else(String::new, |(_, domain)| domain.to_lowercase())
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient(<{} bytes>)", self.0.len())
    }
}

/// A name and an address, as in `From`.
#[derive(Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// What the reader sees; empty for none.
    pub name: String,
    /// The bare address.
    pub address: String,
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mailbox(<redacted>)")
    }
}

/// Where a recipient takes herself off the list (RFC 2369, RFC 8058).
#[derive(Clone, PartialEq, Eq)]
pub struct Unsubscribe {
    /// The https address that acts on a bare POST.
    pub url: String,
    /// An address that takes unsubscribe mails, where one is read.
    pub mailto: Option<String>,
}

impl fmt::Debug for Unsubscribe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unsubscribe(<redacted>)")
    }
}

/// The parts of Gmail's `Feedback-ID`: `campaign:workspace:kind:sender`, none of them personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedbackId {
    /// The campaign or scenario step.
    pub campaign: String,
    /// The workspace.
    pub workspace: String,
    /// The kind of mail, such as `campaign`, `scenario` or `transactional`.
    pub kind: String,
    /// The sender, 5 to 15 characters, the same for ever.
    pub sender: String,
}

/// The character set that an email is wanted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Charset {
    /// UTF-8.
    #[default]
    Utf8,
    /// ISO-2022-JP (RFC 1468) where it holds every character of the email, else UTF-8.
    Iso2022Jp,
}

/// A rendered email.
#[derive(Clone, PartialEq, Eq)]
pub struct Email {
    /// Author shown to the reader.
    pub from: Mailbox,
    /// Where answers go when not to `from`.
    pub reply_to: Option<Mailbox>,
    /// The recipient's name beside the address; empty for none.
    pub to_name: String,
    /// Subject, as text.
    pub subject: String,
    /// The line that inboxes show after the subject. It already stands in `html`; kept for lists.
    pub preheader: String,
    /// The HTML part; empty for a text-only mail.
    pub html: String,
    /// The text part; empty for an HTML-only mail.
    pub text: String,
    /// Present on everything but transactional mail.
    pub unsubscribe: Option<Unsubscribe>,
    /// Gmail's feedback loop.
    pub feedback_id: Option<FeedbackId>,
    /// The return path (`MAIL FROM`); `from` when absent. Carries the bounce token.
    pub envelope_sender: Option<String>,
    /// Further headers, in order.
    pub headers: Vec<(String, String)>,
    /// The character set.
    pub charset: Charset,
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email")
            .field("subject_bytes", &self.subject.len())
            .field("html_bytes", &self.html.len())
            .field("text_bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

/// Whether a message may make the recipient's telephone sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notification {
    /// As the recipient has set it.
    #[default]
    Normal,
    /// Arrives without a sound.
    Silent,
}

/// Rendered messages of a LINE Official Account, shown together.
#[derive(Clone, PartialEq, Eq)]
pub struct LineMessages {
    /// One to five message objects: a JSON array as LINE's Messaging API writes it.
    pub messages: String,
    /// Whether it may make a sound.
    pub notification: Notification,
    /// The name under which LINE counts opens and clicks together.
    pub aggregation_unit: Option<String>,
}

impl fmt::Debug for LineMessages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineMessages")
            .field("messages_bytes", &self.messages.len())
            .field("notification", &self.notification)
            .field("aggregation_unit", &self.aggregation_unit)
            .finish()
    }
}

/// A notice to a program: a JSON document, signed by each of the secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The JSON document, as it is sent.
    pub body: String,
    /// The keys that sign it, the present one first; while one is being replaced there are several.
    pub secrets: Vec<Vec<u8>>,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("body_bytes", &self.body.len())
            .field("secrets", &self.secrets.len())
            .finish_non_exhaustive()
    }
}

/// A rendered text message to a telephone.
#[derive(Clone, PartialEq, Eq)]
pub struct Sms {
    /// What it says.
    pub text: String,
    /// For how long a telephone that is off may still get it; `None` for as long as the provider tries.
    pub ttl: Option<std::time::Duration>,
}

impl fmt::Debug for Sms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sms")
            .field("text_bytes", &self.text.len())
            .field("ttl", &self.ttl)
            .finish()
    }
}

/// What is sent, by channel.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// An email.
    Email(Box<Email>),
    /// Messages of a LINE Official Account.
    Line(Box<LineMessages>),
    /// A notice to a program.
    Webhook(Box<Webhook>),
    /// A push to a browser.
    WebPush(Box<Push>),
    /// A push to an app on a device of Apple's.
    Apns(Box<Push>),
    /// A push to an app by Firebase.
    Fcm(Box<Push>),
    /// A text message to a telephone.
    Sms(Box<Sms>),
    /// A push to every device of a person.
    Push(Box<Push>),
}

/// One rendered message to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The ledger row. Stands in the Message-ID, so that answers find their way back.
    pub delivery_id: i64,
    /// The same for every try of this row; given to providers that understand one.
    pub idempotency_key: String,
    /// To whom.
    pub recipient: Recipient,
    /// The instant written into the message, so that a second rendering gives the same bytes. Not in
    /// the future: receivers distrust signatures from tomorrow.
    pub at: Millis,
    /// What is sent.
    pub content: Content,
}

impl Message {
    /// Returns the kind of channel that the content is for.
    pub const fn channel(&self) -> ChannelKind {
        match self.content {
            Content::Email(_) => ChannelKind::Email,
            Content::Line(_) => ChannelKind::Line,
            Content::Webhook(_) => ChannelKind::Webhook,
            Content::WebPush(_) => ChannelKind::WebPush,
            Content::Apns(_) => ChannelKind::Apns,
            Content::Fcm(_) => ChannelKind::Fcm,
            Content::Sms(_) => ChannelKind::Sms,
            Content::Push(_) => ChannelKind::Push,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_shows_no_address_in_a_log_line() {
        let recipient = Recipient::new("hanako@example.jp");
        assert_eq!(format!("{recipient:?}"), "Recipient(<17 bytes>)");
        assert_eq!(recipient.domain(), "example.jp");
        assert_eq!(Recipient::new("nobody").domain(), "");
    }

    #[test]
    fn a_notice_shows_neither_its_body_nor_its_keys_in_a_log_line() {
        let notice = Webhook {
            body: r#"{"type":"ping"}"#.to_owned(),
            secrets: vec![b"a key that nobody may see".to_vec()],
        };
        let shown = format!("{notice:?}");
        assert_eq!(shown, "Webhook { body_bytes: 15, secrets: 1, .. }");
    }
}
