//! The base: everything up to some position, never changed once made. Its parts are shared with the base
//! before it as far as nothing in them changed.

mod customers;
mod people;

use std::sync::Arc;

use hashbrown::HashMap;

pub(crate) use customers::Customers;
pub(crate) use people::People;

use crate::{bits::Bits, column::Column, event::Bucket, key::ColumnKey, memory::Memory};

/// The immutable part of the index.
#[derive(Debug, Clone, Default)]
pub(crate) struct Base {
    pub(crate) people: Arc<People>,
    /// Who is an active customer.
    pub(crate) active: Arc<Bits>,
    pub(crate) columns: HashMap<ColumnKey, Arc<Column>>,
    /// By name, then period, both ascending.
    pub(crate) buckets: Vec<(i32, Arc<Bucket>)>,
    pub(crate) customers: Arc<Customers>,
    /// The greatest id of an event: a greater one is new.
    pub(crate) greatest_id: i64,
    /// What the parts hold; see [`Base::weigh`].
    pub(crate) memory: Memory,
}

impl Base {
    /// Returns the buckets of a name, by period ascending.
    pub(crate) fn list(&self, name: i32) -> &[(i32, Arc<Bucket>)] {
        let start = self.buckets.partition_point(|(other, _)| *other < name);
        let end = self.buckets.partition_point(|(other, _)| *other <= name);
        self.buckets.get(start..end).unwrap_or_default()
    }

    /// Returns the bucket of a name and period.
    pub(crate) fn bucket(&self, name: i32, period: i64) -> Option<&Bucket> {
        let place = self
            .buckets
            .binary_search_by_key(&(name, period), |(name, bucket)| (*name, bucket.period))
            .ok()?;
        self.buckets.get(place).map(|(_, bucket)| bucket.as_ref())
    }

    /// Returns how many events there are.
    pub(crate) fn n_events(&self) -> u64 {
        self.buckets
            .iter()
            .map(|(_, bucket)| u64::from(bucket.len()))
            .sum()
    }
}
