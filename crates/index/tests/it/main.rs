//! The index from outside: random histories against a plain model, snapshots, queries.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod dice;
mod history;
mod large;
mod meanwhile;
mod model;
mod query;
mod snapshot;
