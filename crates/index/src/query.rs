//! What a rule is compiled to: tests of columns, and counts and sums over events.

mod column;
mod customer;
mod fold;
mod measure;
mod number;
mod plan;
mod scan;
mod sequence;
mod values;

use std::{fmt, sync::Arc};

pub use customer::{Customer, Occurrence};
pub use measure::{Measured, Ties};
pub use sequence::Step;
pub use values::{MAX_NUMBER, Taken, in_thousandths, thousandths};

use crate::value::ValueRef;

/// Which events are looked at.
#[derive(Debug, Clone, Default)]
pub struct EventQuery {
    /// The numbers of the event names; any of them.
    pub names: Vec<i32>,
    /// The first instant that counts.
    pub from: Option<i64>,
    /// The first instant that does not count any more.
    pub until: i64,
    /// What must hold of each.
    pub filters: Vec<EventFilter>,
}

/// What must hold of an event; what is unknown does not hold.
#[derive(Debug, Clone)]
pub enum EventFilter {
    /// No act of a machine.
    Human,
    /// By product.
    Product(OneOf),
    /// By category; see [`crate::View::with_below`].
    Category(OneOf),
    /// By the campaign that it answers.
    Campaign(OneOf),
    /// By an amount in the reporting currency.
    Amount(Range),
    /// By quantity.
    Quantity(Range),
    /// By a property.
    Property(Arc<str>, ValueTest),
    /// By when it happened.
    Instant(NumberTest),
    /// Later than an instant of the customer's own, by ordinal; whoever has none has [`i64::MAX`].
    After(Arc<[i64]>),
}

/// One of some numbers, or none of them; an absent number is neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOf {
    /// Ascending.
    numbers: Vec<i64>,
    is_in: bool,
}

impl OneOf {
    /// It must be one of these.
    pub fn is_in(mut numbers: Vec<i64>) -> Self {
        numbers.sort_unstable();
        Self {
            numbers,
            is_in: true,
        }
    }

    /// It must be another than these.
    pub fn not_in(numbers: Vec<i64>) -> Self {
        Self {
            is_in: false,
            ..Self::is_in(numbers)
        }
    }

    fn holds(&self, number: Option<i64>) -> bool {
        number.is_some_and(|number| self.numbers.binary_search(&number).is_ok() == self.is_in)
    }
}

/// A stretch of whole numbers, both ends included, or everything outside of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Range {
    /// The least.
    pub low: i64,
    /// The greatest.
    pub high: i64,
    /// Whether the number must lie outside.
    pub is_outside: bool,
}

impl Range {
    /// From the least to the greatest.
    pub const fn within(low: i64, high: i64) -> Self {
        Self {
            low,
            high,
            is_outside: false,
        }
    }

    /// At least so many.
    pub const fn at_least(low: i64) -> Self {
        Self::within(low, i64::MAX)
    }

    /// At most so many.
    pub const fn at_most(high: i64) -> Self {
        Self::within(i64::MIN, high)
    }

    /// What lies in the stretch when this lies outside, and the other way round.
    #[must_use]
    pub const fn inverted(self) -> Self {
        Self {
            is_outside: !self.is_outside,
            ..self
        }
    }

    /// Judges a number.
    pub const fn holds(self, n: i64) -> bool {
        (self.low <= n && n <= self.high) != self.is_outside
    }
}

/// A test of a whole number: an instant, a customer's number.
#[derive(Clone)]
pub struct NumberTest(Arc<dyn Fn(i64) -> bool + Send + Sync>);

impl NumberTest {
    /// Wraps a test.
    pub fn new(test: impl Fn(i64) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(test))
    }

    /// Judges a number.
    pub fn holds(&self, number: i64) -> bool {
        (self.0)(number)
    }
}

impl fmt::Debug for NumberTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a test of a number")
    }
}

/// A test of a value that may be absent; `None` is unknown.
#[derive(Clone)]
pub struct ValueTest(Arc<Judge>);

type Judge = dyn Fn(Option<ValueRef<'_>>) -> Option<bool> + Send + Sync;

impl ValueTest {
    /// Wraps a test.
    pub fn new(
        test: impl Fn(Option<ValueRef<'_>>) -> Option<bool> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(test))
    }

    /// Judges a value.
    pub fn holds(&self, value: Option<ValueRef<'_>>) -> Option<bool> {
        (self.0)(value)
    }
}

impl fmt::Debug for ValueTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a test of a value")
    }
}

/// What is gathered over the events of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Aggregate {
    /// Every event.
    Lines,
    /// The events of one order once; an event without an order by itself.
    Times,
    /// The sum of the amounts in the reporting currency.
    Amount,
    /// The sum of the quantities.
    Quantity,
    /// The latest instant; none without events.
    Latest,
    /// The first instant; none without events.
    First,
}

impl Aggregate {
    /// Tells whether there is a value also without events: 0.
    pub const fn is_counted(self) -> bool {
        !matches!(self, Self::Latest | Self::First)
    }
}
