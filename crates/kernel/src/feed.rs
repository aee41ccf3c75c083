//! The change feed's vocabulary: what changed, and how far a reader has come.

use serde::{Deserialize, Serialize};

use crate::id::{ProfileId, WorkspaceId};

/// What kind of change a feed row tells of. The numbers are stored: never reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(i16)]
pub enum ChangeKind {
    /// A profile was created or its facts or attributes changed; `b` is [`BY_RULE`] where no customer did anything,
    /// [`COMPUTED`] where only what follows from other changes did.
    Profile = 1,
    /// Events were added; `a..=b` are their ids.
    Events = 2,
    /// A consent or suppression changed.
    Consent = 3,
    /// Profile `a` was merged into this one.
    Merge = 4,
    /// Profile `a` was split off again.
    Unmerge = 5,
    /// The profile was erased.
    Erase = 6,
    /// The profile entered segment `a`; `b` is the number of the cause.
    SegmentEnter = 7,
    /// The profile left segment `a`; `b` is the number of the cause.
    SegmentLeave = 8,
    /// The profile was seen earlier or later than known, and nothing else changed.
    Seen = 9,
    /// An address was suppressed at the instant `a`; it belongs to nobody in particular, so the profile is 0.
    Suppressed = 10,
    /// Product, category or brand `a` came or moved; the profile is 0.
    Term = 11,
    /// The event name of number `a` came; the profile is 0.
    EventName = 12,
    /// The customer did something just now: as [`ChangeKind::Events`], and a sign of life at the time of writing.
    Acted = 13,
    /// The customer gave a sign of life at the instant `a`. Where it is kept is told of by [`ChangeKind::Seen`].
    Met = 14,
    /// Events of the customer were changed where they stand: a message was taken back.
    Rewritten = 15,
    /// How the customer stands to a LINE account changed: she followed, blocked, was linked or parted; or a device of hers
    /// takes pushes now, or takes none any more.
    Friend = 16,
    /// Segment `a` was made, edited, put away or taken back; the profile is 0.
    Segment = 40,
    /// The list of people `a` was uploaded anew, added to or taken from; the profile is 0.
    List = 43,
    /// A computed attribute of the customer turned: attribute `a`, by the change of number `b`.
    Turned = 41,
    /// The computed attribute `a` was declared, changed or put away; the profile is 0.
    Declared = 42,
}

/// Second detail of [`ChangeKind::Profile`]: the company changed a rule that attributes are computed by.
pub const BY_RULE: i64 = 1;
/// Second detail of [`ChangeKind::Profile`]: attributes that the product computes itself, and nothing else.
pub const COMPUTED: i64 = 2;

impl ChangeKind {
    /// Reads the stored number.
    pub const fn from_code(code: i16) -> Option<Self> {
        Some(match code {
            1 => Self::Profile,
            2 => Self::Events,
            3 => Self::Consent,
            4 => Self::Merge,
            5 => Self::Unmerge,
            6 => Self::Erase,
            7 => Self::SegmentEnter,
            8 => Self::SegmentLeave,
            9 => Self::Seen,
            10 => Self::Suppressed,
            11 => Self::Term,
            12 => Self::EventName,
            13 => Self::Acted,
            14 => Self::Met,
            15 => Self::Rewritten,
            16 => Self::Friend,
            40 => Self::Segment,
            43 => Self::List,
            41 => Self::Turned,
            42 => Self::Declared,
            _ => return None,
        })
    }

    /// Returns the stored number.
    pub const fn code(self) -> i16 {
        self as i16
    }
}

/// One change of one customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The customer.
    pub profile: ProfileId,
    /// What changed.
    pub kind: ChangeKind,
    /// First detail; see [`ChangeKind`].
    pub a: i64,
    /// Second detail; see [`ChangeKind`].
    pub b: i64,
}

impl Change {
    /// A change without details.
    pub const fn of(workspace: WorkspaceId, profile: ProfileId, kind: ChangeKind) -> Self {
        Self {
            workspace,
            profile,
            kind,
            a: 0,
            b: 0,
        }
    }
}

/// How far a reader has come: the last (transaction, row) it has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Cursor {
    /// Transaction number (PostgreSQL); 0 on SQLite, whose single writer orders by row alone.
    pub xid: i64,
    /// Row number.
    pub id: i64,
}
