//! Reports over everything.

pub mod overview;

pub use overview::Analytics;
