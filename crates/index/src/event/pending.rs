//! The events of one name that are not in the base yet: sorted runs, the youngest still open.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use roaring::RoaringBitmap;

use super::row::{Row, RowKey};
use crate::number::{at, ordinal};

/// A closed run is merged with the one before it when it has at least a quarter of its rows.
const RATIO: usize = 4;

/// Events that came since the base was made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pending {
    young: BTreeMap<RowKey, Row>,
    runs: Vec<Run>,
    bytes: usize,
    /// The greatest id that ever came.
    greatest_id: Option<i64>,
}

/// Rows in order, of which some may have gone.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) rows: Arc<Vec<Row>>,
    pub(crate) gone: Arc<RoaringBitmap>,
}

impl Pending {
    /// Adds a row, or replaces the one with its key.
    pub(crate) fn insert(&mut self, row: Row) {
        // A greater id than any before is new for sure; most are.
        if self.greatest_id.is_some_and(|greatest| row.id <= greatest) {
            self.remove(row.key());
        }
        self.greatest_id = self.greatest_id.max(Some(row.id));
        self.bytes += row.bytes();
        self.young.insert(row.key(), row);
    }

    /// Removes a row; tells whether there was one.
    pub(crate) fn remove(&mut self, key: RowKey) -> bool {
        if let Some(row) = self.young.remove(&key) {
            self.bytes -= row.bytes().min(self.bytes);
            return true;
        }
        for run in &mut self.runs {
            if let Some(place) = run.find(key) {
                Arc::make_mut(&mut run.gone).insert(place);
                return true;
            }
        }
        false
    }

    /// Returns a row.
    pub(crate) fn get(&self, key: RowKey) -> Option<&Row> {
        self.greatest_id.filter(|greatest| key.2 <= *greatest)?;
        self.young.get(&key).or_else(|| {
            self.runs
                .iter()
                .find_map(|run| run.rows.get(at(run.find(key)?)))
        })
    }

    /// Calls `visit` with every row of one customer, in no order.
    pub(crate) fn each_of<'a>(&'a self, person: u32, mut visit: impl FnMut(&'a Row)) {
        let all = (person, i64::MIN, i64::MIN)..=(person, i64::MAX, i64::MAX);
        self.young.range(all).for_each(|(_, row)| visit(row));
        for run in &self.runs {
            run.each(run.between(person, person), &mut visit);
        }
    }

    /// Closes the open run, so that a copy shares all rows.
    pub(crate) fn close(&mut self) {
        if self.young.is_empty() {
            return;
        }
        let rows = std::mem::take(&mut self.young).into_values().collect();
        self.runs.push(Run {
            rows: Arc::new(rows),
            gone: Arc::default(),
        });
        while let [.., before, last] = self.runs.as_slice()
            && last.rows.len() * RATIO >= before.rows.len()
        {
            let merged = before.merge(last);
            self.runs.truncate(self.runs.len() - 2);
            self.runs.push(merged);
        }
    }

    /// Returns the greatest id that ever came.
    pub(crate) fn greatest_id(&self) -> i64 {
        self.greatest_id.unwrap_or(i64::MIN)
    }

    /// Returns the closed runs.
    pub(crate) fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// Returns how many rows are open.
    pub(crate) fn n_open(&self) -> usize {
        self.young.len()
    }

    /// Calls `visit` with every row, in no order; the open run must be closed.
    pub(crate) fn each_row<'a>(&'a self, mut visit: impl FnMut(&'a Row)) {
        for run in &self.runs {
            run.each(0..ordinal(run.rows.len()), &mut visit);
        }
    }

    /// Returns how many rows there are; those that have gone may count.
    pub(crate) fn len(&self) -> usize {
        self.young.len() + self.runs.iter().map(|run| run.rows.len()).sum::<usize>()
    }

    /// Returns how many rows have not gone.
    pub(crate) fn n_live(&self) -> usize {
        let gone: u64 = self.runs.iter().map(|run| run.gone.len()).sum();
        self.len()
            .saturating_sub(usize::try_from(gone).unwrap_or(0))
    }

    /// Returns the bytes held, about.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Run {
    fn find(&self, key: RowKey) -> Option<u32> {
        let place = self.rows.partition_point(|row| row.key() < key);
        let is_there = self.rows.get(place).is_some_and(|row| row.key() == key);
        let place = ordinal(place);
        (is_there && !self.gone.contains(place)).then_some(place)
    }

    /// Returns the rows of the customers from the first to the last.
    pub(crate) fn between(&self, first: u32, last: u32) -> Range<u32> {
        let start = self.rows.partition_point(|row| row.ordinal < first);
        let end = self.rows.partition_point(|row| row.ordinal <= last);
        ordinal(start)..ordinal(end)
    }

    /// Calls `visit` with each row of a range that has not gone.
    pub(crate) fn each<'a>(&'a self, range: Range<u32>, mut visit: impl FnMut(&'a Row)) {
        let rows = self.rows.get(at(range.start)..at(range.end));
        for (place, row) in range.zip(rows.unwrap_or_default()) {
            if self.gone.is_empty() || !self.gone.contains(place) {
                visit(row);
            }
        }
    }

    fn merge(&self, next: &Self) -> Self {
        let mut rows = Vec::with_capacity(self.rows.len() + next.rows.len());
        self.each(0..ordinal(self.rows.len()), |row| rows.push(row.clone()));
        next.each(0..ordinal(next.rows.len()), |row| rows.push(row.clone()));
        // The sort finds the two runs and merges them.
        rows.sort_by_key(Row::key);
        Self {
            rows: Arc::new(rows),
            gone: Arc::default(),
        }
    }
}
