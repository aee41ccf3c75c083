//! The numbers, on both databases, against fixtures computed by hand and a plain reading of the rules.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test may fail loudly, and a story is told in one piece"
)]

mod dice;
mod home;
mod owners;
mod report;
mod retention;
mod world;
