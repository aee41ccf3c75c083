//! What all handlers share: who asks, what is asked, and how errors are told.

pub mod admin;
pub mod audit;
pub mod auth;
pub mod created;
pub(crate) mod describe;
pub mod extract;
pub mod idempotency;
pub mod limit;
pub mod patience;
pub mod problem;
pub mod security;
