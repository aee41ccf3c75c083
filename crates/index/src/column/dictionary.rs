//! The distinct values of a column, sorted: first by type, then by value.

use crate::{
    number::{at, ordinal},
    texts::Texts,
    value::{ListRef, ValueRef},
};

/// Distinct values; their codes count from 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Dictionary {
    /// 1 when some value is of no testable type.
    pub(crate) n_other: u32,
    /// `false`, `true` or both.
    pub(crate) booleans: Vec<u8>,
    pub(crate) numbers: Vec<f64>,
    pub(crate) instants: Vec<i64>,
    pub(crate) texts: Texts,
    /// Where the elements of each list end.
    pub(crate) list_ends: Vec<u32>,
    /// Numbers of the elements' texts.
    pub(crate) elements: Vec<u32>,
    /// The elements' texts, in the order of their first use.
    pub(crate) element_texts: Texts,
}

impl Dictionary {
    /// Makes a dictionary of values that stand in ascending order, each once.
    pub(crate) fn new<'a>(sorted: impl Iterator<Item = ValueRef<'a>> + Clone) -> Self {
        let mut dictionary = Self::default();
        dictionary.make_room(sorted.clone());
        let mut known = hashbrown::HashMap::new();
        for value in sorted {
            match value {
                ValueRef::Other => dictionary.n_other = 1,
                ValueRef::Boolean(value) => dictionary.booleans.push(u8::from(value)),
                ValueRef::Number(value) => dictionary.numbers.push(value),
                ValueRef::Instant(value) => dictionary.instants.push(value),
                ValueRef::Text(text) => {
                    if !dictionary.texts.push(text) {
                        break;
                    }
                }
                ValueRef::List(list) => {
                    list.each(|text| {
                        let next = dictionary.element_texts.len();
                        let number = *known.entry(text.to_owned()).or_insert(next);
                        if number < next || dictionary.element_texts.push(text) {
                            dictionary.elements.push(number);
                        }
                    });
                    dictionary
                        .list_ends
                        .push(ordinal(dictionary.elements.len()));
                }
            }
        }
        dictionary.element_texts.shrink();
        dictionary
    }

    /// Allocates what the values need and no more: one that grows holds twice as much while it moves.
    fn make_room<'a>(&mut self, sorted: impl Iterator<Item = ValueRef<'a>>) {
        let (mut n_numbers, mut n_instants, mut n_texts, mut n_bytes) = (0, 0, 0, 0);
        for value in sorted {
            match value {
                ValueRef::Number(_) => n_numbers += 1,
                ValueRef::Instant(_) => n_instants += 1,
                ValueRef::Text(text) => {
                    n_texts += 1;
                    n_bytes += text.len();
                }
                ValueRef::Other | ValueRef::Boolean(_) | ValueRef::List(_) => {}
            }
        }
        self.numbers.reserve_exact(n_numbers);
        self.instants.reserve_exact(n_instants);
        self.texts.reserve(n_texts, n_bytes);
    }

    /// Returns the number of values.
    pub(crate) fn len(&self) -> u32 {
        self.n_other
            + ordinal(self.booleans.len() + self.numbers.len() + self.instants.len())
            + self.texts.len()
            + ordinal(self.list_ends.len())
    }

    /// Returns the value of a code; `None` for 0.
    pub(crate) fn value(&self, code: u32) -> Option<ValueRef<'_>> {
        let mut i = code.checked_sub(1)?;
        if i < self.n_other {
            return Some(ValueRef::Other);
        }
        i -= self.n_other;
        if let Some(value) = self.booleans.get(at(i)) {
            return Some(ValueRef::Boolean(*value != 0));
        }
        i -= ordinal(self.booleans.len());
        if let Some(value) = self.numbers.get(at(i)) {
            return Some(ValueRef::Number(*value));
        }
        i -= ordinal(self.numbers.len());
        if let Some(value) = self.instants.get(at(i)) {
            return Some(ValueRef::Instant(*value));
        }
        i -= ordinal(self.instants.len());
        if i < self.texts.len() {
            return Some(ValueRef::Text(self.texts.get(i)));
        }
        self.list(i - self.texts.len())
    }

    /// Returns the codes of the texts.
    pub(crate) fn text_codes(&self) -> std::ops::Range<u32> {
        let before = ordinal(self.booleans.len() + self.numbers.len() + self.instants.len());
        let first = 1 + self.n_other + before;
        first..first + self.texts.len()
    }

    fn list(&self, i: u32) -> Option<ValueRef<'_>> {
        let end = *self.list_ends.get(at(i))?;
        let start = i.checked_sub(1).map_or(0, |before| {
            self.list_ends.get(at(before)).copied().unwrap_or(0)
        });
        let elements = self.elements.get(at(start)..at(end)).unwrap_or_default();
        Some(ValueRef::List(ListRef::coded(
            &self.element_texts,
            elements,
        )))
    }

    /// Returns the code of a value; `None` when no row has it.
    pub(crate) fn code(&self, value: ValueRef<'_>) -> Option<u32> {
        if let ValueRef::Text(text) = value {
            let first = self.text_codes().start;
            return self.texts.find(text).map(|place| first + place);
        }
        let (mut low, mut high) = (1, self.len() + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.value(middle)?.order(&value) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Returns the bytes held.
    pub(crate) fn bytes(&self) -> usize {
        self.booleans.capacity()
            + self.numbers.capacity() * 8
            + self.instants.capacity() * 8
            + self.texts.bytes()
            + self.list_ends.capacity() * 4
            + self.elements.capacity() * 4
            + self.element_texts.bytes()
    }
}
