//! What LINE tells becomes friends, customers and events, on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod linking;
mod taking;
mod world;
