//! Sums, and the latest or the first instant.

use super::{Fold, Seen, judge, of_block, of_word, others, people, person};
use crate::{
    event::{Bucket, Row, period_start, row::Part},
    number::BLOCK,
    query::{
        Range,
        scan::{Gather, Rows},
    },
};

/// The sum of a column.
pub(in crate::query) struct Sum {
    part: Part,
    sums: Box<[i64; BLOCK]>,
    seen: Seen,
}

impl Sum {
    pub(in crate::query) fn new(part: Part) -> Self {
        Self {
            part,
            sums: of_block(0),
            seen: Seen::new(),
        }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "a 16-bit number is within the block"
    )]
    fn add(&mut self, person: u16, value: Option<i64>) {
        if let Some(value) = value {
            let sum = &mut self.sums[usize::from(person)];
            *sum = sum.saturating_add(value);
        }
    }
}

impl Gather for Sum {
    fn rows(&mut self, bucket: &Bucket, rows: &Rows<'_>) {
        self.seen.touch();
        let values = bucket.part(self.part);
        if let Some(span) = rows.whole() {
            let people = people(bucket, span);
            values.each_with(rows.range(), people, |person, value| {
                self.seen.mark(*person);
                self.add(*person, value);
            });
            return;
        }
        rows.each(|row| {
            let person = person(bucket, row);
            self.seen.mark(person);
            self.add(person, values.get(row));
        });
    }

    fn row(&mut self, person: u16, row: &Row) {
        self.seen.touch();
        self.seen.mark(person);
        self.add(person, row.get(self.part));
    }
}

impl Fold for Sum {
    fn seen(&self, word: usize) -> u64 {
        self.seen.word(word)
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "a 16-bit number is within the block"
    )]
    fn value(&self, person: u16) -> i64 {
        self.sums[usize::from(person)]
    }

    fn judge(&self, word: usize, range: Range) -> (u64, u64) {
        let seen = self.seen.word(word);
        if seen == 0 {
            return (0, u64::MAX);
        }
        let sums = of_word(self.sums.as_slice(), word);
        let (holds, _) = judge(
            sums,
            i64::MIN,
            Some((range.low, range.high)),
            range.is_outside,
        );
        (holds & seen, !seen)
    }

    fn reset(&mut self) {
        self.sums.fill(0);
        self.seen.reset();
    }

    fn is_touched(&self) -> bool {
        self.seen.is_touched()
    }
}

/// The latest or the first instant.
pub(in crate::query) struct Edge {
    is_latest: bool,
    /// Instants, negated when the first is meant; the smallest number is none.
    edges: Box<[i64; BLOCK]>,
    is_touched: bool,
}

const NEVER: i64 = i64::MIN;

impl Edge {
    pub(in crate::query) fn new(is_latest: bool) -> Self {
        Self {
            is_latest,
            edges: of_block(NEVER),
            is_touched: false,
        }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "a 16-bit number is within the block"
    )]
    fn take(&mut self, person: u16, instant: i64) {
        let rank = if self.is_latest { instant } else { -instant };
        let edge = &mut self.edges[usize::from(person)];
        *edge = (*edge).max(rank);
    }
}

impl Gather for Edge {
    fn rows(&mut self, bucket: &Bucket, rows: &Rows<'_>) {
        self.is_touched = true;
        let start = period_start(bucket.period);
        let offsets = &bucket.offsets;
        if let Some(span) = rows.whole() {
            let offsets = offsets.get(span.clone()).unwrap_or_default();
            for (person, offset) in people(bucket, span).iter().zip(offsets) {
                self.take(*person, start + i64::from(*offset));
            }
            return;
        }
        rows.each(|row| {
            let offset = offsets.get(row as usize).copied().unwrap_or(0);
            self.take(person(bucket, row), start + i64::from(offset));
        });
    }

    fn row(&mut self, person: u16, row: &Row) {
        self.is_touched = true;
        self.take(person, row.at);
    }
}

impl Fold for Edge {
    fn seen(&self, word: usize) -> u64 {
        others(of_word(self.edges.as_slice(), word), NEVER)
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "a 16-bit number is within the block"
    )]
    fn value(&self, person: u16) -> i64 {
        let edge = self.edges[usize::from(person)];
        if self.is_latest { edge } else { -edge }
    }

    fn judge(&self, word: usize, range: Range) -> (u64, u64) {
        let stretch = if self.is_latest {
            (range.low, range.high)
        } else {
            (range.high.saturating_neg(), range.low.saturating_neg())
        };
        judge(
            of_word(self.edges.as_slice(), word),
            NEVER,
            Some(stretch),
            range.is_outside,
        )
    }

    fn reset(&mut self) {
        self.edges.fill(NEVER);
        self.is_touched = false;
    }

    fn is_touched(&self) -> bool {
        self.is_touched
    }
}
