//! Lists of people that somebody uploaded.

pub mod detail;
pub mod list;
pub mod name;
pub mod upload;

pub use detail::ListPage;
pub use list::Lists;
