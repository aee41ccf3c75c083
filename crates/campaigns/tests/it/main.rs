//! Campaigns and the ledger on both databases.

mod fake;
mod ledger;
mod model;
mod plan;
mod sending;
mod tracking;
mod world;
