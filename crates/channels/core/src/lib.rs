#![doc = include_str!("../README.md")]

pub mod breaker;
pub mod carrier;
mod channel;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod dial;
mod inbound;
mod message;
mod outcome;
pub mod rate;

pub use channel::{Capabilities, Channel, NotReady, Prepared, Session};
pub use inbound::{Inbound, InboundError, InboundKind, InboundRequest};
pub use message::{
    ChannelKind, Content, Email, FeedbackId, Mailbox, Message, Recipient, Unsubscribe, Webhook,
};
pub use outcome::{
    Answer, Outcome, Reason, ReasonClass, Refusal, Stage, SuppressReason, without_addresses,
};
