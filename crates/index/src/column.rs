//! A column of values: facts of customers, properties of events.
//!
//! Values are coded by a sorted dictionary, so that a test runs once per distinct value, whatever the
//! test; an absent value is code 0. Where nearly every value is another instant, the instants stand in
//! the rows themselves.

mod build;
mod codes;
mod dictionary;

use roaring::RoaringBitmap;

pub(crate) use build::build;
pub(crate) use codes::Codes;
pub(crate) use dictionary::Dictionary;

use crate::{packed::Packed, value::ValueRef};

/// The values of one fact or property, one row a customer or event.
#[derive(Debug, Clone)]
pub(crate) enum Column {
    /// By codes of a dictionary.
    Coded {
        codes: Codes,
        dictionary: Box<Dictionary>,
        /// For each code the rows that have it, where they are few; derived from the codes.
        rare: Vec<Option<RoaringBitmap>>,
    },
    /// Instants as they are.
    Instants(Packed),
}

/// Codes with more distinct values keep no bitmaps.
const MAX_BITMAPS: usize = 256;
/// A bitmap is kept for a value that at most one row in so many has.
const RARE: u64 = 16;

impl Column {
    /// Makes a coded column and its bitmaps.
    pub(crate) fn coded(codes: Codes, dictionary: Dictionary) -> Self {
        let rare = bitmaps(&codes, dictionary.len());
        Self::Coded {
            codes,
            dictionary: Box::new(dictionary),
            rare,
        }
    }

    /// Returns the value of a row.
    pub(crate) fn get(&self, row: u32) -> Option<ValueRef<'_>> {
        match self {
            Self::Coded {
                codes, dictionary, ..
            } => dictionary.value(codes.get(row)),
            Self::Instants(packed) => packed.get(row).map(ValueRef::Instant),
        }
    }

    /// Tells whether no row has a value.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Coded { dictionary, .. } if dictionary.len() == 0)
    }

    /// Returns the bytes of the rows and values, and those of the bitmaps.
    pub(crate) fn bytes(&self) -> (usize, usize) {
        match self {
            Self::Coded {
                codes,
                dictionary,
                rare,
            } => {
                let bitmaps = rare.iter().flatten().map(RoaringBitmap::serialized_size);
                let slots = std::mem::size_of_val(rare.as_slice());
                (
                    codes.bytes() + dictionary.bytes(),
                    bitmaps.sum::<usize>() + slots,
                )
            }
            Self::Instants(packed) => (packed.bytes(), 0),
        }
    }
}

/// Gathers the rows of each rare value of a column with few distinct ones.
fn bitmaps(codes: &Codes, n_values: u32) -> Vec<Option<RoaringBitmap>> {
    let n_codes = crate::number::at(n_values) + 1;
    if n_codes > MAX_BITMAPS {
        return Vec::new();
    }
    let mut counts = vec![0u64; n_codes];
    codes.each(|_, code| {
        if let Some(count) = counts.get_mut(crate::number::at(code)) {
            *count += 1;
        }
    });
    let most = u64::from(codes.len()) / RARE;
    let mut rare: Vec<Option<Vec<u32>>> = counts
        .iter()
        .enumerate()
        .map(|(code, count)| (code > 0 && *count <= most).then(Vec::new))
        .collect();
    if rare.iter().all(Option::is_none) {
        return Vec::new();
    }
    codes.each(|row, code| {
        if let Some(Some(rows)) = rare.get_mut(crate::number::at(code)) {
            rows.push(row);
        }
    });
    rare.into_iter()
        .map(|rows| rows.and_then(|rows| RoaringBitmap::from_sorted_iter(rows).ok()))
        .collect()
}
