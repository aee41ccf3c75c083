//! Reports over everything, and analyses of the buyers.

pub mod apart;
pub mod bands;
pub mod buyers;
pub mod deciles;
pub mod definitions;
pub mod lifecycle;
mod logic;
pub mod overview;
pub mod retention;
pub mod rfm;

pub use bands::Bands;
pub use deciles::Deciles;
pub use lifecycle::Lifecycle;
pub use overview::Analytics;
pub use retention::Retention;
pub use rfm::Rfm;
