#![doc = include_str!("../README.md")]

mod channel;
mod classify;
mod composer;
mod sign;

pub use channel::{WebhookChannel, WebhookConfigError, WebhookOptions};
pub use channel_core::{
    dial::{Address, AddressError, Schemes},
    http::MAX_ANSWER,
};
pub use composer::MAX_BODY;
pub use sign::{Secret, SecretError, signature};
