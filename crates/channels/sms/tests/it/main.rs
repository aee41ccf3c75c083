//! Text messages against a provider of its own, and against readers that we did not write.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod contract;
mod hook;
mod judges;
mod story;
mod support;
