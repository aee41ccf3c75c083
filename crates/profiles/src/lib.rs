#![doc = include_str!("../README.md")]

pub mod consent;
mod context;
pub mod facts;
pub mod identity;
pub mod merge;
pub mod names;
mod rowset;
pub mod search;
mod source;

pub use context::Ctx;
pub use source::Source;
