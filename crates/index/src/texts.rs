//! Many texts in one buffer.

use crate::number::{at, ordinal};

/// Texts one behind the other, and where each ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Texts {
    pub(crate) buffer: String,
    pub(crate) ends: Vec<u32>,
}

impl Texts {
    /// Adds a text; false when the buffer is full (4 GiB).
    pub(crate) fn push(&mut self, text: &str) -> bool {
        let Ok(end) = u32::try_from(self.buffer.len() + text.len()) else {
            return false;
        };
        self.buffer.push_str(text);
        self.ends.push(end);
        true
    }

    /// Allocates what so many texts of so many bytes in all need.
    pub(crate) fn reserve(&mut self, n: usize, bytes: usize) {
        self.buffer.reserve_exact(bytes);
        self.ends.reserve_exact(n);
    }

    /// Returns a text; an empty one where there is none.
    pub(crate) fn get(&self, i: u32) -> &str {
        let start = i
            .checked_sub(1)
            .map_or(0, |before| self.ends.get(at(before)).copied().unwrap_or(0));
        let end = self.ends.get(at(i)).copied().unwrap_or(start);
        self.buffer.get(at(start)..at(end)).unwrap_or_default()
    }

    /// Returns how many there are.
    pub(crate) fn len(&self) -> u32 {
        ordinal(self.ends.len())
    }

    /// Returns the place of a text; they must stand in ascending order.
    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle).cmp(text) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Gives back what is allocated and not used.
    pub(crate) fn shrink(&mut self) {
        self.buffer.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// Returns the bytes held.
    pub(crate) fn bytes(&self) -> usize {
        self.buffer.capacity() + self.ends.capacity() * 4
    }
}
