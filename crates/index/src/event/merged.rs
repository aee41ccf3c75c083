//! What a new bucket is made of: the rows of the old one that stay, and fresh ones, in the order of their keys.
//!
//! Nothing is copied but where each row stands. Rows written out would take several times the room of the bucket.

use std::sync::Arc;

use super::{
    bucket::Bucket,
    row::{Part, Row},
};
use crate::{
    number::{FRESH, at},
    value::ValueRef,
};

/// Rows in order.
pub(crate) struct Merged<'a> {
    old: Option<&'a Bucket>,
    fresh: &'a [Row],
    /// Places in the old bucket, or among the fresh rows with [`FRESH`].
    places: Vec<u32>,
    /// Whose each row is.
    people: Vec<u32>,
}

/// One of the rows.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    Old(&'a Bucket, u32),
    Fresh(&'a Row),
}

impl<'a> Merged<'a> {
    /// Merges; the fresh rows must stand in order.
    pub(crate) fn new(
        old: Option<&'a Bucket>,
        fresh: &'a [Row],
        is_gone: impl Fn(u32) -> bool,
    ) -> Self {
        let n = fresh.len() + old.map_or(0, |old| old.ids.len());
        let (mut places, mut people) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let mut take = |place: u32, person: u32| {
            places.push(place);
            people.push(person);
        };
        let mut next = (FRESH..).zip(fresh).peekable();
        if let Some(old) = old {
            old.each_row(|row, person| {
                if is_gone(row) {
                    return;
                }
                let key = (person, old.at(row), old.id(row));
                while let Some((place, before)) = next.next_if(|(_, fresh)| fresh.key() < key) {
                    take(place, before.ordinal);
                }
                take(row, person);
            });
        }
        next.for_each(|(place, row)| take(place, row.ordinal));
        Self {
            old,
            fresh,
            places,
            people,
        }
    }

    /// Returns whose each row is.
    pub(crate) fn people(&self) -> &[u32] {
        &self.people
    }

    /// Walks over the rows.
    pub(crate) fn each(&self) -> impl Iterator<Item = Place<'a>> + '_ {
        self.places.iter().filter_map(|place| {
            if *place < FRESH {
                self.old.map(|old| Place::Old(old, *place))
            } else {
                self.fresh.get(at(*place - FRESH)).map(Place::Fresh)
            }
        })
    }
}

impl Place<'_> {
    pub(crate) fn at(self) -> i64 {
        match self {
            Self::Old(bucket, row) => bucket.at(row),
            Self::Fresh(row) => row.at,
        }
    }

    pub(crate) fn id(self) -> i64 {
        match self {
            Self::Old(bucket, row) => bucket.id(row),
            Self::Fresh(row) => row.id,
        }
    }

    pub(crate) fn get(self, part: Part) -> Option<i64> {
        match self {
            Self::Old(bucket, row) => bucket.part(part).get(row),
            Self::Fresh(row) => row.get(part),
        }
    }

    /// Calls `visit` with each property that the event has.
    pub(crate) fn each_property(self, mut visit: impl FnMut(&Arc<str>, ValueRef<'_>)) {
        match self {
            Self::Old(bucket, row) => {
                for (key, column) in &bucket.properties {
                    if let Some(value) = column.get(row) {
                        visit(key, value);
                    }
                }
            }
            Self::Fresh(row) => {
                for (key, value) in row.properties.iter().flat_map(|all| all.iter()) {
                    visit(key, value.as_ref());
                }
            }
        }
    }
}
