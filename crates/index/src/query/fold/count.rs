//! Who, how often, and how many orders.

use super::{Fold, judge, of_block, of_word, others, people, person};
use crate::{
    event::{Bucket, Row, row::Part},
    number::BLOCK,
    query::{
        Range,
        scan::{Gather, Rows},
    },
};

/// Who has any event.
pub(in crate::query) struct Seen {
    words: Box<[u64; BLOCK / 64]>,
    is_touched: bool,
}

impl Seen {
    pub(in crate::query) fn new() -> Self {
        Self {
            words: Box::new([0; BLOCK / 64]),
            is_touched: false,
        }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "a 16-bit number is within the block"
    )]
    pub(super) fn mark(&mut self, person: u16) {
        self.words[usize::from(person >> 6)] |= 1 << (person & 63);
    }

    /// Notes that something came.
    pub(super) fn touch(&mut self) {
        self.is_touched = true;
    }

    /// Returns the bits of 64 customers.
    pub(super) fn word(&self, word: usize) -> u64 {
        self.words.get(word).copied().unwrap_or(0)
    }

    /// Marks people who stand in order, a word at a time.
    fn mark_all(&mut self, people: &[u16]) {
        let (mut place, mut bits) = (0u16, 0u64);
        for person in people {
            if person >> 6 != place {
                self.mark_word(place, bits);
                (place, bits) = (person >> 6, 0);
            }
            bits |= 1 << (person & 63);
        }
        self.mark_word(place, bits);
    }

    fn mark_word(&mut self, place: u16, bits: u64) {
        if let Some(word) = self.words.get_mut(usize::from(place)) {
            *word |= bits;
        }
    }
}

impl Gather for Seen {
    fn rows(&mut self, bucket: &Bucket, rows: &Rows<'_>) {
        self.is_touched = true;
        match rows.whole() {
            Some(span) => self.mark_all(people(bucket, span)),
            None => rows.each(|row| self.mark(person(bucket, row))),
        }
    }

    fn row(&mut self, person: u16, _row: &Row) {
        self.is_touched = true;
        self.mark(person);
    }
}

impl Fold for Seen {
    fn seen(&self, word: usize) -> u64 {
        self.word(word)
    }

    fn value(&self, _person: u16) -> i64 {
        1
    }

    fn judge(&self, word: usize, range: Range) -> (u64, u64) {
        let seen = self.word(word);
        (if range.holds(1) { seen } else { 0 }, !seen)
    }

    fn reset(&mut self) {
        self.words.fill(0);
        self.is_touched = false;
    }

    fn is_touched(&self) -> bool {
        self.is_touched
    }
}

/// How many events.
pub(in crate::query) struct Lines {
    counts: Box<[u32; BLOCK]>,
    is_touched: bool,
}

impl Lines {
    pub(in crate::query) fn new() -> Self {
        Self {
            counts: of_block(0),
            is_touched: false,
        }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "a 16-bit number is within the block"
    )]
    fn count(&mut self, person: u16) {
        self.counts[usize::from(person)] += 1;
    }
}

impl Gather for Lines {
    fn rows(&mut self, bucket: &Bucket, rows: &Rows<'_>) {
        self.is_touched = true;
        match rows.whole() {
            Some(span) => {
                for person in people(bucket, span) {
                    self.count(*person);
                }
            }
            None => rows.each(|row| self.count(person(bucket, row))),
        }
    }

    fn row(&mut self, person: u16, _row: &Row) {
        self.is_touched = true;
        self.count(person);
    }
}

impl Fold for Lines {
    fn seen(&self, word: usize) -> u64 {
        others(of_word(self.counts.as_slice(), word), 0)
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "a 16-bit number is within the block"
    )]
    fn value(&self, person: u16) -> i64 {
        self.counts[usize::from(person)].into()
    }

    fn judge(&self, word: usize, range: Range) -> (u64, u64) {
        let low = u32::try_from(range.low.max(0)).ok();
        let high = u32::try_from(range.high.min(i64::from(u32::MAX))).ok();
        judge(
            of_word(self.counts.as_slice(), word),
            0,
            low.zip(high),
            range.is_outside,
        )
    }

    fn reset(&mut self) {
        self.counts.fill(0);
        self.is_touched = false;
    }

    fn is_touched(&self) -> bool {
        self.is_touched
    }
}

/// How many orders, and events without one.
pub(in crate::query) struct Times {
    lines: Lines,
    orders: Vec<(u16, i64)>,
    /// The same by customer, and where those of each begin; only within [`Times::settle`].
    sorted: Vec<i64>,
    starts: Vec<u32>,
}

impl Times {
    pub(in crate::query) fn new() -> Self {
        Self {
            lines: Lines::new(),
            orders: Vec::new(),
            sorted: Vec::new(),
            starts: Vec::new(),
        }
    }

    /// Puts the orders of each customer side by side: counts, then places.
    fn sort_by_customer(&mut self) {
        self.starts.clear();
        self.starts.resize(BLOCK + 1, 0);
        for (person, _) in &self.orders {
            if let Some(count) = self.starts.get_mut(usize::from(*person) + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut self.starts {
            sum += *start;
            *start = sum;
        }
        self.sorted.clear();
        self.sorted.resize(self.orders.len(), 0);
        for (person, order) in self.orders.drain(..) {
            let Some(start) = self.starts.get_mut(usize::from(person)) else {
                continue;
            };
            if let Some(place) = self.sorted.get_mut(*start as usize) {
                *place = order;
            }
            *start += 1;
        }
    }

    fn take(&mut self, person: u16, order: Option<i64>) {
        match order {
            Some(order) => self.orders.push((person, order)),
            None => self.lines.count(person),
        }
    }
}

impl Gather for Times {
    fn rows(&mut self, bucket: &Bucket, rows: &Rows<'_>) {
        self.lines.is_touched = true;
        let orders = bucket.part(Part::Order);
        rows.each(|row| self.take(person(bucket, row), orders.get(row)));
    }

    fn row(&mut self, person: u16, row: &Row) {
        self.lines.is_touched = true;
        self.take(person, row.get(Part::Order));
    }
}

impl Fold for Times {
    fn seen(&self, word: usize) -> u64 {
        self.lines.seen(word)
    }

    fn value(&self, person: u16) -> i64 {
        self.lines.value(person)
    }

    fn judge(&self, word: usize, range: Range) -> (u64, u64) {
        self.lines.judge(word, range)
    }

    fn settle(&mut self) {
        self.sort_by_customer();
        let mut rest = self.sorted.as_mut_slice();
        let mut first = 0;
        // Where a customer's orders began, the next one's begin by now.
        for (count, end) in self.lines.counts.iter_mut().zip(&self.starts) {
            // Most have none.
            if *end == first {
                continue;
            }
            let (orders, after) = rest.split_at_mut((*end - first) as usize);
            (rest, first) = (after, *end);
            *count += n_distinct(orders);
        }
    }

    fn reset(&mut self) {
        self.lines.reset();
        self.orders.clear();
    }

    fn is_touched(&self) -> bool {
        self.lines.is_touched
    }
}

fn n_distinct(orders: &mut [i64]) -> u32 {
    if orders.len() < 2 {
        return u32::from(!orders.is_empty());
    }
    orders.sort_unstable();
    let steps = orders
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if a != b));
    1 + crate::number::ordinal(steps.count())
}
