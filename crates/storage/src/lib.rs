#![doc = include_str!("../README.md")]

pub mod batch;
pub mod bulk;
mod checkpoint;
mod connect;
pub mod dialect;
pub mod feed;
pub mod lease;
pub mod node;
pub mod rowset;
pub mod secret;
pub mod sql;

pub use connect::{Db, Options, StorageError, Tx};
pub use dialect::Dialect;
pub use sea_orm::{ConnectionTrait, Value};
