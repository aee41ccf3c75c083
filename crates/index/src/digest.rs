//! A checksum of what the index says, however it came to know it.
//!
//! Each fact, event and membership of an active customer is hashed by itself, under the keys of the
//! profile and not under ordinals or codes, and the hashes are added up: neither order nor layout counts.

use rayon::prelude::*;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::{
    event::{Row, row::Part},
    key::ColumnKey,
    number::ordinal,
    value::ValueRef,
    view::View,
};

/// Checksums by part, so that a difference says where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Digest {
    /// Active customers.
    pub n_profiles: u64,
    /// Their events.
    pub n_events: u64,
    /// Facts and consents.
    pub facts: u64,
    /// Events with all that is known of them.
    pub events: u64,
    /// Static lists.
    pub lists: u64,
    /// Suppressed addresses.
    pub suppressed: u64,
}

impl Digest {
    fn plus(self, other: Self) -> Self {
        Self {
            n_profiles: self.n_profiles + other.n_profiles,
            n_events: self.n_events + other.n_events,
            facts: self.facts.wrapping_add(other.facts),
            events: self.events.wrapping_add(other.events),
            lists: self.lists.wrapping_add(other.lists),
            suppressed: self.suppressed.wrapping_add(other.suppressed),
        }
    }
}

impl View {
    /// Returns the checksum of everything that is said of active customers.
    pub fn digest(&self) -> Digest {
        let mut columns: Vec<&ColumnKey> = self.columns().collect();
        columns.sort_unstable();
        let people = (0..self.n_ordinals())
            .into_par_iter()
            .filter(|person| self.active.contains(*person))
            .map(|person| self.digest_of(person, &columns))
            .reduce(Digest::default, Digest::plus);
        let in_base = self.base.buckets.par_iter().map(|(name, bucket)| {
            let mut digest = Digest::default();
            bucket.each_row(|place, person| {
                if !self.is_gone(*name, bucket.period, place) {
                    let row = bucket.row_of(place, person);
                    digest = digest.plus(self.digest_of_event(*name, &row));
                }
            });
            digest
        });
        let events = in_base.reduce(Digest::default, Digest::plus);
        let pending = self.pending.iter().flat_map(|(name, pending)| {
            let runs = pending.runs().iter();
            runs.map(move |run| (*name, run))
        });
        let events = pending.fold(events, |mut digest, (name, run)| {
            run.each(0..ordinal(run.rows.len()), |row| {
                digest = digest.plus(self.digest_of_event(name, row));
            });
            digest
        });
        let mut suppressed = 0u64;
        for (channel, addresses) in self.suppressed.as_ref() {
            for address in addresses {
                let hash = texts(&[channel, address]);
                suppressed = suppressed.wrapping_add(hash);
            }
        }
        Digest {
            suppressed,
            ..people.plus(events)
        }
    }

    fn digest_of(&self, person: u32, columns: &[&ColumnKey]) -> Digest {
        let key = self.profile(person).unwrap_or(0);
        let mut digest = Digest {
            n_profiles: 1,
            ..Digest::default()
        };
        digest.facts = hash_fact(key, None, ValueRef::Other);
        for column in columns {
            if let Some(value) = self.value(column, person) {
                let hash = hash_fact(key, Some(column), value);
                digest.facts = digest.facts.wrapping_add(hash);
            }
        }
        for (list, members) in &self.lists {
            if members.contains(person) {
                let hash = numbers(&[*list, key]);
                digest.lists = digest.lists.wrapping_add(hash);
            }
        }
        digest
    }

    fn digest_of_event(&self, name: i32, row: &Row) -> Digest {
        let profile = self.profile(row.ordinal);
        let profile = profile.filter(|_| self.active.contains(row.ordinal));
        profile.map_or_else(Digest::default, |profile| Digest {
            n_events: 1,
            events: self.hash_event(profile, name, row),
            ..Digest::default()
        })
    }

    fn hash_event(&self, key: i64, name: i32, row: &Row) -> u64 {
        let mut fields = [0; 4 + 2 * Part::ALL.len()];
        let head = [key, i64::from(name), row.at, row.id];
        let mut places = fields.iter_mut();
        places
            .by_ref()
            .zip(head)
            .for_each(|(place, field)| *place = field);
        for part in Part::ALL {
            let value = row.get(part);
            let value = match part {
                Part::Product | Part::Category | Part::Campaign => {
                    value.and_then(|code| crate::write::codebook(&self.words, part).number(code))
                }
                _ => value,
            };
            let both = [i64::from(value.is_some()), value.unwrap_or(0)];
            places
                .by_ref()
                .zip(both)
                .for_each(|(place, field)| *place = field);
        }
        let mut hash = numbers(&fields);
        for (key, value) in row.properties.iter().flat_map(|all| all.iter()) {
            let mut hasher = Xxh3::with_seed(numbers(&[row.id]));
            hasher.update(key.as_bytes());
            value.as_ref().bytes(|bytes| hasher.update(bytes));
            hash = hash.wrapping_add(hasher.digest());
        }
        hash
    }
}

fn hash_fact(profile: i64, column: Option<&ColumnKey>, value: ValueRef<'_>) -> u64 {
    let mut hasher = Xxh3::with_seed(profile.cast_unsigned());
    if let Some(column) = column {
        let (kind, names) = column.parts();
        hasher.update(&texts(&names).to_le_bytes());
        hasher.update(&[kind]);
    }
    value.bytes(|bytes| hasher.update(bytes));
    hasher.digest()
}

fn numbers(numbers: &[i64]) -> u64 {
    xxh3_64(bytemuck::cast_slice(numbers))
}

fn texts(texts: &[&str]) -> u64 {
    let mut hasher = Xxh3::new();
    for text in texts {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.digest()
}
