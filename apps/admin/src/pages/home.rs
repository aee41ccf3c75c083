//! Home.

mod day;
mod figures;
mod logic;
mod moving;
pub mod page;
mod reasons;
mod waiting;

pub use page::Home;
