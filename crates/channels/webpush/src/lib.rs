#![doc = include_str!("../README.md")]

mod channel;
mod classify;
mod composer;
mod encrypt;
mod key;
mod subscription;
mod vapid;

pub use channel::{WebPushChannel, WebPushConfig, WebPushConfigError};
pub use encrypt::MAX_PLAIN;
pub use key::{SecretBytes, VapidKey, VapidKeyError};
pub use subscription::{Subscription, SubscriptionError};
