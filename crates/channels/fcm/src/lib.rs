#![doc = include_str!("../README.md")]

mod account;
mod channel;
mod classify;
mod composer;
mod target;
mod token;

pub use account::{ServiceAccount, ServiceAccountError};
pub use channel::{FIREBASE, FcmChannel, FcmConfig, FcmConfigError};
pub use composer::MAX_PAYLOAD;
pub use target::{BadTarget, Target};
