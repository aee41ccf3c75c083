#![doc = include_str!("../README.md")]

pub mod analytics;
pub mod audience;
pub mod campaigns;
pub mod computed;
pub mod contents;
pub mod customers;
pub mod devices;
pub mod imports;
pub mod line;
pub mod line_menus;
pub mod line_messages;
pub mod line_numbers;
pub mod line_replies;
pub mod lists;
pub mod memberships;
pub mod page;
pub mod problem;
pub mod products;
pub mod push_messages;
pub mod reports;
pub mod segment_remarks;
pub mod segment_versions;
pub mod segments;
pub mod senders;
pub mod session;
pub mod webhooks;

pub use page::PageOf;
pub use problem::{FieldError, Problem};
