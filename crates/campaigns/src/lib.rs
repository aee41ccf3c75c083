#![doc = include_str!("../README.md")]

mod error;
pub mod inbox;
pub mod model;
mod rowset;
pub mod sender;

pub use error::CampaignError;
