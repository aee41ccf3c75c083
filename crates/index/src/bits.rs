//! A dense set of ordinals: one bit each.

use std::fmt;

use roaring::RoaringBitmap;

use crate::number::{at, ordinal};

/// A set of ordinals below a length.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Bits {
    words: Vec<u64>,
    n: u32,
}

impl Bits {
    /// Makes the empty set.
    pub fn none(n: u32) -> Self {
        Self {
            words: vec![0; at(n).div_ceil(64)],
            n,
        }
    }

    /// Makes the full set.
    pub fn all(n: u32) -> Self {
        let mut bits = Self {
            words: vec![u64::MAX; at(n).div_ceil(64)],
            n,
        };
        bits.trim();
        bits
    }

    /// Makes a set from a sparse one; members beyond the length are left out.
    pub fn from_sparse(n: u32, sparse: &RoaringBitmap) -> Self {
        let mut bits = Self::none(n);
        for member in sparse {
            bits.insert(member);
        }
        bits
    }

    /// Makes a set of words that were read; what is missing is empty.
    pub(crate) fn from_words(n: u32, mut words: Vec<u64>) -> Self {
        words.resize(at(n).div_ceil(64), 0);
        let mut bits = Self { words, n };
        bits.trim();
        bits
    }

    /// Returns the length: the first ordinal that can not be a member.
    pub const fn len(&self) -> u32 {
        self.n
    }

    /// Tells whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Lets ordinals below a greater length be members; they are not, yet.
    pub fn grow(&mut self, n: u32) {
        if n > self.n {
            self.n = n;
            self.words.resize(at(n).div_ceil(64), 0);
        }
    }

    /// Adds a member; one beyond the length is left out.
    pub fn insert(&mut self, member: u32) {
        if member < self.n
            && let Some(word) = self.words.get_mut(at(member / 64))
        {
            *word |= 1 << (member % 64);
        }
    }

    /// Removes a member.
    pub fn remove(&mut self, member: u32) {
        if let Some(word) = self.words.get_mut(at(member / 64)) {
            *word &= !(1 << (member % 64));
        }
    }

    /// Makes a member belong or not.
    pub fn put(&mut self, member: u32, belongs: bool) {
        if belongs {
            self.insert(member);
        } else {
            self.remove(member);
        }
    }

    /// Tells whether an ordinal is a member.
    pub fn contains(&self, member: u32) -> bool {
        self.words
            .get(at(member / 64))
            .is_some_and(|word| word >> (member % 64) & 1 == 1)
    }

    /// Returns how many members there are.
    pub fn count(&self) -> u64 {
        self.words
            .iter()
            .map(|word| u64::from(word.count_ones()))
            .sum()
    }

    /// Keeps what is also in the other set.
    pub fn keep(&mut self, other: &Self) {
        let n = other.words.len();
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
        for word in self.words.iter_mut().skip(n) {
            *word = 0;
        }
    }

    /// Adds what is in the other set, as far as the length goes.
    pub fn add(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
        self.trim();
    }

    /// Takes away what is in the other set.
    pub fn take(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// Turns members into strangers and strangers into members.
    pub fn invert(&mut self) {
        for word in &mut self.words {
            *word = !*word;
        }
        self.trim();
    }

    /// Lists the members in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(i, &word)| {
            let first = ordinal(i * 64);
            Ones(word).map(move |bit| first + bit)
        })
    }

    /// Returns the words, 64 members each, the lowest bit first.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Gives the words to be written; what is set beyond the length is cleared afterwards.
    pub(crate) fn fill(&mut self, write: impl FnOnce(&mut [u64])) {
        write(&mut self.words);
        self.trim();
    }

    /// Returns the bytes held.
    pub fn bytes(&self) -> usize {
        self.words.capacity() * 8
    }

    fn trim(&mut self) {
        if !self.n.is_multiple_of(64)
            && let Some(last) = self.words.last_mut()
        {
            *last &= (1 << (self.n % 64)) - 1;
        }
    }
}

impl fmt::Debug for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.count(), self.n)
    }
}

/// The positions of the set bits of a word, ascending.
pub(crate) struct Ones(pub(crate) u64);

impl Iterator for Ones {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        if self.0 == 0 {
            return None;
        }
        let bit = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        Some(bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_beyond_the_length_is_ever_a_member() {
        let mut bits = Bits::none(70);
        bits.insert(3);
        bits.insert(69);
        bits.insert(70);
        assert_eq!(bits.iter().collect::<Vec<_>>(), [3, 69]);
        bits.invert();
        assert_eq!(bits.count(), 68);
        assert_eq!(Bits::all(70).count(), 70);
        let mut short = Bits::none(10);
        short.add(&Bits::all(70));
        assert_eq!(short, Bits::all(10));
    }

    #[test]
    fn a_set_grows_and_meets_sets_of_other_lengths() {
        let mut bits = Bits::all(64);
        bits.grow(130);
        assert_eq!(bits.count(), 64);
        bits.insert(129);
        bits.keep(&Bits::all(100));
        assert_eq!(
            bits.count(),
            64,
            "what the other does not know is not in it"
        );
    }
}
