#![doc = include_str!("../README.md")]

pub mod delivery;
mod event_type;
pub mod keys;
mod lease;
pub mod outbox;
pub mod replay;
pub mod schedule;
pub mod source;
pub mod webhook;

pub use event_type::EventType;
pub use lease::{Lease, Progress, Written};
