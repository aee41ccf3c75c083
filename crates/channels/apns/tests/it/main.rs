//! The APNs channel against a provider of its own, and against one in Node.js that a client of others proved.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod contract;
mod judges;
mod node;
mod story;
mod support;
