//! A new base, made off to the side of a view.

use std::{collections::BTreeMap, sync::Arc};

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::{
    base::{Base, Customers, People},
    column::{self, Column},
    event::{Bucket, Merged, Row, period},
    key::ColumnKey,
    view::View,
};

impl View {
    /// Returns the same state with everything in the base. What is open must be closed.
    pub(crate) fn compacted(&self) -> Self {
        let people = self.all_people();
        let columns = self.all_columns(people.len());
        let buckets = self.all_buckets();
        let mut base = Base {
            people,
            active: Arc::clone(&self.active),
            columns,
            buckets: buckets.unwrap_or_else(|| self.base.buckets.clone()),
            ..Base::default()
        };
        base.greatest_id = self.base.greatest_id.max(greatest_id(self));
        base.customers = if self.pending.is_empty() && self.gone.is_empty() {
            Arc::clone(&self.base.customers)
        } else {
            Arc::new(Customers::build(&base))
        };
        base.weigh();
        Self {
            base: Arc::new(base),
            young: Arc::default(),
            changed: HashMap::new(),
            pending: HashMap::new(),
            gone: HashMap::new(),
            ..self.clone()
        }
    }

    /// Brings the changed values into the base, column by column: what is replaced goes before the next is made.
    pub(crate) fn pack_columns(&mut self) {
        let n = self.all_people().len();
        let base = Arc::make_mut(&mut self.base);
        for (key, changed) in self.changed.drain() {
            let old = base.columns.remove(&key);
            let column = column::build(old.as_deref(), &changed.rows, n);
            drop((old, changed));
            if !column.is_empty() {
                base.columns.insert(key, Arc::new(column.with_holders()));
            }
        }
    }

    /// Tells whether the base holds everything.
    pub(crate) fn is_compact(&self) -> bool {
        self.young.len() == 0
            && self.changed.is_empty()
            && self.pending.is_empty()
            && self.gone.is_empty()
            && Arc::ptr_eq(&self.active, &self.base.active)
    }

    fn all_people(&self) -> Arc<People> {
        if self.young.len() == 0 {
            return Arc::clone(&self.base.people);
        }
        let keys = self.base.people.keys().iter().chain(self.young.keys());
        Arc::new(People::new(keys.copied().collect()))
    }

    fn all_columns(&self, n: u32) -> HashMap<ColumnKey, Arc<Column>> {
        let mut columns = self.base.columns.clone();
        let changed: Vec<_> = self.changed.iter().collect();
        let built: Vec<(ColumnKey, Column)> = changed
            .into_par_iter()
            .map(|(key, changed)| {
                let old = self.base.columns.get(key).map(AsRef::as_ref);
                let column = column::build(old, &changed.rows, n);
                (key.clone(), column.with_holders())
            })
            .collect();
        for (key, column) in built {
            if column.is_empty() {
                columns.remove(&key);
            } else {
                columns.insert(key, Arc::new(column));
            }
        }
        columns
    }

    /// Builds the buckets in which something changed; `None` when nothing did.
    fn all_buckets(&self) -> Option<Vec<(i32, Arc<Bucket>)>> {
        let mut fresh: BTreeMap<(i32, i64), Vec<Row>> = BTreeMap::new();
        for (name, pending) in &self.pending {
            pending.each_row(|row| {
                let key = (*name, period(row.at));
                fresh.entry(key).or_default().push(row.clone());
            });
        }
        for key in self.gone.keys() {
            fresh.entry(*key).or_default();
        }
        if fresh.is_empty() {
            return None;
        }
        let built: Vec<((i32, i64), Bucket)> = fresh
            .into_par_iter()
            .map(|((name, period), rows)| ((name, period), self.rebuilt(name, period, rows)))
            .collect();
        let mut buckets: BTreeMap<(i32, i64), Arc<Bucket>> = self
            .base
            .buckets
            .iter()
            .map(|(name, bucket)| ((*name, bucket.period), Arc::clone(bucket)))
            .collect();
        for (key, bucket) in built {
            if bucket.len() == 0 {
                buckets.remove(&key);
            } else {
                buckets.insert(key, Arc::new(bucket));
            }
        }
        let flat = buckets
            .into_iter()
            .map(|((name, _), bucket)| (name, bucket));
        Some(flat.collect())
    }

    /// Builds a bucket of what is left of the old one and of new rows.
    fn rebuilt(&self, name: i32, period: i64, mut fresh: Vec<Row>) -> Bucket {
        fresh.sort_unstable_by_key(Row::key);
        let old = self.base.bucket(name, period);
        let rows = Merged::new(old, &fresh, |row| self.is_gone(name, period, row));
        Bucket::build(period, &rows)
    }
}

fn greatest_id(view: &View) -> i64 {
    let greatest = view
        .pending
        .values()
        .map(|pending| pending.greatest_id())
        .max();
    greatest.unwrap_or(i64::MIN)
}
