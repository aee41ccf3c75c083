#![doc = include_str!("../README.md")]

mod channel;
mod classify;
mod composer;
mod device;
mod token;

pub use channel::{ApnsChannel, ApnsConfig, ApnsConfigError, PRODUCTION, SANDBOX};
pub use composer::{MAX_PAYLOAD, apns_id};
pub use device::{BadDeviceToken, DeviceToken};
pub use token::{ApnsKey, ApnsKeyError};
