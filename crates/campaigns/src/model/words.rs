//! What a campaign says, by channel.

use channel_core::ChannelKind;
use contents::{EmailDocument, line::LineDocument, push::PushDocument};
use serde::{Serialize, de::Error as _};

/// What a campaign says.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Words {
    /// An email.
    Email(Box<EmailDocument>),
    /// Messages for LINE.
    Line(Box<LineDocument>),
    /// A push.
    Push(Box<PushDocument>),
}

impl Words {
    /// Reads stored words; a document that names no kind is an email.
    ///
    /// # Errors
    /// When it has the shape of none.
    pub fn read(json: serde_json::Value) -> Result<Self, serde_json::Error> {
        match json.get("kind").and_then(serde_json::Value::as_str) {
            None => serde_json::from_value(json).map(Self::Email),
            Some("line") => serde_json::from_value(json).map(Self::Line),
            Some("push") => serde_json::from_value(json).map(Self::Push),
            Some(kind) => Err(serde_json::Error::custom(format!("unknown kind {kind}"))),
        }
    }

    /// Returns the channel that they are for.
    pub const fn channel(&self) -> ChannelKind {
        match self {
            Self::Email(_) => ChannelKind::Email,
            Self::Line(_) => ChannelKind::Line,
            Self::Push(_) => ChannelKind::Push,
        }
    }
}

impl From<EmailDocument> for Words {
    fn from(email: EmailDocument) -> Self {
        Self::Email(Box::new(email))
    }
}

impl From<LineDocument> for Words {
    fn from(line: LineDocument) -> Self {
        Self::Line(Box::new(line))
    }
}

impl From<PushDocument> for Words {
    fn from(push: PushDocument) -> Self {
        Self::Push(Box::new(push))
    }
}
