//! The numbering of customers: dense ordinals for the keys of profiles.

use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

use hashbrown::HashTable;

use crate::number::{at, ordinal};

/// Profile keys by ordinal, and back.
#[derive(Debug, Clone, Default)]
pub(crate) struct People {
    keys: Vec<i64>,
    places: HashTable<u32>,
}

/// Spreads the bits of a key; keys are unique numbers of our own, so nobody can make them clash.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, n: u64) {
        let mixed = (self.0 ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn write_i64(&mut self, n: i64) {
        self.write_u64(n.cast_unsigned());
    }
}

fn hash(key: i64) -> u64 {
    BuildHasherDefault::<Spread>::default().hash_one(key)
}

impl People {
    /// Numbers keys in their order.
    pub(crate) fn new(keys: Vec<i64>) -> Self {
        let mut people = Self {
            places: HashTable::with_capacity(keys.len()),
            keys,
        };
        for (place, key) in people.keys.iter().enumerate() {
            let keys = &people.keys;
            people
                .places
                .insert_unique(hash(*key), ordinal(place), |other| {
                    hash(keys.get(at(*other)).copied().unwrap_or(0))
                });
        }
        people
    }

    /// Returns the ordinal of a key.
    pub(crate) fn find(&self, key: i64) -> Option<u32> {
        self.places
            .find(hash(key), |place| self.keys.get(at(*place)) == Some(&key))
            .copied()
    }

    /// Returns the ordinal of a key, a new one if need be; `None` when there are no more.
    pub(crate) fn number(&mut self, key: i64) -> Option<u32> {
        if let Some(known) = self.find(key) {
            return Some(known);
        }
        let place = u32::try_from(self.keys.len())
            .ok()
            .filter(|place| *place < u32::MAX)?;
        self.keys.push(key);
        let keys = &self.keys;
        self.places.insert_unique(hash(key), place, |other| {
            hash(keys.get(at(*other)).copied().unwrap_or(0))
        });
        Some(place)
    }

    /// Returns the key of an ordinal.
    pub(crate) fn key(&self, ordinal: u32) -> Option<i64> {
        self.keys.get(at(ordinal)).copied()
    }

    pub(crate) fn keys(&self) -> &[i64] {
        &self.keys
    }

    pub(crate) fn len(&self) -> u32 {
        ordinal(self.keys.len())
    }

    /// Returns the bytes held.
    pub(crate) fn bytes(&self) -> usize {
        self.keys.capacity() * 8 + self.places.allocation_size()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_keeps_its_ordinal() {
        let mut people = People::new(vec![50, -3, i64::MAX]);
        assert_eq!(people.find(-3), Some(1));
        assert_eq!(people.find(7), None);
        assert_eq!(people.number(7), Some(3));
        assert_eq!(people.number(50), Some(0));
        for key in 0..5_000 {
            people.number(key << 22);
        }
        assert_eq!(people.number(7), Some(3));
        assert_eq!(people.key(2), Some(i64::MAX));
    }
}
