#![doc = include_str!("../README.md")]

pub mod audience;
mod error;
pub mod inbox;
pub mod ledger;
pub mod lifecycle;
pub mod line_numbers;
pub mod model;
pub mod planning;
pub mod review;
mod rowset;
pub mod send;
pub mod sender;
pub mod store;
pub mod test_audience;
pub mod testing;
pub mod track;
mod way;
pub mod workspace;

pub use error::CampaignError;
pub use way::Way;
