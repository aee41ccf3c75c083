#![doc = include_str!("../README.md")]

pub mod breaker;
pub mod carrier;
mod channel;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod dial;
#[cfg(feature = "http")]
pub mod http;
mod inbound;
mod message;
mod outcome;
pub mod push;
pub mod rate;

pub use channel::{Attempt, Capabilities, Channel, NotReady, Pack, Prepared, Session};
pub use inbound::{Inbound, InboundError, InboundKind, InboundRequest};
pub use message::{
    ChannelKind, Charset, Content, Email, FeedbackId, LineMessages, Mailbox, Message, Notification,
    Recipient, Sms, Unsubscribe, Webhook,
};
pub use outcome::{
    Answer, Outcome, Reason, ReasonClass, Refusal, Stage, SuppressReason, without_addresses,
};
pub use push::{Push, PushAction, PushPriority};
