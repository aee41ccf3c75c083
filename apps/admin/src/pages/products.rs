//! The product catalogue.

pub mod detail;
pub mod list;

pub use detail::ProductPage;
pub use list::ProductList;
