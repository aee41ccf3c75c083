//! The sandbox inbox.

pub mod detail;
pub mod list;

pub use detail::MessagePage;
pub use list::Inbox;
