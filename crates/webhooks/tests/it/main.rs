//! Webhooks on both databases: nothing is skipped, nothing is written twice, nothing is lost with who sends.

#![expect(
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "a test that cannot go on has failed; a story of a test is told in one piece"
)]

mod deliveries;
mod outbox;
mod replay;
mod sources;
mod world;
