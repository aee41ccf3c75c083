//! What happened after what: the steps of each customer in the order of time.
//!
//! Each query is a letter; an event that fits several is a step for each. What a sequence means is the
//! caller's: it sees a customer's steps and says whether they hold.

use rayon::prelude::*;

use super::{
    EventQuery,
    plan::Plan,
    scan::{self, Gather, Rows},
};
use crate::{
    bits::Bits,
    event::{Bucket, Row, row::Part},
    number::{BLOCK, at},
    view::View,
};

/// An event that fits a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// When it happened.
    pub at: i64,
    /// The number of the query, from 0.
    pub letter: u32,
    /// The event's number.
    pub id: i64,
    /// A number that two events of one product share; not the term's.
    pub product: Option<i64>,
    /// A number that two events of one category share; not the term's.
    pub category: Option<i64>,
    /// The order that it is a line of.
    pub order: Option<i64>,
}

impl View {
    /// Finds those among `who` whose steps hold: by time, at one instant by the number of the query.
    ///
    /// Who has no step at all is never asked about.
    pub fn sequences(
        &self,
        who: &Bits,
        letters: &[EventQuery],
        holds: impl Fn(&[Step]) -> bool + Sync,
    ) -> Bits {
        let plans: Vec<Plan<'_>> = letters
            .iter()
            .map(|query| Plan::new(self, query, 0))
            .collect();
        let mut found = Bits::none(self.n_ordinals());
        found.fill(|words| {
            words.par_chunks_mut(BLOCK / 64).enumerate().for_each_init(
                Vec::new,
                |steps, (block, words)| {
                    let wanted = block_of(who, block);
                    if wanted.iter().all(|word| *word == 0) {
                        return;
                    }
                    steps.clear();
                    for (letter, plan) in (0..).zip(&plans) {
                        let mut gather = Steps {
                            wanted,
                            letter,
                            found: &mut *steps,
                        };
                        scan::block(plan, block, &mut gather);
                    }
                    steps.sort_unstable();
                    judge(steps, words, &holds);
                },
            );
        });
        found
    }
}

/// The words of a set that belong to a block.
fn block_of(who: &Bits, block: usize) -> &[u64] {
    let words = who.words();
    let start = (block * BLOCK / 64).min(words.len());
    let end = (start + BLOCK / 64).min(words.len());
    words.get(start..end).unwrap_or_default()
}

fn judge(steps: &[(u16, Step)], words: &mut [u64], holds: &(impl Fn(&[Step]) -> bool + Sync)) {
    let mut own: Vec<Step> = Vec::new();
    for of_one in steps.chunk_by(|a, b| a.0 == b.0) {
        own.clear();
        own.extend(of_one.iter().map(|(_, step)| *step));
        if let Some((person, _)) = of_one.first()
            && holds(&own)
            && let Some(word) = words.get_mut(usize::from(person / 64))
        {
            *word |= 1 << (person % 64);
        }
    }
}

/// Gathers the steps of those who are wanted.
struct Steps<'a> {
    wanted: &'a [u64],
    letter: u32,
    found: &'a mut Vec<(u16, Step)>,
}

impl Steps<'_> {
    fn is_wanted(&self, person: u16) -> bool {
        self.wanted
            .get(usize::from(person / 64))
            .is_some_and(|word| word >> (person % 64) & 1 == 1)
    }
}

impl Gather for Steps<'_> {
    fn rows(&mut self, bucket: &Bucket, rows: &Rows<'_>) {
        let (products, orders) = (bucket.part(Part::Product), bucket.part(Part::Order));
        let categories = bucket.part(Part::Category);
        rows.each(|row| {
            let person = bucket.people.get(at(row)).copied().unwrap_or(0);
            if self.is_wanted(person) {
                let step = Step {
                    at: bucket.at(row),
                    letter: self.letter,
                    id: bucket.id(row),
                    product: products.get(row),
                    category: categories.get(row),
                    order: orders.get(row),
                };
                self.found.push((person, step));
            }
        });
    }

    fn row(&mut self, person: u16, row: &Row) {
        if self.is_wanted(person) {
            let step = Step {
                at: row.at,
                letter: self.letter,
                id: row.id,
                product: row.get(Part::Product),
                category: row.get(Part::Category),
                order: row.get(Part::Order),
            };
            self.found.push((person, step));
        }
    }
}
