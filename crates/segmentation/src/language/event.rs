//! Conditions about what a customer did.

use kernel::id::CampaignId;
use serde::{Deserialize, Serialize};

use super::{
    fact::{DateTest, Fold, Test},
    local::{Hours, Weekday},
    measure::{Distinct, Measured, PropertyNumber},
    sequence::{Picked, Selector},
    time::Window,
};

/// A condition about events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Events {
    /// The event names; any of them counts.
    pub names: Vec<String>,
    /// The stretch of time that is looked at.
    #[serde(default)]
    pub within: Window,
    /// Only what came after something else that the customer did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// What must hold of each event that counts.
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// Whether acts of machines count.
    #[serde(default, skip_serializing_if = "Machine::is_excluded")]
    pub machine: Machine,
    /// What must hold of them together.
    pub test: EventTest,
}

/// What another event the counted ones came after; without any such event none counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// The latest of these.
    Latest(Selector),
    /// The first of these.
    First(Selector),
}

impl Since {
    /// Returns the events, of which the latest or the first is meant.
    pub(crate) const fn selector(&self) -> &Selector {
        match self {
            Self::Latest(selector) | Self::First(selector) => selector,
        }
    }

    /// Returns what to add to the pointer of the condition, and which events are meant.
    pub(crate) fn pick(&self) -> (&'static str, Picked<'_>) {
        let place = match self {
            Self::Latest(_) => "/since/latest",
            Self::First(_) => "/since/first",
        };
        (place, self.selector().picked())
    }
}

/// Whether acts of machines (prefetched opens, scanners) count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Machine {
    /// Only what a human did.
    #[default]
    Excluded,
    /// Everything.
    Included,
}

impl Machine {
    /// Tells whether only human acts count.
    pub const fn is_excluded(&self) -> bool {
        matches!(self, Self::Excluded)
    }
}

/// What must hold of one event; unknown does not count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// By product number.
    Product(OneOf),
    /// By category, with everything below it.
    Category(OneOf),
    /// By amount in minor units of the workspace's currency.
    Amount(Compare),
    /// By quantity.
    Quantity(Compare),
    /// By the campaign that it answers.
    Campaign(Vec<CampaignId>),
    /// By any other property.
    Property(PropertyFilter),
    /// By the day of the week in the workspace's zone.
    Weekday(Vec<Weekday>),
    /// By the hour of the day in the workspace's zone.
    Hour(Hours),
}

/// One of a list, or none of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OneOf {
    /// One of these.
    In(Vec<String>),
    /// None of these; an event without a value does not count.
    NotIn(Vec<String>),
}

impl OneOf {
    /// Returns the list.
    pub fn values(&self) -> &[String] {
        match self {
            Self::In(values) | Self::NotIn(values) => values,
        }
    }
}

/// A filter on a property.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PropertyFilter {
    /// The property's key.
    pub key: String,
    /// What must hold.
    pub test: Test,
    /// How texts are compared.
    #[serde(default, skip_serializing_if = "Fold::is_exact")]
    pub fold: Fold,
}

/// What must hold of the matching events together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventTest {
    /// How often; `lines` counts each event, `times` counts the lines of one order once.
    Count(CountOf),
    /// The sum of the amounts, refunds being negative; 0 without events.
    Amount(Compare),
    /// The sum of the quantities; 0 without events.
    Quantity(Compare),
    /// Not once.
    Never,
    /// When it last happened; unknown without events.
    Latest(DateTest),
    /// When it first happened; unknown without events.
    First(DateTest),
    /// The sum of a numeric property; 0 without any.
    Sum(PropertyNumber),
    /// The average of those that have a value; unknown without any.
    Average(Measured),
    /// The least; unknown without any.
    Minimum(Measured),
    /// The greatest; unknown without any.
    Maximum(Measured),
    /// How many different ones; 0 without any.
    Distinct(Distinct),
}

/// How often something happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountOf {
    /// The events of one order count once; an event without an order counts by itself.
    Times(Compare),
    /// Every event counts.
    Lines(Compare),
}

/// What must hold of a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// `=`
    Equals(i64),
    /// `≠`
    NotEquals(i64),
    /// `<`
    LessThan(i64),
    /// `≤`
    AtMost(i64),
    /// `>`
    GreaterThan(i64),
    /// `≥`
    AtLeast(i64),
    /// Both ends belong to it.
    Between([i64; 2]),
}

impl Compare {
    /// Judges a number.
    pub const fn holds(self, n: i64) -> bool {
        match self {
            Self::Equals(value) => n == value,
            Self::NotEquals(value) => n != value,
            Self::LessThan(value) => n < value,
            Self::AtMost(value) => n <= value,
            Self::GreaterThan(value) => n > value,
            Self::AtLeast(value) => n >= value,
            Self::Between([low, high]) => low <= n && n <= high,
        }
    }
}

/// A condition about our messages and the answers to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// What happened; acts of machines never count.
    pub kind: AnswerKind,
    /// The stretch of time that is looked at.
    #[serde(default)]
    pub within: Window,
    /// Only messages of these campaigns; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub campaigns: Vec<CampaignId>,
    /// How often; 0 is said as `{"equals":0}`.
    #[serde(default = "once")]
    pub count: Compare,
}

const fn once() -> Compare {
    Compare::AtLeast(1)
}

/// What happened to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// It was handed over.
    Sent,
    /// A person opened it.
    Opened,
    /// A person clicked a link in it.
    Clicked,
}
