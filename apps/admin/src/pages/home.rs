//! Home.
#![expect(
    unreachable_pub,
    reason = "the component macro makes the props of private components pub"
)]

mod day;
mod figures;
mod logic;
mod moving;
pub mod page;
mod reasons;
mod waiting;

pub use page::Home;
