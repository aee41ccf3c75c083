//! Reports over everything.

pub mod definitions;
pub mod overview;

pub use overview::Analytics;
