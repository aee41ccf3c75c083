#![doc = include_str!("../README.md")]

mod channel;
mod classify;
mod composer;
mod connect;
mod exchange;
mod sign;

pub use channel::{WebhookChannel, WebhookConfigError, WebhookOptions};
pub use channel_core::dial::{Address, AddressError, Schemes};
pub use composer::MAX_BODY;
pub use exchange::MAX_ANSWER;
pub use sign::{Secret, SecretError, signature};
