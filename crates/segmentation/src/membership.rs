//! Who was in which segment, and when: intervals with the cause of both ends.
//!
//! Here are the stored form, the rules for what wakes a segment, and the one door through which intervals are
//! written: [`write()`]. Who reads the change feed and calls it is the server's business; what is kept and
//! why is in `docs/membership.md`.

mod define;
mod drift;
mod filled;
mod history;
mod lease;
mod past;
mod wake;
mod write;

use kernel::id::{ProfileId, SegmentId};

pub use define::{Definition, definitions};
pub use drift::drift;
pub use filled::{Filled, filled, state};
pub use history::{Day, History, Span, history};
pub use kernel::cause::Cause;
pub use lease::{Lease, Progress, Way};
pub use past::{Interval, gone, members_at, of_customer, open, timeline};
pub use wake::{Touch, Touches};
pub use write::{Batch, Step, WriteError, write};

/// The most transitions of one transaction: a send that waits for SQLite's writer waits no longer than for these.
pub const MAX_BATCH: usize = 2_000;

/// Lists the numbers of silent causes, as SQL does.
fn silent_codes() -> String {
    let silent = Cause::ALL.into_iter().filter(|cause| cause.is_silent());
    let codes: Vec<String> = silent.map(|cause| cause.code().to_string()).collect();
    codes.join(", ")
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Into the segment.
    Enter,
    /// Out of it.
    Leave,
}

/// Somebody enters or leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// The segment.
    pub segment: SegmentId,
    /// Who.
    pub profile: ProfileId,
    /// Which way.
    pub direction: Direction,
    /// Why.
    pub cause: Cause,
}
