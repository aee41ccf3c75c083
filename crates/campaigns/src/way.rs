//! The way by which a campaign reaches people.

use channel_core::ChannelKind;
use kernel::id::SenderId;

use crate::model::ChannelCard;

/// A channel, with what decides who can be reached through it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// To the profile's email address.
    Email,
    /// To the friends of a LINE account.
    Line(SenderId),
    /// To the devices of a site or an app.
    Push(SenderId),
}

impl Way {
    /// Returns the way of a channel card; mail where none has been chosen yet.
    pub fn of(card: Option<&ChannelCard>) -> Self {
        match card {
            Some(ChannelCard::Line { sender, .. }) => Self::Line(*sender),
            Some(ChannelCard::Push { sender, .. }) => Self::Push(*sender),
            Some(ChannelCard::Email { .. }) | None => Self::Email,
        }
    }

    /// Returns the channel.
    pub const fn kind(self) -> ChannelKind {
        match self {
            Self::Email => ChannelKind::Email,
            Self::Line(_) => ChannelKind::Line,
            Self::Push(_) => ChannelKind::Push,
        }
    }

    /// Returns the channel's number in the ledger.
    pub const fn code(self) -> i16 {
        code(self.kind())
    }
}

/// Returns a channel's number in the ledger. Stored: never reuse one.
pub(crate) const fn code(kind: ChannelKind) -> i16 {
    match kind {
        ChannelKind::Line => LINE,
        ChannelKind::Push => PUSH,
        _ => EMAIL,
    }
}

pub(crate) const EMAIL: i16 = 1;
pub(crate) const LINE: i16 = 2;
pub(crate) const PUSH: i16 = 3;
