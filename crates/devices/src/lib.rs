#![doc = include_str!("../README.md")]

pub mod book;
mod device;
mod leave;
mod register;

pub use device::{Device, Kind, Why, fingerprint};
pub use leave::{KEPT, forget, gone, prune, remove, stop};
pub use register::{MOST, Registered, Registration, register};
