//! Counts, sums and instants over the events of everybody.

use rayon::prelude::*;

use super::{
    Aggregate, EventQuery, Range,
    fold::{Edge, Fold, Lines, Seen, Sum, Times},
    plan::Plan,
    scan,
};
use crate::{
    answer::Answer,
    bits::{Bits, Ones},
    change::FOREIGN,
    event::row::Part,
    number::{BLOCK, at, blocks, low, ordinal},
    view::View,
};

/// The values of those who have one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measured {
    /// Ordinals, ascending.
    pub people: Vec<u32>,
    /// Their values, in the same order.
    pub values: Vec<i64>,
}

/// Who goes first among equal values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ties {
    /// Who came to the index before.
    Older,
    /// Who came to the index after.
    Younger,
}

impl Measured {
    fn with_room(n: usize) -> Self {
        Self {
            people: Vec::with_capacity(n),
            values: Vec::with_capacity(n),
        }
    }

    /// Finds so many of the greatest values, in a set of ordinals below `n`.
    pub fn greatest(&self, wanted: usize, ties: Ties, n: u32) -> Bits {
        let turned = match ties {
            Ties::Younger => 0,
            Ties::Older => u32::MAX,
        };
        let people = self.people.iter().map(|person| person ^ turned);
        let mut keys: Vec<(i64, u32)> = self.values.iter().copied().zip(people).collect();
        let first = keys.len().saturating_sub(wanted);
        // Nothing is sorted: it is enough that the greatest stand behind the others.
        if first < keys.len() {
            keys.select_nth_unstable(first);
        }
        let mut found = Bits::none(n);
        for (_, person) in keys.get(first..).unwrap_or_default() {
            found.insert(person ^ turned);
        }
        found
    }
}

/// What a comparison says of a value and of its absence.
#[derive(Clone, Copy)]
struct Verdict {
    range: Range,
    /// What holds of those without events; `None` is unknown.
    absent: Option<bool>,
}

impl View {
    /// Compares what is gathered over the events of each customer. Without events a count or sum is 0,
    /// an instant unknown.
    pub fn judge(&self, query: &EventQuery, aggregate: Aggregate, range: Range) -> Answer {
        let verdict = Verdict {
            range,
            absent: aggregate.is_counted().then(|| range.holds(0)),
        };
        let plan = Plan::new(self, query, without(aggregate));
        match aggregate {
            Aggregate::Lines | Aggregate::Times if is_about_any(range) => {
                self.judge_by(&plan, verdict, Seen::new)
            }
            Aggregate::Lines => self.judge_by(&plan, verdict, Lines::new),
            Aggregate::Times => self.judge_by(&plan, verdict, Times::new),
            Aggregate::Amount => self.judge_by(&plan, verdict, || Sum::new(Part::Amount)),
            Aggregate::Quantity => self.judge_by(&plan, verdict, || Sum::new(Part::Quantity)),
            Aggregate::Latest => self.judge_by(&plan, verdict, || Edge::new(true)),
            Aggregate::First => self.judge_by(&plan, verdict, || Edge::new(false)),
        }
    }

    /// Finds those who have any such event.
    pub fn any(&self, query: &EventQuery) -> Bits {
        self.judge(query, Aggregate::Lines, Range::at_least(1))
            .into_certain()
    }

    /// Gathers the values of everybody who has an event that counts, active or not.
    pub fn measure(&self, query: &EventQuery, aggregate: Aggregate) -> Measured {
        let plan = Plan::new(self, query, without(aggregate));
        match aggregate {
            Aggregate::Lines => self.measure_by(&plan, Lines::new),
            Aggregate::Times => self.measure_by(&plan, Times::new),
            Aggregate::Amount => self.measure_by(&plan, || Sum::new(Part::Amount)),
            Aggregate::Quantity => self.measure_by(&plan, || Sum::new(Part::Quantity)),
            Aggregate::Latest => self.measure_by(&plan, || Edge::new(true)),
            Aggregate::First => self.measure_by(&plan, || Edge::new(false)),
        }
    }

    fn judge_by<F: Fold>(
        &self,
        plan: &Plan<'_>,
        verdict: Verdict,
        new: impl Fn() -> F + Sync + Send,
    ) -> Answer {
        let n = self.n_ordinals();
        let (mut certain, mut possible) = (Bits::none(n), Bits::none(n));
        let words = BLOCK / 64;
        if verdict.absent.is_some() {
            certain.fill(|certain| {
                certain.par_chunks_mut(words).enumerate().for_each_init(
                    &new,
                    |fold, (block, certain)| {
                        scan::block(plan, block, fold);
                        fill(fold, verdict, certain, &mut []);
                    },
                );
            });
            return Answer::known(certain);
        }
        certain.fill(|certain| {
            possible.fill(|possible| {
                certain
                    .par_chunks_mut(words)
                    .zip(possible.par_chunks_mut(words))
                    .enumerate()
                    .for_each_init(&new, |fold, (block, (certain, possible))| {
                        scan::block(plan, block, fold);
                        fill(fold, verdict, certain, possible);
                    });
            });
        });
        Answer::doubtful(certain, possible)
    }

    fn measure_by<F: Fold>(&self, plan: &Plan<'_>, new: impl Fn() -> F + Sync + Send) -> Measured {
        let parts: Vec<Measured> = (0..blocks(self.n_ordinals()))
            .into_par_iter()
            .map_init(&new, |fold, block| {
                scan::block(plan, block, fold);
                collect(fold, block)
            })
            .collect();
        let mut all = Measured::with_room(parts.iter().map(|part| part.people.len()).sum());
        for part in parts {
            all.people.extend(part.people);
            all.values.extend(part.values);
        }
        all
    }
}

/// Amounts in foreign currencies are left out of sums.
const fn without(aggregate: Aggregate) -> u8 {
    match aggregate {
        Aggregate::Amount => FOREIGN,
        _ => 0,
    }
}

/// Tells whether a comparison of a count asks only whether there is any.
const fn is_about_any(range: Range) -> bool {
    (range.low <= 1 && range.high == i64::MAX) || range.high <= 0
}

/// Writes of whom of a block it holds certainly and possibly, and makes the fold ready for the next one.
fn fill<F: Fold>(fold: &mut F, verdict: Verdict, certain: &mut [u64], possible: &mut [u64]) {
    let of_all = |holds: bool| if holds { u64::MAX } else { 0 };
    let absent = verdict.absent == Some(true);
    if !fold.is_touched() {
        certain.fill(of_all(absent));
        possible.fill(of_all(verdict.absent != Some(false)));
        return;
    }
    fold.settle();
    let mut doubts = possible.iter_mut();
    for (i, word) in certain.iter_mut().enumerate() {
        let (holds, none) = fold.judge(i, verdict.range);
        *word = holds | (none & of_all(absent));
        if let Some(possible) = doubts.next() {
            *possible = holds | none;
        }
    }
    fold.reset();
}

fn collect<F: Fold>(fold: &mut F, block: usize) -> Measured {
    if !fold.is_touched() {
        return Measured::default();
    }
    fold.settle();
    let seen: Vec<u64> = (0..BLOCK / 64).map(|word| fold.seen(word)).collect();
    let n = seen.iter().map(|word| at(word.count_ones())).sum();
    let mut measured = Measured::with_room(n);
    for (first, word) in (ordinal(block * BLOCK)..).step_by(64).zip(seen) {
        measured.people.extend(Ones(word).map(|bit| first + bit));
    }
    let values = measured.people.iter();
    measured
        .values
        .extend(values.map(|person| fold.value(low(*person))));
    fold.reset();
    measured
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_greatest_are_the_last_in_order_and_ties_go_as_said(
            values in proptest::collection::vec((-3i64..3, 0u32..3), 0..80),
            wanted in 0usize..90,
        ) {
            // Ordinals ascend, with gaps.
            let mut next = 0;
            let mut measured = Measured::default();
            for (value, gap) in values {
                next += gap + 1;
                measured.people.push(next);
                measured.values.push(value);
            }
            let n = next + 1;
            for ties in [Ties::Older, Ties::Younger] {
                let mut order: Vec<usize> = (0..measured.people.len()).collect();
                if ties == Ties::Older {
                    order.reverse();
                }
                order.sort_by_key(|i| measured.values[*i]);
                let last = &order[order.len().saturating_sub(wanted)..];
                let mut expected: Vec<u32> = last.iter().map(|i| measured.people[*i]).collect();
                expected.sort_unstable();
                let found = measured.greatest(wanted, ties, n);
                prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{:?}", ties);
            }
        }
    }
}
