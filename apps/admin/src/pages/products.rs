//! The product catalogue.
#![expect(
    unreachable_pub,
    reason = "the component macro makes the props of private components pub"
)]

mod detail;
mod form;
mod list;
mod logic;
mod picture;

pub use detail::ProductPage;
pub use list::ProductList;
