//! The events of each customer: where they stand in the buckets.
//!
//! Rows are numbered through all buckets, in their order; an event of a customer is four bytes.

use crate::number::{at, ordinal};

use super::Base;

/// For each customer the rows of the events.
#[derive(Debug, Clone, Default)]
pub(crate) struct Customers {
    /// Where the rows of each customer begin; one more than there are customers.
    pub(crate) starts: Vec<u32>,
    pub(crate) rows: Vec<u32>,
    /// The number of the first row of each bucket.
    pub(crate) bucket_starts: Vec<u32>,
}

/// Where an event of the base stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// The number of the bucket.
    pub(crate) bucket: usize,
    /// The row in the bucket.
    pub(crate) row: u32,
}

impl Customers {
    /// Gathers the rows of all buckets by customer: counts, then places.
    pub(crate) fn build(base: &Base) -> Self {
        let n = at(base.people.len());
        let mut starts = vec![0u32; n + 1];
        each_person(base, |person, _| {
            if let Some(count) = starts.get_mut(at(person) + 1) {
                *count += 1;
            }
        });
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut rows = vec![0u32; at(sum)];
        each_person(base, |person, number| {
            if let Some(place) = next.get_mut(at(person)) {
                if let Some(row) = rows.get_mut(at(*place)) {
                    *row = number;
                }
                *place += 1;
            }
        });
        let mut first = 0;
        let bucket_starts = base
            .buckets
            .iter()
            .map(|(_, bucket)| {
                let start = first;
                first += bucket.len();
                start
            })
            .collect();
        Self {
            starts,
            rows,
            bucket_starts,
        }
    }

    /// Lists where the events of a customer stand.
    pub(crate) fn places(&self, person: u32) -> impl Iterator<Item = Place> + '_ {
        let bound = |i: usize| self.starts.get(i).copied().unwrap_or(0);
        let (start, end) = (
            bound(at(person)),
            bound(at(person) + 1).max(bound(at(person))),
        );
        let rows = self.rows.get(at(start)..at(end)).unwrap_or_default();
        rows.iter().filter_map(|number| self.place(*number))
    }

    fn place(&self, number: u32) -> Option<Place> {
        let bucket = self
            .bucket_starts
            .partition_point(|start| *start <= number)
            .checked_sub(1)?;
        let start = self.bucket_starts.get(bucket)?;
        Some(Place {
            bucket,
            row: number - start,
        })
    }

    /// Returns the bytes held.
    pub(crate) fn bytes(&self) -> usize {
        (self.starts.capacity() + self.rows.capacity() + self.bucket_starts.capacity()) * 4
    }
}

/// Calls `visit` with the customer and the number of every row.
fn each_person(base: &Base, mut visit: impl FnMut(u32, u32)) {
    let mut number = 0;
    for (_, bucket) in &base.buckets {
        for (block, bounds) in bucket.block_starts.windows(2).enumerate() {
            let [start, end] = bounds else { continue };
            let people = bucket.people.get(at(*start)..at(*end)).unwrap_or_default();
            for person in people {
                visit((ordinal(block) << 16) | u32::from(*person), number);
                number += 1;
            }
        }
    }
}
