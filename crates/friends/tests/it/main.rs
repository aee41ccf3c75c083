//! What LINE tells becomes friends, customers and events, on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test that cannot go on has failed; a story of a test is told in one piece"
)]

mod linking;
mod taking;
mod world;
