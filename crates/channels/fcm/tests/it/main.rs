//! FCM against a Firebase of its own, and against readers that we did not write.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod contract;
mod judges;
mod story;
mod support;
