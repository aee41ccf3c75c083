//! What the events of a customer carry, one number an event: for averages, extremes and how many different ones.
//!
//! What is made of the numbers is the caller's: it sees those of one customer at a time, in ascending order.

use std::sync::Arc;

use rayon::prelude::*;
use xxhash_rust::xxh3::Xxh3Default;

use super::{
    EventQuery,
    plan::Plan,
    scan::{self, Gather, Rows},
};
use crate::{
    answer::Answer,
    bits::Bits,
    change::FOREIGN,
    column::Column,
    event::{Bucket, Row, row::Part},
    number::{BLOCK, at},
    packed::Packed,
    value::ValueRef,
    view::View,
};

/// What is taken of an event. An event without it is passed over.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Taken {
    /// The amount in the reporting currency.
    Amount,
    /// The quantity.
    Quantity,
    /// A number that only events of the same product share.
    Product,
    /// A number that only events of the same category share.
    Category,
    /// The order.
    Order,
    /// A number that only answers to the same campaign share.
    Campaign,
    /// The thousandths of a numeric property; see [`thousandths`].
    Number(Arc<str>),
    /// A number for a property's text, number or truth value that no other value has.
    Any(Arc<str>),
}

/// The greatest number of a property that counts: sums of its thousandths stay whole numbers of 64 bits.
pub const MAX_NUMBER: f64 = 1e9;

/// Returns a number in thousandths, halves away from zero; `None` beyond a billion either way.
pub fn thousandths(n: f64) -> Option<i64> {
    (n.abs() <= MAX_NUMBER).then(|| in_thousandths(n))
}

/// Returns a number in thousandths, whatever its size; beyond 64 bits the last of them.
#[expect(
    clippy::cast_possible_truncation,
    reason = "truncating is what is meant; it saturates"
)]
pub fn in_thousandths(n: f64) -> i64 {
    // The same steps as in SQL, so that every database and this agree to the bit.
    let half = if n < 0.0 { -0.5 } else { 0.5 };
    (n * 1000.0 + half) as i64
}

impl Taken {
    pub(super) const fn without(&self) -> u8 {
        match self {
            Self::Amount => FOREIGN,
            _ => 0,
        }
    }

    const fn part(&self) -> Option<Part> {
        Some(match self {
            Self::Amount => Part::Amount,
            Self::Quantity => Part::Quantity,
            Self::Product => Part::Product,
            Self::Category => Part::Category,
            Self::Order => Part::Order,
            Self::Campaign => Part::Campaign,
            Self::Number(_) | Self::Any(_) => return None,
        })
    }

    /// Returns the property that is looked at.
    pub(super) const fn key(&self) -> Option<&Arc<str>> {
        match self {
            Self::Number(key) | Self::Any(key) => Some(key),
            _ => None,
        }
    }

    pub(super) fn of_row(&self, row: &Row) -> Option<i64> {
        match (self.part(), self.key()) {
            (Some(part), _) => row.get(part),
            (None, Some(key)) => self.of_value(row.property(key)),
            (None, None) => None,
        }
    }

    pub(super) fn of_value(&self, value: Option<ValueRef<'_>>) -> Option<i64> {
        let (tag, bytes) = match (self, value?) {
            (Self::Number(_), ValueRef::Number(n)) => return thousandths(n),
            (Self::Any(_), ValueRef::Number(n)) => (1u8, thousandths(n)?.to_le_bytes().to_vec()),
            (Self::Any(_), ValueRef::Boolean(value)) => (2, vec![u8::from(value)]),
            (Self::Any(_), ValueRef::Text(text)) => (3, text.as_bytes().to_vec()),
            _ => return None,
        };
        let mut hasher = Xxh3Default::new();
        hasher.update(&[tag]);
        hasher.update(&bytes);
        Some(hasher.digest().cast_signed())
    }
}

impl View {
    /// Judges each customer by what the events carry; who has none is judged by an empty list.
    pub fn judge_values(
        &self,
        query: &EventQuery,
        taken: &Taken,
        holds: impl Fn(&[i64]) -> Option<bool> + Sync,
    ) -> Answer {
        let plan = Plan::new(self, query, taken.without());
        let absent = holds(&[]);
        let n = self.n_ordinals();
        let (mut certain, mut possible) = (Bits::none(n), Bits::none(n));
        certain.fill(|certain| {
            possible.fill(|possible| {
                certain
                    .par_chunks_mut(BLOCK / 64)
                    .zip(possible.par_chunks_mut(BLOCK / 64))
                    .enumerate()
                    .for_each_init(Vec::new, |found, (block, (certain, possible))| {
                        certain.fill(if absent == Some(true) { u64::MAX } else { 0 });
                        possible.fill(if absent == Some(false) { 0 } else { u64::MAX });
                        found.clear();
                        scan::block(&plan, block, &mut Values { taken, found });
                        found.sort_unstable();
                        each(found, |person, values| {
                            let truth = holds(values);
                            put(certain, person, truth == Some(true));
                            put(possible, person, truth != Some(false));
                        });
                    });
            });
        });
        Answer::doubtful(certain, possible)
    }
}

fn each(found: &[(u16, i64)], mut visit: impl FnMut(u16, &[i64])) {
    let mut own = Vec::new();
    for of_one in found.chunk_by(|a, b| a.0 == b.0) {
        own.clear();
        own.extend(of_one.iter().map(|(_, value)| *value));
        if let Some((person, _)) = of_one.first() {
            visit(*person, &own);
        }
    }
}

fn put(words: &mut [u64], person: u16, holds: bool) {
    if let Some(word) = words.get_mut(usize::from(person / 64)) {
        let bit = 1 << (person % 64);
        if holds {
            *word |= bit;
        } else {
            *word &= !bit;
        }
    }
}

/// Gathers a number of each event.
struct Values<'a> {
    taken: &'a Taken,
    found: &'a mut Vec<(u16, i64)>,
}

/// Where a bucket keeps what is taken.
enum Held<'a> {
    Part(&'a Packed),
    Property(&'a Column),
}

impl Gather for Values<'_> {
    fn rows(&mut self, bucket: &Bucket, rows: &Rows<'_>) {
        let held = match (self.taken.part(), self.taken.key()) {
            (Some(part), _) => Held::Part(bucket.part(part)),
            (None, Some(key)) => match bucket.property(key) {
                Some(column) => Held::Property(column),
                None => return,
            },
            (None, None) => return,
        };
        rows.each(|row| {
            let value = match held {
                Held::Part(packed) => packed.get(row),
                Held::Property(column) => self.taken.of_value(column.get(row)),
            };
            if let Some(value) = value {
                let person = bucket.people.get(at(row)).copied().unwrap_or(0);
                self.found.push((person, value));
            }
        });
    }

    fn row(&mut self, person: u16, row: &Row) {
        if let Some(value) = self.taken.of_row(row) {
            self.found.push((person, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_thousandths_and_great_ones_none() {
        for (n, expected) in [
            (0.0, Some(0)),
            (1.5, Some(1_500)),
            (0.0005, Some(1)),
            (-0.0005, Some(-1)),
            (99.9994, Some(99_999)),
            (1e9, Some(1_000_000_000_000)),
            (1e9 + 1.0, None),
            (f64::NAN, None),
        ] {
            assert_eq!(thousandths(n), expected, "{n}");
        }
    }
}
