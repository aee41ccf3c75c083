//! The stores of this crate on both databases.

mod consent;
mod customers;
mod identity;
mod import;
mod ingest;
mod merge;
mod order;
mod property;
mod world;
