//! Reports over everything, and analyses of the buyers.

pub mod buyers;
pub mod deciles;
pub mod definitions;
mod logic;
pub mod overview;
pub mod rfm;

pub use deciles::Deciles;
pub use overview::Analytics;
pub use rfm::Rfm;
