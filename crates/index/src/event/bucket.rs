//! The events of one name in one period, sorted by customer, then time: one array a column.

use std::{ops::Range, sync::Arc};

use hashbrown::HashMap;

use super::{
    merged::{Merged, Place},
    offset, period_start,
    row::{Part, Properties, Row},
};
use crate::{
    change::Value,
    column::{self, Column},
    number::{self, at, block, blocks, low, ordinal},
    packed::Packed,
};

/// Events of one name and period. Never changed once made.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    pub(crate) period: i64,
    /// Where each block of ordinals begins; one more than there are blocks.
    pub(crate) block_starts: Vec<u32>,
    /// Each event's customer within its block.
    pub(crate) people: Vec<u16>,
    /// Milliseconds since the period began.
    pub(crate) offsets: Vec<u32>,
    pub(crate) ids: Vec<i64>,
    /// In the order of [`Part::ALL`].
    pub(crate) parts: [Packed; Part::ALL.len()],
    /// Sorted by key.
    pub(crate) properties: Vec<(Arc<str>, Column)>,
    /// The earliest and the latest offset.
    pub(crate) span: (u32, u32),
}

impl Bucket {
    /// Builds a bucket of rows, a column at a time.
    pub(crate) fn build(period: i64, rows: &Merged<'_>) -> Self {
        let parts = Part::ALL.map(|part| {
            let values: Vec<Option<i64>> = rows.each().map(|row| row.get(part)).collect();
            Packed::new(&values)
        });
        let offsets: Vec<u32> = rows.each().map(|row| offset(row.at())).collect();
        let span = (
            offsets.iter().min().copied().unwrap_or(0),
            offsets.iter().max().copied().unwrap_or(0),
        );
        Self {
            period,
            block_starts: block_starts(rows.people()),
            people: rows.people().iter().map(|person| low(*person)).collect(),
            offsets,
            ids: rows.each().map(Place::id).collect(),
            parts,
            properties: properties(rows),
            span,
        }
    }

    pub(crate) fn len(&self) -> u32 {
        ordinal(self.ids.len())
    }

    pub(crate) fn part(&self, part: Part) -> &Packed {
        let [
            product,
            category,
            campaign,
            amount,
            quantity,
            order,
            delivery,
            origin,
            flags,
        ] = &self.parts;
        match part {
            Part::Product => product,
            Part::Category => category,
            Part::Campaign => campaign,
            Part::Amount => amount,
            Part::Quantity => quantity,
            Part::Order => order,
            Part::Delivery => delivery,
            Part::Origin => origin,
            Part::Flags => flags,
        }
    }

    /// Returns the rows of a block of customers.
    pub(crate) fn block(&self, block: usize) -> Range<u32> {
        let bound = |i: usize| self.block_starts.get(i).copied().unwrap_or(self.len());
        bound(block)..bound(block + 1)
    }

    /// Returns the rows of one customer.
    pub(crate) fn rows_of(&self, person: u32) -> Range<u32> {
        let range = self.block(block(person));
        let people = self
            .people
            .get(at(range.start)..at(range.end))
            .unwrap_or_default();
        let first = people.partition_point(|other| *other < low(person));
        let n = people
            .get(first..)
            .unwrap_or_default()
            .partition_point(|other| *other == low(person));
        let start = range.start + ordinal(first);
        start..start + ordinal(n)
    }

    /// Returns the row of an event.
    pub(crate) fn find(&self, person: u32, instant: i64, id: i64) -> Option<u32> {
        self.rows_of(person)
            .find(|row| self.at(*row) == instant && self.id(*row) == id)
    }

    pub(crate) fn at(&self, row: u32) -> i64 {
        period_start(self.period) + i64::from(self.offsets.get(at(row)).copied().unwrap_or(0))
    }

    pub(crate) fn id(&self, row: u32) -> i64 {
        self.ids.get(at(row)).copied().unwrap_or(0)
    }

    /// Returns the column of a property.
    pub(crate) fn property(&self, key: &str) -> Option<&Column> {
        self.properties
            .binary_search_by(|(known, _)| (**known).cmp(key))
            .ok()
            .and_then(|place| self.properties.get(place))
            .map(|(_, column)| column)
    }

    /// Calls `visit` with every row and its customer, in order.
    pub(crate) fn each_row(&self, mut visit: impl FnMut(u32, u32)) {
        for block in 0..self.block_starts.len().saturating_sub(1) {
            for row in self.block(block) {
                let person = self.people.get(at(row)).copied().map_or(0, u32::from);
                visit(row, (ordinal(block) << 16) | person);
            }
        }
    }

    /// Copies a row out whose customer is known.
    pub(crate) fn row_of(&self, row: u32, person: u32) -> Row {
        let mut copy = self.bare_row(row, person);
        let properties: Properties = self
            .properties
            .iter()
            .filter_map(|(key, column)| Some((Arc::clone(key), column.get(row)?.to_value())))
            .collect();
        copy.properties = (!properties.is_empty()).then(|| Arc::new(properties));
        copy
    }

    /// Copies a row out, without its properties.
    pub(crate) fn bare_row(&self, row: u32, person: u32) -> Row {
        let mut copy = Row::new(person, self.at(row), self.id(row));
        for (part, packed) in Part::ALL.into_iter().zip(&self.parts) {
            copy.set(part, packed.get(row));
        }
        copy
    }

    /// Returns the bytes of the typed columns, and those of the properties.
    pub(crate) fn bytes(&self) -> (usize, usize) {
        let parts: usize = self.parts.iter().map(Packed::bytes).sum();
        let properties = self.properties.iter().map(|(_, column)| {
            let (rows, bitmaps) = column.bytes();
            rows + bitmaps + 64
        });
        let rows = self.ids.len() * (8 + 4 + 2);
        (
            rows + parts + self.block_starts.len() * 4 + size_of::<Self>(),
            properties.sum(),
        )
    }
}

fn block_starts(people: &[u32]) -> Vec<u32> {
    let n = blocks(people.last().map_or(0, |person| person.saturating_add(1)));
    let start =
        |block: usize| ordinal(people.partition_point(|person| number::block(*person) < block));
    (0..=n).map(start).collect()
}

fn properties(rows: &Merged<'_>) -> Vec<(Arc<str>, Column)> {
    let mut columns: HashMap<Arc<str>, HashMap<u32, Option<Value>>> = HashMap::new();
    for (i, row) in (0..).zip(rows.each()) {
        row.each_property(|key, value| {
            if !columns.contains_key(key) {
                columns.insert(Arc::clone(key), HashMap::new());
            }
            if let Some(values) = columns.get_mut(key) {
                values.insert(i, Some(value.to_value()));
            }
        });
    }
    let n = ordinal(rows.people().len());
    let mut built: Vec<(Arc<str>, Column)> = columns
        .into_iter()
        .map(|(key, values)| (key, column::build(None, &values, n)))
        .collect();
    built.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    built
}
