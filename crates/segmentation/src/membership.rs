//! Who was in which segment, and when: intervals with the cause of both ends.
//!
//! Here are the stored form, the rules for what wakes a segment, and the one door through which intervals are
//! written: [`Lease::write`]. Who reads the change feed and calls it is the server's business; what is kept and
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
pub use lease::{Lease, LeaseError, Progress, Way};
pub use past::{Interval, gone, members_at, of_customer, open, timeline};
pub use wake::{Touch, Touches};
pub use write::{Batch, Step, WriteError};

/// The most transitions of one transaction: a send that waits for SQLite's writer waits no longer than for these.
pub const MAX_BATCH: usize = 2_000;

/// Why somebody entered or left. The numbers are stored: never reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i16)]
pub enum Cause {
    /// The segment was made, edited, put away or taken back, or was looked at for the first time.
    Backfill = 1,
    /// Something that the customer did, or that was done to her.
    Event = 2,
    /// A fact or attribute changed.
    Profile = 3,
    /// A permission or a suppressed address changed.
    Consent = 4,
    /// The profile was merged or parted.
    Merge = 5,
    /// The profile was erased.
    Erase = 6,
    /// Nothing happened but that time went on.
    Time = 7,
    /// A word of the rule came to mean other products: the catalogue changed.
    Catalogue = 8,
    /// A list was uploaded anew, added to or taken from.
    List = 9,
}

impl Cause {
    /// All causes.
    pub const ALL: [Self; 9] = [
        Self::Backfill,
        Self::Event,
        Self::Profile,
        Self::Consent,
        Self::Merge,
        Self::Erase,
        Self::Time,
        Self::Catalogue,
        Self::List,
    ];

    /// Returns the stored number.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// Reads a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.code() == code)
    }

    /// Returns the name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Backfill => "backfill",
            Self::Event => "event",
            Self::Profile => "profile",
            Self::Consent => "consent",
            Self::Merge => "merge",
            Self::Erase => "erase",
            Self::Time => "time",
            Self::Catalogue => "catalogue",
            Self::List => "list",
        }
    }

    /// Tells whether the feed stays silent: the company did it to its rules, and no customer changed.
    pub const fn is_silent(self) -> bool {
        matches!(self, Self::Backfill | Self::Catalogue)
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_reads_back_from_its_number_and_has_a_name_of_its_own() {
        let mut names: Vec<&str> = Cause::ALL.iter().map(|cause| cause.name()).collect();
        for cause in Cause::ALL {
            assert_eq!(Cause::from_code(cause.code()), Some(cause));
        }
        names.dedup();
        assert_eq!(names.len(), Cause::ALL.len());
        assert_eq!(Cause::from_code(0), None);
    }
}
