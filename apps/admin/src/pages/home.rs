//! Home.

pub mod page;

pub use page::Home;
