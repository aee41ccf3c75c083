//! The segments.

mod builder;
mod control;
mod editor;
mod logic;
mod overlap;
mod people;
mod picker;
mod row;
mod tree;
mod uses;
mod why;

pub mod detail;
pub mod list;
pub mod new;

pub use detail::SegmentPage;
pub use list::SegmentList;
pub use new::NewSegment;
