//! The customers.

pub mod detail;
pub mod list;

pub use detail::CustomerPage;
pub use list::CustomerList;
