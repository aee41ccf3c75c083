#![doc = include_str!("../README.md")]

mod address;
mod channel;
mod classify;
mod composer;
mod connect;
mod exchange;
mod sign;

pub use address::{Address, AddressError, Schemes};
pub use channel::{WebhookChannel, WebhookConfigError, WebhookOptions};
pub use composer::MAX_BODY;
pub use exchange::MAX_ANSWER;
pub use sign::{Secret, SecretError, signature};
