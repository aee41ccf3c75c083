#![doc = include_str!("../README.md")]

pub mod attributes;
pub mod bulk;
pub mod changes;
pub mod computed;
pub mod consent;
mod context;
pub mod customers;
pub mod event;
pub mod event_name;
pub mod facts;
pub mod geo;
pub mod identity;
pub mod import;
pub mod ingest;
pub mod lists;
pub mod merge;
pub mod names;
mod order_row;
pub mod outgoing;
pub mod partition;
pub mod search;
pub mod seen;
mod source;
pub mod timeline;

pub use context::Ctx;
pub use ingest::IngestService;
pub use source::Source;
pub(crate) use storage::rowset;
