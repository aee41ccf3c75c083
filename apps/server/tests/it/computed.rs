//! Computed attributes follow what happens: as if computed anew at each step, and told exactly once.

mod hands;
mod history;
mod ranks;
mod rest;
mod scores;
mod story;
mod tastes;
