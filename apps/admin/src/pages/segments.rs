//! The segments.

pub mod detail;
pub mod list;
pub mod new;

pub use detail::SegmentPage;
pub use list::SegmentList;
pub use new::NewSegment;
