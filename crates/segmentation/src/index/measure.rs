//! What is made of the numbers that events carry.

use std::{fmt, sync::Arc};

use index::{EventQuery, Taken};

use super::rule::Ask;
use crate::language::{Compare, Distinct, Measured, PropertyNumber};

/// A test of the numbers of one customer's events, ascending; `None` is unknown.
#[derive(Clone)]
pub(super) struct ValuesTest(Arc<Judge>);

type Judge = dyn Fn(&[i64]) -> Option<bool> + Send + Sync;

impl ValuesTest {
    fn new(test: impl Fn(&[i64]) -> Option<bool> + Send + Sync + 'static) -> Self {
        Self(Arc::new(test))
    }

    pub(super) fn holds(&self, values: &[i64]) -> Option<bool> {
        (self.0)(values)
    }
}

impl fmt::Debug for ValuesTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a test of values")
    }
}

pub(super) fn sum_of(query: EventQuery, property: &PropertyNumber) -> Ask {
    let test = property.test.in_thousandths();
    let taken = Taken::Number(property.key.as_str().into());
    let sums = move |values: &[i64]| holds(test?, sum(values));
    Ask::Values(query, taken, ValuesTest::new(sums))
}

pub(super) fn average(query: EventQuery, measured: &Measured) -> Ask {
    let test = measured.compare();
    let average = move |values: &[i64]| test?.holds_on_average(sum(values), values.len());
    Ask::Values(query, taken(measured), ValuesTest::new(average))
}

pub(super) fn least(query: EventQuery, measured: &Measured) -> Ask {
    let test = measured.compare();
    let least = move |values: &[i64]| Some(test?.holds(*values.first()?));
    Ask::Values(query, taken(measured), ValuesTest::new(least))
}

pub(super) fn greatest(query: EventQuery, measured: &Measured) -> Ask {
    let test = measured.compare();
    let greatest = move |values: &[i64]| Some(test?.holds(*values.last()?));
    Ask::Values(query, taken(measured), ValuesTest::new(greatest))
}

pub(super) fn different(query: EventQuery, distinct: &Distinct) -> Ask {
    let test = distinct.compare();
    let different = move |values: &[i64]| {
        let n = values.chunk_by(|a, b| a == b).count();
        Some(test.holds(i64::try_from(n).unwrap_or(i64::MAX)))
    };
    Ask::Values(query, different_of(distinct), ValuesTest::new(different))
}

fn sum(values: &[i64]) -> i128 {
    values.iter().map(|value| i128::from(*value)).sum()
}

/// Judges a sum that may be beyond 64 bits by the nearest number within.
fn holds(test: Compare, sum: i128) -> Option<bool> {
    let sum = sum.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
    Some(test.holds(i64::try_from(sum).ok()?))
}

fn taken(measured: &Measured) -> Taken {
    match measured {
        Measured::Amount(_) => Taken::Amount,
        Measured::Quantity(_) => Taken::Quantity,
        Measured::Property(property) => Taken::Number(property.key.as_str().into()),
    }
}

fn different_of(distinct: &Distinct) -> Taken {
    match distinct {
        Distinct::Product(_) => Taken::Product,
        Distinct::Category(_) => Taken::Category,
        Distinct::Order(_) => Taken::Order,
        Distinct::Campaign(_) => Taken::Campaign,
        Distinct::Property(property) => Taken::Any(property.key.as_str().into()),
    }
}
