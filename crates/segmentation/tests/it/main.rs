//! The language on both databases: every operator, random trees against a naive evaluator, saving.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod agree;
mod dice;
mod flaws;
mod indexed;
mod naive;
mod newer;
mod operators;
mod past;
mod place;
mod saved;
mod sequence;
mod since;
mod standing;
mod tally;
mod version_1;
mod world;
