//! The stores of this crate on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    clippy::needless_pass_by_value,
    reason = "helpers of tests fail by panicking; a story of a test is told in one piece"
)]

mod bulk;
mod changes;
mod consent;
mod customers;
mod identity;
mod import;
mod ingest;
mod merge;
mod order;
mod property;
mod seen;
mod world;
