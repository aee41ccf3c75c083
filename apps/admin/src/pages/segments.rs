//! The segments.
#![expect(
    unreachable_pub,
    reason = "the component macro makes the props of private components pub"
)]

mod builder;
mod control;
pub(crate) mod editor;
mod growth;
pub(crate) mod logic;
mod overlap;
mod people;
pub(crate) mod picker;
mod remarks;
mod row;
mod tree;
mod uses;
mod versions;
mod vip;
mod why;

pub mod detail;
pub mod list;
pub mod new;

pub use detail::SegmentPage;
pub use list::SegmentList;
pub use new::NewSegment;
pub(crate) use people::display_name;
