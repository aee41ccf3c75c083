//! What the index is fed with: typed values, in the order of the feed.
//!
//! A change tells how something **is now**, not what was done to it. Whoever reads the feed reads the
//! tables at a later moment than the row was written, so the same state may arrive twice and a state
//! between two rows may never arrive. Applying a change twice changes nothing.

use std::sync::Arc;

use kernel::feed::Cursor;

/// Changes that are applied together: a query sees all of them or none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Batch {
    /// What changed, in order.
    pub changes: Vec<Change>,
    /// The position of the feed that has been seen when the batch is applied; `None` leaves it.
    pub position: Option<Cursor>,
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// An active customer's facts: the whole row. What is not named is absent.
    Profile(Profile),
    /// First and latest sign of a customer, without the rest of the row.
    Seen {
        /// The profile's number.
        profile: i64,
        /// `first_seen_at`.
        first_at: i64,
        /// `last_seen_at`.
        last_at: i64,
    },
    /// A customer is no longer active: merged, erased. Facts, consents, events and list memberships go.
    ProfileGone {
        /// The profile's number.
        profile: i64,
    },
    /// All present consents of a customer. What is not named was never said.
    Consents {
        /// The profile's number.
        profile: i64,
        /// One per channel and purpose.
        consents: Vec<Consent>,
    },
    /// An event as it stands; one of the same profile, instant, name and id is replaced.
    Event(Event),
    /// All events of a customer are exactly these. The safest answer to a merge or un-merge.
    Events {
        /// The profile's number.
        profile: i64,
        /// Every event; each carries the same profile.
        events: Vec<Event>,
    },
    /// Events changed hands; each remembers where it came from first.
    EventsMoved {
        /// Whose they were.
        from: i64,
        /// Whose they are.
        to: i64,
        /// Which.
        which: Moved,
    },
    /// An event is no longer there.
    EventGone {
        /// The profile's number.
        profile: i64,
        /// When it happened.
        occurred_at: i64,
        /// The event's number.
        id: i64,
    },
    /// Whether an address must not be written to, for any reason.
    Suppression {
        /// `email` …
        channel: Arc<str>,
        /// The normalised address.
        address: Box<str>,
        /// True while at least one reason stands.
        is_suppressed: bool,
    },
    /// Whether a customer belongs to a static list.
    Membership {
        /// The list's number.
        list: i64,
        /// The profile's number.
        profile: i64,
        /// True when in.
        is_member: bool,
    },
    /// A product, category or brand that events speak of.
    Term(Term),
    /// The number of an event name that the workspace brought itself.
    EventName {
        /// The number.
        id: i32,
        /// The name.
        name: Box<str>,
    },
}

/// Which events change hands.
#[derive(Debug, Clone, PartialEq)]
pub enum Moved {
    /// All of them: a merge.
    All,
    /// These numbers: an un-merge.
    Only(Vec<i64>),
}

/// The facts of an active customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The profile's number.
    pub id: i64,
    /// Every fact that has a value; `null` is absent.
    pub facts: Vec<(FactKey, Value)>,
}

/// What a fact is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKey {
    /// A standard field by the name of its column: `email`, `is_anonymous`, `first_seen_at` …
    Field(Arc<str>),
    /// An attribute of the workspace.
    Attribute(Arc<str>),
}

/// A value of a fact or of an event's property.
#[derive(Debug, Clone)]
pub enum Value {
    /// A text; days and instants of attributes are texts too (`2026-07-14`, `…T01:42:00.000Z`).
    Text(Box<str>),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// An instant of a standard field, in milliseconds.
    Instant(i64),
    /// The texts of a list; elements of other types are left out.
    List(Box<[Box<str>]>),
    /// Something that exists and that no test can judge.
    Other,
}

/// A present permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// `email`, `line`, `push`, `sms`; `any` for tracking.
    pub channel: Arc<str>,
    /// `marketing`, `tracking` or a topic.
    pub purpose: Arc<str>,
    /// Given, or taken back.
    pub is_granted: bool,
    /// The first instant at which it no longer holds.
    pub expires_at: Option<i64>,
}

/// Bit of [`Event::flags`]: not a human act.
pub const MACHINE: u8 = 1;
/// Bit of [`Event::flags`]: the amount is in a foreign currency and left out of sums.
pub const FOREIGN: u8 = 8;

/// Something that a customer did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Event {
    /// The event's number.
    pub id: i64,
    /// Whose it is.
    pub profile: i64,
    /// When it happened, in milliseconds.
    pub occurred_at: i64,
    /// The number of its name.
    pub name: i32,
    /// The product's term.
    pub product: Option<i64>,
    /// The category's term.
    pub category: Option<i64>,
    /// Minor units of the reporting currency; refunds are negative.
    pub amount: Option<i64>,
    /// How many.
    pub quantity: Option<i64>,
    /// The order that it is a line of.
    pub order: Option<i64>,
    /// The campaign that it answers.
    pub campaign: Option<i64>,
    /// The delivery that it answers.
    pub delivery: Option<i64>,
    /// Bits as in the table; see [`MACHINE`] and [`FOREIGN`].
    pub flags: u8,
    /// The profile that it came from, when another by now.
    pub origin: Option<i64>,
    /// The members of its JSON object that are not `null`.
    pub properties: Vec<(Arc<str>, Value)>,
}

/// What kind of thing a term is. The numbers are those of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum TermKind {
    /// A product; its value is the SKU.
    Product = 1,
    /// A category; its value is the path `A > B > C`.
    Category = 2,
    /// A brand.
    Brand = 3,
}

/// A product, category or brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Its number.
    pub id: i64,
    /// Its kind.
    pub kind: TermKind,
    /// SKU, path or name.
    pub value: Box<str>,
    /// Of a product its category, of a category the one above.
    pub parent: Option<i64>,
}

impl Profile {
    /// A customer of whom nothing is known yet.
    pub const fn new(id: i64) -> Self {
        Self {
            id,
            facts: Vec::new(),
        }
    }
}

impl PartialEq for Value {
    /// Numbers are equal by their bits, so that every value equals itself.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a.to_bits() == b.to_bits(),
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            (Self::Instant(a), Self::Instant(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Other, Self::Other) => true,
            _ => false,
        }
    }
}

impl Eq for Value {}
