#![doc = include_str!("../README.md")]

pub mod cause;
pub mod feed;
pub mod id;
pub mod invalid;
pub mod money;
pub mod page;
pub mod time;
pub mod yearless;
