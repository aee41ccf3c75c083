//! What can be told of. The names are kept for ever: programs out there depend on them.

/// A kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventType {
    /// A customer entered a segment.
    SegmentEntered,
    /// A customer left a segment.
    SegmentLeft,
    /// The provider took a message; it may still come back.
    MessageAccepted,
    /// A message could not be delivered.
    MessageFailed,
    /// A message was opened, by a person or a machine.
    MessageOpened,
    /// A link of a message was followed, by a person or a machine.
    MessageClicked,
    /// A customer unsubscribed through a message.
    MessageUnsubscribed,
    /// A customer called a message unwanted.
    MessageComplained,
    /// A customer's permissions changed.
    ConsentChanged,
    /// An address must not be written to any more.
    AddressSuppressed,
    /// Two customers turned out to be one.
    CustomerMerged,
    /// A test; sent when asked for, to whatever webhook.
    Ping,
}

impl EventType {
    /// Every type that a webhook can ask for, in the order in which they are listed.
    pub const ALL: [Self; 11] = [
        Self::SegmentEntered,
        Self::SegmentLeft,
        Self::MessageAccepted,
        Self::MessageFailed,
        Self::MessageOpened,
        Self::MessageClicked,
        Self::MessageUnsubscribed,
        Self::MessageComplained,
        Self::ConsentChanged,
        Self::AddressSuppressed,
        Self::CustomerMerged,
    ];

    /// Returns the name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SegmentEntered => "segment.entered",
            Self::SegmentLeft => "segment.left",
            Self::MessageAccepted => "message.accepted",
            Self::MessageFailed => "message.failed",
            Self::MessageOpened => "message.opened",
            Self::MessageClicked => "message.clicked",
            Self::MessageUnsubscribed => "message.unsubscribed",
            Self::MessageComplained => "message.complained",
            Self::ConsentChanged => "consent.changed",
            Self::AddressSuppressed => "address.suppressed",
            Self::CustomerMerged => "customer.merged",
            Self::Ping => "ping",
        }
    }

    /// Reads a name that a webhook can ask for.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_reads_back_and_a_ping_cannot_be_asked_for() {
        for one in EventType::ALL {
            assert_eq!(EventType::parse(one.name()), Some(one));
        }
        assert_eq!(EventType::parse("ping"), None);
        assert_eq!(EventType::parse("Segment.Entered"), None);
    }
}
