//! Who is who: external id, email, telephone number, LINE user id and anonymous id lead to one profile.
//!
//! Every message or row makes a [`Claim`]: these values belong to one person. Values known together
//! join; profiles that a claim connects merge, the older one survives. Two rules keep strangers apart:
//! two profiles that both have an external id merge only by an explicit alias, and a browser key may
//! only bring anonymous history to a person. Without such conflicts the outcome is the connected
//! components of all claims, so it does not depend on the order in which they come.

pub(crate) mod graph;
pub(crate) mod live;
pub mod normal;
mod release;
mod resolve;
pub(crate) mod store;

use crate::source::Source;

pub use release::{owners, release};
pub use resolve::resolve;

/// What kind of value names a person. The numbers are stored; their order is their weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i16)]
pub enum KeyKind {
    /// The company's own id: member number, user id.
    External = 1,
    /// Email address, normalised.
    Email = 2,
    /// A cookie or device that has not said who it is.
    Anonymous = 3,
    /// Telephone number, normalised.
    Phone = 4,
    /// LINE's user id. It differs by provider, so that one person may have several.
    Line = 5,
}

impl KeyKind {
    /// Returns the stored number.
    pub const fn code(self) -> i16 {
        self as i16
    }

    pub(crate) const fn from_code(code: i16) -> Option<Self> {
        Some(match code {
            1 => Self::External,
            2 => Self::Email,
            3 => Self::Anonymous,
            4 => Self::Phone,
            5 => Self::Line,
            _ => return None,
        })
    }

    /// Which value decides when they point to different people.
    pub(crate) const fn weight(self) -> u8 {
        match self {
            Self::External => 0,
            Self::Email => 1,
            Self::Phone => 2,
            Self::Line => 3,
            Self::Anonymous => 4,
        }
    }
}

/// One value that names a person; already normalised.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// What kind of value.
    pub kind: KeyKind,
    /// The value.
    pub value: String,
}

impl Key {
    /// Makes a key from a normalised value.
    pub fn new(kind: KeyKind, value: impl Into<String>) -> Self {
        Self {
            kind,
            value: value.into(),
        }
    }
}

/// Says that some values belong to one person.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The values; empty claims nobody.
    pub keys: Vec<Key>,
    /// Who says so.
    pub source: Source,
    /// An alias: also profiles that both have an external id are one person.
    pub is_alias: bool,
    /// When the person was seen.
    pub seen_at: i64,
}

/// Why a value was not joined to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// It belongs to another customer with an external id of their own.
    Taken,
    /// A browser key may not merge two identified people.
    BrowserMerge,
    /// A browser key may not change what a server, a form or a file has set.
    BrowserChange,
}

/// Who a claim is about.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The living profile.
    pub profile: i64,
    /// Values of the claim that were not joined to it, and why.
    pub denied: Vec<(Key, Denied)>,
}
