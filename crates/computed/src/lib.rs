#![doc = include_str!("../README.md")]

pub mod affinity;
pub mod cycle;
pub mod dormancy;
pub mod explain;
pub mod history;
pub mod lifecycle;
pub mod period;
pub mod person;
pub mod rank;
pub mod rule;
pub mod score;
pub mod store;

pub use rule::Rule;
