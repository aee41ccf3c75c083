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
    bits::Bits,
    change::FOREIGN,
    event::row::Part,
    number::{BLOCK, blocks, ordinal},
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
        let mut all = Measured::default();
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
    let mut measured = Measured::default();
    if !fold.is_touched() {
        return measured;
    }
    fold.settle();
    for place in 0..BLOCK {
        if let Some(value) = fold.value(place) {
            measured.people.push(ordinal(block * BLOCK + place));
            measured.values.push(value);
        }
    }
    fold.reset();
    measured
}
