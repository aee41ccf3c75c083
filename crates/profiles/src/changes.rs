//! Reading the truth for whoever keeps a copy of it in memory.
//!
//! Two roads lead to the same state. [`Scan`] reads everything of a workspace, page by page; [`load`] reads
//! how what some rows of the feed name stands *now*. A reader notes a position of the feed, scans, and
//! follows from that position: what changed during the scan is read again, and reading again changes
//! nothing. No statement here sees another's moment, and none has to: whatever changed after it was read has a
//! row of the feed that is still to come.

mod load;
mod row;
mod scan;
mod touched;

use serde_json::{Map, Value as Json};

pub use load::load;
pub use scan::{Pages, Scan};
pub use touched::Touched;

/// How a part of a workspace stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// Customers with all facts.
    pub people: Vec<Person>,
    /// First and latest signs of customers whose other facts were not read.
    pub seen: Vec<Seen>,
    /// Customers that are no longer active: merged or erased.
    pub gone: Vec<i64>,
    /// Customers with all their present consents.
    pub consents: Vec<(i64, Vec<Consent>)>,
    /// Customers with all their events.
    pub timelines: Vec<(i64, Vec<Event>)>,
    /// Single events.
    pub events: Vec<Event>,
    /// Whether addresses must not be written to.
    pub addresses: Vec<Address>,
    /// Products, categories and brands.
    pub terms: Vec<Term>,
    /// Numbers and texts of event names that the workspace uses.
    pub event_names: Vec<(i32, String)>,
}

/// An active customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The profile's number.
    pub id: i64,
    /// Standard fields that have a value, by the name of their column.
    pub fields: Vec<(&'static str, FieldValue)>,
    /// Typed attributes; a `null` is absent.
    pub attributes: Map<String, Json>,
}

/// The value of a standard field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue {
    /// A text.
    Text(String),
    /// True or false.
    Boolean(bool),
    /// An instant in milliseconds.
    Instant(i64),
}

/// When a customer was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The profile's number.
    pub id: i64,
    /// The first sign.
    pub first_at: i64,
    /// The latest sign.
    pub last_at: i64,
}

/// A present consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// `email`, `line` …, `any` for tracking.
    pub channel: String,
    /// `marketing`, `tracking` or a topic.
    pub purpose: String,
    /// Given, or taken back.
    pub is_granted: bool,
    /// The first instant at which it no longer holds.
    pub expires_at: Option<i64>,
}

/// An event as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The event's number.
    pub id: i64,
    /// Whose it is.
    pub profile: i64,
    /// When it happened.
    pub occurred_at: i64,
    /// The number of its name.
    pub name: i32,
    /// The product's term.
    pub product: Option<i64>,
    /// The category's term.
    pub category: Option<i64>,
    /// Minor units of the reporting currency.
    pub amount: Option<i64>,
    /// How many.
    pub quantity: Option<i64>,
    /// The order that it is a line of.
    pub order: Option<i64>,
    /// The campaign that it answers.
    pub campaign: Option<i64>,
    /// The delivery that it answers.
    pub delivery: Option<i64>,
    /// Bits as in the table.
    pub flags: i32,
    /// The profile that it came from by a merge.
    pub origin: Option<i64>,
    /// Everything else; a `null` is absent.
    pub properties: Map<String, Json>,
}

/// An address on a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// `email` …
    pub channel: String,
    /// The normalised address.
    pub address: String,
    /// Whether any reason stands against writing to it.
    pub is_suppressed: bool,
}

/// A product, category or brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Its number.
    pub id: i64,
    /// 1 product, 2 category, 3 brand.
    pub kind: i16,
    /// SKU, path or name.
    pub value: String,
    /// Of a product its category, of a category the one above.
    pub parent: Option<i64>,
}
