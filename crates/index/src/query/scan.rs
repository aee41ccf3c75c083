//! Running a plan: block by block of customers, so that what is gathered stays in the cache.

use std::ops::Range;

use super::plan::{Plan, Sieve, Sifted, is_after, is_code, is_within, is_without};
use crate::{
    bits::Ones,
    event::{Bucket, Row},
    number::{BLOCK, at, low, ordinal},
};

/// Rows that are sifted at once.
const CHUNK: u32 = 4_096;

/// What gathers the events of the customers of one block.
pub(super) trait Gather {
    /// Takes in rows of a bucket.
    fn rows(&mut self, bucket: &Bucket, rows: &Rows<'_>);
    /// Takes in a row of the delta.
    fn row(&mut self, person: u16, row: &Row);
}

/// Some rows of a bucket: all of a range, or those whose bit is set.
pub(super) struct Rows<'a> {
    range: Range<u32>,
    selected: Option<&'a [u64]>,
}

impl Rows<'_> {
    /// Calls `visit` with every row, ascending.
    pub(super) fn each(&self, mut visit: impl FnMut(u32)) {
        let Some(selected) = self.selected else {
            return self.range.clone().for_each(visit);
        };
        for (i, word) in selected.iter().enumerate() {
            let first = self.range.start + ordinal(i * 64);
            Ones(*word).for_each(|bit| visit(first + bit));
        }
    }

    /// Returns the range of which the rows are.
    pub(super) fn range(&self) -> Range<u32> {
        self.range.clone()
    }

    /// Returns the range when no row of it is left out.
    pub(super) fn whole(&self) -> Option<Range<usize>> {
        self.selected
            .is_none()
            .then(|| at(self.range.start)..at(self.range.end))
    }
}

/// Gathers the events of one block of customers.
pub(super) fn block(plan: &Plan<'_>, block: usize, gather: &mut impl Gather) {
    for sifted in &plan.buckets {
        let rows = sifted.bucket.block(block);
        if sifted.is_open() {
            gather.rows(
                sifted.bucket,
                &Rows {
                    range: rows,
                    selected: None,
                },
            );
            continue;
        }
        let mut start = rows.start;
        while start < rows.end {
            let end = rows.end.min(start + CHUNK);
            sift(sifted, ordinal(block * BLOCK), start..end, gather);
            start = end;
        }
    }
    let first = ordinal(block * BLOCK);
    let last = first | 0xffff;
    for run in &plan.runs {
        run.each(run.between(first, last), |row| {
            if plan.counts(row) {
                gather.row(low(row.ordinal), row);
            }
        });
    }
}

/// Sifts rows of a block, whose first ordinal is given.
fn sift(sifted: &Sifted<'_>, first: u32, range: Range<u32>, gather: &mut impl Gather) {
    let n = range.end - range.start;
    let mut buffer = [u64::MAX; CHUNK as usize / 64];
    let words = at(n).div_ceil(64);
    let Some(selected) = buffer.get_mut(..words) else {
        return;
    };
    if !n.is_multiple_of(64)
        && let Some(last) = selected.last_mut()
    {
        *last = (1 << (n % 64)) - 1;
    }
    sifted.sift(first, range.clone(), selected);
    if selected.iter().any(|word| *word != 0) {
        let rows = Rows {
            range,
            selected: Some(selected),
        };
        gather.rows(sifted.bucket, &rows);
    }
}

impl Sifted<'_> {
    /// Tells whether every row counts.
    fn is_open(&self) -> bool {
        self.bounds.is_none() && self.gone.is_none() && self.sieves.is_empty()
    }

    /// Clears the bits of the rows that do not count.
    fn sift(&self, first: u32, range: Range<u32>, selected: &mut [u64]) {
        if let Some((from, until)) = self.bounds {
            // One comparison: what lies before wraps round to beyond.
            let width = until - from;
            let offsets = self.bucket.offsets.get(at(range.start)..at(range.end));
            for (word, offsets) in selected
                .iter_mut()
                .zip(offsets.unwrap_or_default().chunks(64))
            {
                let mut inside = 0u64;
                for (i, offset) in offsets.iter().enumerate() {
                    inside |= u64::from(offset.wrapping_sub(from) < width) << i;
                }
                *word &= inside;
            }
        }
        for sieve in &self.sieves {
            if selected.iter().all(|word| *word == 0) {
                return;
            }
            sieve.sift(first, range.clone(), selected);
        }
        if let Some(gone) = self.gone {
            for row in gone.range(range.clone()) {
                let place = row - range.start;
                if let Some(word) = selected.get_mut(at(place / 64)) {
                    *word &= !(1 << (place % 64));
                }
            }
        }
    }
}

impl Sieve<'_> {
    fn sift(&self, first: u32, range: Range<u32>, selected: &mut [u64]) {
        match self {
            Self::Flags(flags, bits) => {
                flags.sift(range, selected, |value| is_without(*bits, value));
            }
            Self::Codes(column, codes) => {
                column.sift(range, selected, |value| is_code(codes, value));
            }
            Self::Number(column, wanted) => {
                column.sift(range, selected, |value| is_within(*wanted, value));
            }
            Self::Instant(bucket, test) => {
                for (place, row) in range.enumerate() {
                    if !test.holds(bucket.at(row))
                        && let Some(word) = selected.get_mut(place / 64)
                    {
                        *word &= !(1 << (place % 64));
                    }
                }
            }
            Self::After(bucket, after) => {
                for (place, row) in range.enumerate() {
                    let person = bucket.people.get(at(row)).copied().unwrap_or(0);
                    if !is_after(after, first + u32::from(person), bucket.at(row))
                        && let Some(word) = selected.get_mut(place / 64)
                    {
                        *word &= !(1 << (place % 64));
                    }
                }
            }
            Self::Property(codes, passes) => {
                for (place, row) in range.enumerate() {
                    let holds = passes.get(at(codes.get(row))).copied().unwrap_or(false);
                    if !holds && let Some(word) = selected.get_mut(place / 64) {
                        *word &= !(1 << (place % 64));
                    }
                }
            }
        }
    }
}
