//! Campaigns and the ledger on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "helpers of tests fail by panicking; a story of a test is told in one piece"
)]

mod fake;
mod ledger;
mod line;
mod model;
mod pace;
mod plan;
mod sending;
mod tracking;
mod vip;
mod world;
