#![doc = include_str!("../README.md")]

pub mod buyers;
mod campaign;
mod csv;
mod error;
pub mod home;
pub mod lifecycle;
pub mod link;
pub mod metric;
mod months;
pub mod origin;
pub mod people;
mod query;
mod rate;
pub mod report;
pub mod retention;
pub mod series;
pub mod step;
pub mod story;
pub mod zone;

pub use campaign::CampaignHead;
pub use csv::{Table, csv, csv_rows};
pub use error::AnalyticsError;
pub use metric::Metric;
pub use rate::Rate;
