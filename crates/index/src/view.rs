//! The index at one moment: what a query looks at while changes go on.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use kernel::feed::Cursor;
use roaring::RoaringBitmap;

use crate::{
    base::{Base, People},
    bits::Bits,
    change::Value,
    event::{Pending, Row, period},
    key::ColumnKey,
    value::ValueRef,
    words::Words,
};

/// A consistent state: the base, and what changed since it was made. Copying it copies references.
#[derive(Debug, Clone, Default)]
pub struct View {
    pub(crate) base: Arc<Base>,
    /// Customers that came since; their ordinals go on where the base ends.
    pub(crate) young: Arc<People>,
    pub(crate) active: Arc<Bits>,
    pub(crate) changed: HashMap<ColumnKey, Arc<Changed>>,
    pub(crate) pending: HashMap<i32, Arc<Pending>>,
    /// Rows of buckets, by name and period, that are no more.
    pub(crate) gone: HashMap<(i32, i64), Arc<RoaringBitmap>>,
    /// When the events of a name changed last.
    pub(crate) name_versions: HashMap<i32, u64>,
    /// When the values of a column changed last.
    pub(crate) column_versions: HashMap<ColumnKey, u64>,
    pub(crate) words: Arc<Words>,
    pub(crate) suppressed: Arc<HashMap<Arc<str>, HashSet<Box<str>>>>,
    pub(crate) lists: HashMap<i64, Arc<RoaringBitmap>>,
    pub(crate) position: Cursor,
    pub(crate) version: u64,
}

/// Values of a column that changed since the base was made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changed {
    pub(crate) rows: HashMap<u32, Option<Value>>,
    /// What the texts hold, about.
    pub(crate) heap: usize,
}

impl View {
    /// Returns the position of the feed up to which everything is in.
    pub const fn position(&self) -> Cursor {
        self.position
    }

    /// Returns a number that is greater after every batch.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Returns the ordinals in use: every answer speaks of those below.
    pub fn n_ordinals(&self) -> u32 {
        self.base.people.len() + self.young.len()
    }

    /// Returns the active customers.
    pub fn active(&self) -> &Bits {
        &self.active
    }

    /// Returns the ordinal of a profile that was ever active.
    pub fn ordinal(&self, profile: i64) -> Option<u32> {
        let base = &self.base.people;
        base.find(profile)
            .or_else(|| Some(base.len() + self.young.find(profile)?))
    }

    /// Returns the profile of an ordinal.
    pub fn profile(&self, ordinal: u32) -> Option<i64> {
        match ordinal.checked_sub(self.base.people.len()) {
            None => self.base.people.key(ordinal),
            Some(young) => self.young.key(young),
        }
    }

    /// Lists the profiles of some ordinals, in ascending order of the profiles.
    pub fn profiles(&self, ordinals: &Bits) -> Vec<i64> {
        let mut profiles: Vec<i64> = ordinals
            .iter()
            .filter_map(|ordinal| self.profile(ordinal))
            .collect();
        profiles.sort_unstable();
        profiles
    }

    /// Returns a customer's value in a column.
    pub fn value(&self, key: &ColumnKey, ordinal: u32) -> Option<ValueRef<'_>> {
        if let Some(value) = self
            .changed
            .get(key)
            .and_then(|changed| changed.rows.get(&ordinal))
        {
            return value.as_ref().map(Value::as_ref);
        }
        self.base.columns.get(key)?.get(ordinal)
    }

    /// Lists the columns that some customer had or has a value in.
    pub fn columns(&self) -> impl Iterator<Item = &ColumnKey> {
        let fresh = self
            .changed
            .keys()
            .filter(|key| !self.base.columns.contains_key(*key));
        self.base.columns.keys().chain(fresh)
    }

    /// Tells whether an address must not be written to.
    pub fn is_suppressed(&self, channel: &str, address: &str) -> bool {
        self.suppressed
            .get(channel)
            .is_some_and(|addresses| addresses.contains(address))
    }

    /// Lists the addresses that must not be written to.
    pub fn suppressed(&self, channel: &str) -> impl Iterator<Item = &str> {
        let addresses = self.suppressed.get(channel);
        addresses.into_iter().flatten().map(AsRef::as_ref)
    }

    /// Returns categories with everything below them.
    pub fn with_below(&self, categories: &[i64]) -> Vec<i64> {
        self.words.with_below(categories)
    }

    /// Returns a product, category or brand.
    pub fn term(&self, id: i64) -> Option<&crate::Term> {
        self.words.term(id)
    }

    /// Returns the number of an event name that the workspace brought itself.
    pub fn event_name(&self, name: &str) -> Option<i32> {
        self.words.name(name)
    }

    /// Returns when the events of some names changed last.
    pub fn version_of_events(&self, names: &[i32]) -> u64 {
        let versions = names.iter().filter_map(|name| self.name_versions.get(name));
        versions.copied().max().unwrap_or(0)
    }

    /// Returns when a column changed last.
    pub fn version_of_column(&self, key: &ColumnKey) -> u64 {
        self.column_versions.get(key).copied().unwrap_or(0)
    }

    /// Returns how many events there are.
    pub fn n_events(&self) -> u64 {
        let pending: usize = self.pending.values().map(|pending| pending.n_live()).sum();
        let gone: u64 = self.gone.values().map(|gone| gone.len()).sum();
        self.base.n_events() - gone + pending as u64
    }

    /// Tells whether a row of a bucket is no more.
    pub(crate) fn is_gone(&self, name: i32, period: i64, row: u32) -> bool {
        self.gone
            .get(&(name, period))
            .is_some_and(|gone| gone.contains(row))
    }

    /// Calls `visit` with every event of a customer and its name, in no order.
    pub(crate) fn each_event_of(&self, person: u32, mut visit: impl FnMut(i32, Row)) {
        for place in self.base.customers.places(person) {
            let Some((name, bucket)) = self.base.buckets.get(place.bucket) else {
                continue;
            };
            if !self.is_gone(*name, bucket.period, place.row) {
                visit(*name, bucket.row_of(place.row, person));
            }
        }
        for (name, pending) in &self.pending {
            pending.each_of(person, |row| visit(*name, row.clone()));
        }
    }

    /// Returns where an event stands in the base.
    pub(crate) fn find_in_base(&self, name: i32, person: u32, at: i64, id: i64) -> Option<u32> {
        let bucket = self.base.bucket(name, period(at))?;
        let row = bucket.find(person, at, id)?;
        (!self.is_gone(name, bucket.period, row)).then_some(row)
    }
}
