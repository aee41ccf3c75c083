//! The rule language: a tree of conditions, stored as versioned JSON.
//!
//! Every enum is tagged from outside (`{"all":[…]}`), so an error can point at the exact place. A later
//! version adds variants and fields with defaults; a document of version 1 reads the same for ever.

mod anniversary;
mod calendar;
mod check;
mod consent;
mod event;
mod fact;
mod local;
mod measure;
mod past;
mod pattern;
mod place;
mod sequence;
mod share;
mod standing;
mod time;
mod walk;

use kernel::id::{ListId, SegmentId};
use serde::{Deserialize, Serialize};

pub use anniversary::Anniversary;
pub use calendar::{CalendarSpan, CalendarUnit};
pub(crate) use check::type_clash as check_type_clash;
pub use check::{MAX_DEPTH, MAX_LIST, MAX_NODES, MAX_TEXT, read};
pub use consent::Rules;
pub use event::{
    Answer, AnswerKind, Compare, CountOf, EventTest, Events, Filter, Machine, OneOf,
    PropertyFilter, Since,
};
pub use fact::{
    DateTest, Fact, Field, Fold, ListTest, NumberTest, Source, Test, TextTest, ValueType,
};
pub(crate) use local::{Clock, hour, hour_sql, weekday, weekday_sql};
pub use local::{Hours, Weekday};
pub use measure::{Distinct, Measured, PropertyCount, PropertyNumber};
pub(crate) use past::Stretch;
pub use past::{WasIn, When};
pub use pattern::MAX_PATTERN;
pub(crate) use pattern::compile as compile_pattern;
pub use place::{Circle, PlaceTest};
pub(crate) use sequence::{MAX_STEPS, Picked};
pub use sequence::{Same, Selector, Sequence, Step, ThenNot};
pub(crate) use share::Dealer;
pub use share::Share;
pub use standing::{Basis, Cut, First, Standing};
pub use time::{Bounds, Interval, Moment, Span, Window, local_date};
pub use walk::Place;
pub(crate) use walk::{children, picks};

/// The version that this build writes. It has everything that version 1 has, with the same meaning.
pub const VERSION: u32 = 2;
/// The oldest version that is read.
pub const OLDEST: u32 = 1;

/// A stored rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The version of the language.
    pub version: u32,
    /// The whole rule.
    pub root: Node,
}

/// A condition or a group of conditions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// True when all are; the empty group at the root is everybody.
    All(Vec<Node>),
    /// True when at least one is.
    Any(Vec<Node>),
    /// True when the inner node is false; unknown stays unknown.
    Not(Box<Node>),
    /// About a field or attribute of the customer.
    Fact(Fact),
    /// About what the customer did.
    Events(Events),
    /// About what the customer did step by step.
    Sequence(Sequence),
    /// About what the customer did with our messages.
    Message(Answer),
    /// About a permission that the customer gave or took back.
    Consent(Consent),
    /// About whether a message would arrive.
    Reachable(Reachable),
    /// About being in another segment.
    Segment(InSegment),
    /// About having been in a segment.
    WasIn(WasIn),
    /// About standing on an uploaded list.
    List(OnList),
    /// About the share into which chance put the customer once and for all.
    Share(Share),
    /// About where the customer stands among all buyers.
    Standing(Standing),
}

/// The state of a permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// `email`, `line`, `push`, `sms`, or `any` for tracking.
    pub channel: String,
    /// `marketing`, `tracking` or a topic.
    #[serde(default = "marketing")]
    pub purpose: String,
    /// The state asked for.
    #[serde(default)]
    pub state: ConsentState,
}

fn marketing() -> String {
    "marketing".to_owned()
}

/// The three states of a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    /// Given and not expired.
    #[default]
    Granted,
    /// Taken back.
    Withdrawn,
    /// Never said, or expired.
    None,
}

/// Whether a marketing message would arrive by a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reachable {
    /// The channel.
    pub channel: Channel,
}

/// The channels whose reach can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Mail: has an address, permits marketing, is not suppressed.
    Email,
    /// LINE: follows an account, and has not refused marketing.
    Line,
    /// Push: a device takes pushes, and has not refused marketing.
    Push,
}

impl Channel {
    /// Returns the name under which consents are kept.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Line => "line",
            Self::Push => "push",
        }
    }
}

/// Membership of another segment; two-valued: whoever is not certainly in is out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InSegment {
    /// The other segment.
    pub id: SegmentId,
}

/// Standing on an uploaded list of people; two-valued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnList {
    /// The list.
    pub id: ListId,
}

impl Document {
    /// Wraps a tree in the present version.
    pub const fn new(root: Node) -> Self {
        Self {
            version: VERSION,
            root,
        }
    }

    /// Writes the document as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
