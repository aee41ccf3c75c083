#![doc = include_str!("../README.md")]

mod channel;
mod classify;
mod composer;
mod hook;
mod number;
mod opt_out;
mod secret;
mod segments;

pub use channel::{SmsChannel, SmsConfig, SmsConfigError, TWILIO};
pub use composer::{LONGEST, MAX_SEGMENTS};
pub use hook::signature;
pub use number::{BadNumber, PhoneNumber};
pub use opt_out::{Word, word};
pub use secret::Secret;
pub use segments::{Alphabet, Segments, count};
