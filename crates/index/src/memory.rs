//! What the index holds, in bytes.

use crate::{
    base::Base,
    change::{Batch, Change},
    event::Row,
    view::View,
};

/// What a short text takes on the heap, about.
pub(crate) const TEXT: usize = 32;

/// Bytes by part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Memory {
    /// The numbering of customers, and who is active.
    pub people: usize,
    /// Facts and consents.
    pub columns: usize,
    /// Bitmaps of rare values.
    pub bitmaps: usize,
    /// Posting lists of events.
    pub events: usize,
    /// Properties of events.
    pub properties: usize,
    /// Where each customer's events stand.
    pub customers: usize,
    /// What is not in the base yet, about.
    pub delta: usize,
    /// Terms, codes, suppressed addresses, static lists.
    pub words: usize,
}

impl Memory {
    /// Returns the sum.
    pub const fn total(&self) -> usize {
        self.of_people() + self.of_events() + self.delta + self.words
    }

    /// Returns what customers take, without their events.
    pub const fn of_people(&self) -> usize {
        self.people + self.columns + self.bitmaps
    }

    /// Returns what events take.
    pub const fn of_events(&self) -> usize {
        self.events + self.properties + self.customers
    }
}

impl Base {
    /// Adds up the parts once they are made.
    pub(crate) fn weigh(&mut self) {
        let mut memory = Memory {
            people: self.people.bytes() + self.active.bytes(),
            customers: self.customers.bytes(),
            ..Memory::default()
        };
        for column in self.columns.values() {
            let (rows, bitmaps) = column.bytes();
            memory.columns += rows;
            memory.bitmaps += bitmaps;
        }
        for (_, bucket) in &self.buckets {
            let (events, properties) = bucket.bytes();
            memory.events += events;
            memory.properties += properties;
        }
        self.memory = memory;
    }
}

impl View {
    /// Returns what this state holds, by part.
    pub fn memory(&self) -> Memory {
        let pending: usize = self.pending.values().map(|pending| pending.bytes()).sum();
        let changed: usize = self
            .changed
            .values()
            .map(|changed| changed.rows.allocation_size() + changed.heap)
            .sum();
        let gone: usize = self.gone.values().map(|gone| gone.serialized_size()).sum();
        let lists: usize = self.lists.values().map(|list| list.serialized_size()).sum();
        let suppressed: usize = self
            .suppressed
            .values()
            .map(|addresses| addresses.allocation_size() + addresses.len() * TEXT)
            .sum();
        Memory {
            delta: pending + changed + gone + self.young.bytes(),
            words: self.words.bytes() + lists + suppressed,
            ..self.base.memory
        }
    }
}

/// Returns what a batch will hold, about.
pub(crate) fn weight(batch: &Batch) -> usize {
    let event = |properties: usize| size_of::<Row>() + 48 * properties;
    let of = |change: &Change| match change {
        Change::Profile(profile) => {
            let facts = profile.facts.iter().map(|(_, value)| 40 + value.heap());
            32 + facts.sum::<usize>()
        }
        Change::Consents { consents, .. } => 80 * consents.len(),
        Change::Event(one) => event(one.properties.len()),
        Change::Events { events, .. } => events.iter().map(|one| event(one.properties.len())).sum(),
        Change::Suppression { address, .. } => 32 + address.len(),
        Change::Term(term) => 80 + term.value.len(),
        _ => 32,
    };
    batch.changes.iter().map(of).sum()
}

/// The most that an index may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(pub usize);

impl Default for Limit {
    /// No limit.
    fn default() -> Self {
        Self(usize::MAX)
    }
}
