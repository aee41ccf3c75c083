#![doc = include_str!("../README.md")]

pub mod account;
pub mod audit;
mod error;
pub mod key;
pub mod link;
mod password;
mod role;
pub mod session;
pub mod ticket;
mod token;
pub mod workspace;

pub use error::AccessError;
pub use role::{Actor, Permission, Role};
pub use token::Tokens;
