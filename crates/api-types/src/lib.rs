#![doc = include_str!("../README.md")]

pub mod page;
pub mod problem;
pub mod senders;
pub mod session;

pub use page::PageOf;
pub use problem::{FieldError, Problem};
