//! A query made ready for a view: which buckets and runs, and what is still to be tested in each.

use std::sync::Arc;

use roaring::RoaringBitmap;

use super::{EventFilter, EventQuery, NumberTest, OneOf, Range, ValueTest};
use crate::{
    change::{FOREIGN, MACHINE},
    column::{Codes, Column},
    event::{Bucket, Row, pending::Run, period_start, row::Part},
    number::at,
    packed::Packed,
    view::View,
    words::Codebook,
};

/// A query ready to be run.
pub(super) struct Plan<'a> {
    pub(super) buckets: Vec<Sifted<'a>>,
    pub(super) runs: Vec<&'a Run>,
    from: i64,
    until: i64,
    filters: Vec<Filter<'a>>,
}

/// A filter with the codes of the view.
enum Filter<'a> {
    /// The flags must have none of these bits.
    Without(u8),
    Codes(Part, Arc<[bool]>),
    Number(Part, Range),
    Property(&'a str, &'a ValueTest),
    Instant(&'a NumberTest),
    After(&'a [i64]),
}

/// A bucket with what must still be tested.
pub(super) struct Sifted<'a> {
    pub(super) bucket: &'a Bucket,
    /// Offsets that count; `None` when all do.
    pub(super) bounds: Option<(u32, u32)>,
    pub(super) gone: Option<&'a RoaringBitmap>,
    pub(super) sieves: Vec<Sieve<'a>>,
}

/// One test of a column.
pub(super) enum Sieve<'a> {
    Flags(&'a Packed, u8),
    Codes(&'a Packed, Arc<[bool]>),
    Number(&'a Packed, Range),
    /// Of a property, judged by code; the rows without one are judged by the first.
    Property(&'a Codes, Vec<bool>),
    Instant(&'a Bucket, &'a NumberTest),
    /// Later than the customer's own instant.
    After(&'a Bucket, &'a [i64]),
}

impl<'a> Plan<'a> {
    /// Makes a query ready. `without` are bits that the flags must not have besides.
    pub(super) fn new(view: &'a View, query: &'a EventQuery, without: u8) -> Self {
        let mut filters: Vec<Filter<'a>> = Vec::new();
        if without != 0 {
            filters.push(Filter::Without(without));
        }
        for filter in &query.filters {
            filters.extend(compiled(view, filter));
        }
        let mut names = query.names.clone();
        names.sort_unstable();
        names.dedup();
        let runs = names
            .iter()
            .filter_map(|name| view.pending.get(name))
            .flat_map(|pending| pending.runs())
            .collect();
        Self {
            buckets: Vec::new(),
            runs,
            from: query.from.unwrap_or(i64::MIN),
            until: query.until,
            filters,
        }
        .with_buckets(view, &names)
    }

    fn with_buckets(mut self, view: &'a View, names: &[i32]) -> Self {
        let mut buckets = Vec::new();
        for name in names {
            for (_, bucket) in view.base.list(*name) {
                let gone = view.gone.get(&(*name, bucket.period)).map(AsRef::as_ref);
                buckets.extend(self.sifted(bucket, gone));
            }
        }
        self.buckets = buckets;
        self
    }

    /// Returns what is to be tested in a bucket; `None` when nothing in it can count.
    fn sifted(&self, bucket: &'a Bucket, gone: Option<&'a RoaringBitmap>) -> Option<Sifted<'a>> {
        let start = period_start(bucket.period);
        let (first, last) = (
            start + i64::from(bucket.span.0),
            start + i64::from(bucket.span.1),
        );
        if last < self.from || first >= self.until || self.from >= self.until {
            return None;
        }
        let is_whole = self.from <= first && last < self.until;
        let offset =
            |instant: i64| u32::try_from(instant.saturating_sub(start).max(0)).unwrap_or(u32::MAX);
        let mut sieves = Vec::new();
        for filter in &self.filters {
            match filter.sieve(bucket) {
                Tested::Passes => {}
                Tested::Fails => return None,
                Tested::ByRow(sieve) => sieves.push(sieve),
            }
        }
        Some(Sifted {
            bucket,
            bounds: (!is_whole).then(|| (offset(self.from), offset(self.until))),
            gone,
            sieves,
        })
    }

    /// Tells whether a row of the delta counts.
    pub(super) fn counts(&self, row: &Row) -> bool {
        self.from <= row.at
            && row.at < self.until
            && self.filters.iter().all(|filter| filter.holds(row))
    }
}

/// What is known of a bucket before its rows are looked at.
enum Tested<'a> {
    Passes,
    Fails,
    ByRow(Sieve<'a>),
}

impl<'a> Filter<'a> {
    fn holds(&self, row: &Row) -> bool {
        match self {
            Self::Without(bits) => row.flags & bits == 0,
            Self::Codes(part, codes) => is_code(codes, row.get(*part)),
            Self::Number(part, range) => is_within(*range, row.get(*part)),
            Self::Property(key, test) => test.holds(row.property(key)) == Some(true),
            Self::Instant(test) => test.holds(row.at),
            Self::After(after) => is_after(after, row.ordinal, row.at),
        }
    }

    fn sieve(&self, bucket: &'a Bucket) -> Tested<'a> {
        match self {
            Self::Without(bits) => {
                let flags = bucket.part(Part::Flags);
                tested(
                    flags,
                    |value| is_without(*bits, value),
                    Sieve::Flags(flags, *bits),
                )
            }
            Self::Codes(part, codes) => {
                let column = bucket.part(*part);
                tested(
                    column,
                    |value| is_code(codes, value),
                    Sieve::Codes(column, Arc::clone(codes)),
                )
            }
            Self::Number(part, range) => {
                let column = bucket.part(*part);
                tested(
                    column,
                    |value| is_within(*range, value),
                    Sieve::Number(column, *range),
                )
            }
            Self::Property(key, test) => property(bucket.property(key), test),
            Self::Instant(test) => Tested::ByRow(Sieve::Instant(bucket, test)),
            Self::After(after) => Tested::ByRow(Sieve::After(bucket, after)),
        }
    }
}

fn tested<'a>(
    column: &Packed,
    passes: impl Fn(Option<i64>) -> bool,
    sieve: Sieve<'a>,
) -> Tested<'a> {
    match column {
        Packed::Same { value, .. } if passes(*value) => Tested::Passes,
        Packed::Same { .. } => Tested::Fails,
        _ => Tested::ByRow(sieve),
    }
}

fn property<'a>(column: Option<&'a Column>, test: &ValueTest) -> Tested<'a> {
    let absent = test.holds(None) == Some(true);
    match column {
        None if absent => Tested::Passes,
        None | Some(Column::Instants(_)) => Tested::Fails,
        Some(Column::Coded {
            codes, dictionary, ..
        }) => {
            let judge = |code| test.holds(dictionary.value(code)) == Some(true);
            let passes: Vec<bool> = (0..=dictionary.len()).map(judge).collect();
            Tested::ByRow(Sieve::Property(codes, passes))
        }
    }
}

pub(super) fn is_without(bits: u8, flags: Option<i64>) -> bool {
    flags.unwrap_or(0) & i64::from(bits) == 0
}

pub(super) fn is_code(codes: &[bool], code: Option<i64>) -> bool {
    code.and_then(|code| usize::try_from(code).ok())
        .and_then(|code| codes.get(code).copied())
        .unwrap_or(false)
}

pub(super) fn is_after(after: &[i64], ordinal: u32, instant: i64) -> bool {
    after.get(at(ordinal)).is_some_and(|after| instant > *after)
}

pub(super) fn is_within(range: Range, value: Option<i64>) -> bool {
    value.is_some_and(|value| range.holds(value))
}

fn compiled<'a>(view: &View, filter: &'a EventFilter) -> Vec<Filter<'a>> {
    let codes = |part, book: &Codebook, one_of: &OneOf| {
        let mut codes = vec![!one_of.is_in; book.numbers().len()];
        for code in one_of
            .numbers
            .iter()
            .filter_map(|number| book.find(*number))
        {
            if let Some(place) = codes.get_mut(at(code)) {
                *place = one_of.is_in;
            }
        }
        vec![Filter::Codes(part, codes.into())]
    };
    let words = view.words.as_ref();
    match filter {
        EventFilter::Human => vec![Filter::Without(MACHINE)],
        EventFilter::Product(one_of) => codes(Part::Product, &words.products, one_of),
        EventFilter::Category(one_of) => codes(Part::Category, &words.categories, one_of),
        EventFilter::Campaign(one_of) => codes(Part::Campaign, &words.campaigns, one_of),
        EventFilter::Amount(range) => vec![
            Filter::Without(FOREIGN),
            Filter::Number(Part::Amount, *range),
        ],
        EventFilter::Quantity(range) => vec![Filter::Number(Part::Quantity, *range)],
        EventFilter::Property(key, test) => vec![Filter::Property(key, test)],
        EventFilter::Instant(test) => vec![Filter::Instant(test)],
        EventFilter::After(after) => vec![Filter::After(after)],
    }
}
