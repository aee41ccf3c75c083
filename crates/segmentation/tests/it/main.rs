//! The language on both databases: every operator, random trees against a naive evaluator, saving.

mod agree;
mod dice;
mod naive;
mod operators;
mod saved;
mod world;
