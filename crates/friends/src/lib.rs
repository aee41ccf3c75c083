#![doc = include_str!("../README.md")]

pub mod book;
mod friend;
pub mod link;
pub mod menu;
mod message;
pub mod profile;
mod prune;
mod receipt;
pub mod reply;
mod store;
mod take;

pub use friend::{Friend, Sign, State};
pub use prune::{KEPT, prune};
pub use take::{Away, Heard, Intake};
