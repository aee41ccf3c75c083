//! Customers: the list, and what happened between us and each of them.
#![expect(
    unreachable_pub,
    reason = "the component macro makes the props of private components pub"
)]

mod beside;
mod computed;
mod create;
mod detail;
mod devices;
mod edit;
mod feed;
mod fold;
mod line;
mod list;
mod logic;
mod orders;
mod segments;
mod story;
mod ways;
mod words;

pub use detail::CustomerPage;
pub use list::CustomerList;
pub(in crate::pages) use words::standing;
