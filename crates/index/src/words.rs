//! What numbers stand for: products, categories, campaigns, event names.

use hashbrown::{HashMap, HashSet};

use crate::{
    change::{Term, TermKind},
    memory::TEXT,
};

/// The codes and words of a workspace. Codes are given once and never again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    pub(crate) products: Codebook,
    pub(crate) categories: Codebook,
    pub(crate) campaigns: Codebook,
    terms: HashMap<i64, Term>,
    below: HashMap<i64, Vec<i64>>,
    names: HashMap<Box<str>, i32>,
}

/// Numbers and their codes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Codebook {
    numbers: Vec<i64>,
    codes: HashMap<i64, u32>,
}

impl Codebook {
    /// Returns the code of a number, a new one if need be.
    pub(crate) fn code(&mut self, number: i64) -> u32 {
        let next = crate::number::ordinal(self.numbers.len());
        let code = *self.codes.entry(number).or_insert(next);
        if code == next {
            self.numbers.push(number);
        }
        code
    }

    pub(crate) fn find(&self, number: i64) -> Option<u32> {
        self.codes.get(&number).copied()
    }

    pub(crate) fn number(&self, code: i64) -> Option<i64> {
        let place = usize::try_from(code).ok()?;
        self.numbers.get(place).copied()
    }

    pub(crate) fn numbers(&self) -> &[i64] {
        &self.numbers
    }

    /// Gives numbers their places as codes.
    pub(crate) fn from_numbers(numbers: Vec<i64>) -> Self {
        let codes = numbers.iter().copied().zip(0..).collect();
        Self { numbers, codes }
    }

    fn bytes(&self) -> usize {
        self.numbers.capacity() * 8 + self.codes.allocation_size()
    }
}

impl Words {
    /// Takes in a term; tells whether it was new or other than known.
    pub(crate) fn learn(&mut self, term: &Term) {
        let before = self.terms.insert(term.id, term.clone());
        if term.kind != TermKind::Category {
            return;
        }
        if let Some(above) = before.and_then(|before| before.parent)
            && let Some(below) = self.below.get_mut(&above)
        {
            below.retain(|id| *id != term.id);
        }
        if let Some(above) = term.parent {
            self.below.entry(above).or_default().push(term.id);
        }
    }

    pub(crate) fn term(&self, id: i64) -> Option<&Term> {
        self.terms.get(&id)
    }

    pub(crate) fn terms(&self) -> impl Iterator<Item = &Term> {
        self.terms.values()
    }

    /// Returns categories with everything below them; a circle ends where it began.
    pub(crate) fn with_below(&self, categories: &[i64]) -> Vec<i64> {
        let mut found: HashSet<i64> = HashSet::new();
        let mut waiting = categories.to_vec();
        while let Some(id) = waiting.pop() {
            if found.insert(id) {
                waiting.extend(self.below.get(&id).into_iter().flatten());
            }
        }
        let mut found: Vec<i64> = found.into_iter().collect();
        found.sort_unstable();
        found
    }

    pub(crate) fn call(&mut self, id: i32, name: &str) {
        self.names.insert(name.into(), id);
    }

    pub(crate) fn name(&self, name: &str) -> Option<i32> {
        self.names.get(name).copied()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, i32)> {
        self.names.iter().map(|(name, id)| (name.as_ref(), *id))
    }

    /// Returns the bytes held.
    pub(crate) fn bytes(&self) -> usize {
        self.products.bytes()
            + self.categories.bytes()
            + self.campaigns.bytes()
            + self.terms.allocation_size()
            + self.below.allocation_size()
            + self.names.allocation_size()
            + (self.terms.len() * 2 + self.names.len()) * TEXT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_stands_for_everything_below_it_wherever_it_hangs_now() {
        let mut words = Words::default();
        let category = |id, parent| Term {
            id,
            kind: TermKind::Category,
            value: "x".into(),
            parent,
        };
        for (id, parent) in [
            (1, None),
            (2, Some(1)),
            (3, Some(2)),
            (4, Some(1)),
            (9, None),
        ] {
            words.learn(&category(id, parent));
        }
        assert_eq!(words.with_below(&[2, 9]), [2, 3, 9]);
        words.learn(&category(3, Some(9)));
        assert_eq!(words.with_below(&[1]), [1, 2, 4]);
        words.learn(&category(1, Some(4)));
        assert_eq!(words.with_below(&[1]), [1, 2, 4], "a circle ends");
    }
}
