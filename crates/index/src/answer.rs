//! What a condition says of everybody: true, false or unknown.

use crate::bits::Bits;

/// For each ordinal true, false or unknown, in Kleene's logic: those for whom it certainly holds, and
/// those for whom it possibly does. The first are among the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    certain: Bits,
    /// `None` where nothing is unknown: the same as `certain`.
    possible: Option<Bits>,
}

impl Answer {
    /// An answer that is known of everybody.
    pub const fn known(holds: Bits) -> Self {
        Self {
            certain: holds,
            possible: None,
        }
    }

    /// An answer with doubts; `certain` must be among `possible`.
    pub fn doubtful(certain: Bits, possible: Bits) -> Self {
        let possible = (certain != possible).then_some(possible);
        Self { certain, possible }
    }

    /// True or false of everybody.
    pub fn everybody(n: u32, holds: bool) -> Self {
        Self::known(if holds { Bits::all(n) } else { Bits::none(n) })
    }

    /// Returns those for whom it certainly holds.
    pub const fn certain(&self) -> &Bits {
        &self.certain
    }

    /// Returns those for whom it holds or is unknown.
    pub fn possible(&self) -> &Bits {
        self.possible.as_ref().unwrap_or(&self.certain)
    }

    /// Takes those for whom it certainly holds.
    pub fn into_certain(self) -> Bits {
        self.certain
    }

    /// Tells what it says of one; `None` is unknown.
    pub fn of(&self, ordinal: u32) -> Option<bool> {
        if self.certain.contains(ordinal) {
            Some(true)
        } else if self.possible().contains(ordinal) {
            None
        } else {
            Some(false)
        }
    }

    /// True where both are, false where one is.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        if self.possible.is_some() || other.possible.is_some() {
            let mut possible = self.possible.take().unwrap_or_else(|| self.certain.clone());
            possible.keep(other.possible());
            self.possible = Some(possible);
        }
        self.certain.keep(&other.certain);
        self
    }

    /// True where one is, false where both are.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        if self.possible.is_some() || other.possible.is_some() {
            let mut possible = self.possible.take().unwrap_or_else(|| self.certain.clone());
            possible.add(other.possible());
            self.possible = Some(possible);
        }
        self.certain.add(&other.certain);
        self
    }

    /// True where this is false; what is unknown stays so.
    #[must_use]
    #[expect(
        clippy::should_implement_trait,
        reason = "stands beside `and` and `or`, which are no operators either"
    )]
    pub fn not(self) -> Self {
        let Self {
            mut certain,
            possible,
        } = self;
        certain.invert();
        let Some(mut possible) = possible else {
            return Self::known(certain);
        };
        possible.invert();
        Self {
            certain: possible,
            possible: Some(certain),
        }
    }

    /// Makes unknown false: who is not certainly in is out.
    #[must_use]
    pub fn settled(self) -> Self {
        Self::known(self.certain)
    }

    /// Returns the bytes held.
    pub fn bytes(&self) -> usize {
        self.certain.bytes() + self.possible.as_ref().map_or(0, Bits::bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: [Option<bool>; 3] = [Some(true), Some(false), None];

    /// Asks about nine people, one for each pair of truths.
    fn pair() -> (Answer, Answer) {
        let answer = |truth: &dyn Fn(usize) -> Option<bool>| {
            let (mut certain, mut possible) = (Bits::none(9), Bits::none(9));
            for i in 0..9u32 {
                certain.put(i, truth(i as usize) == Some(true));
                possible.put(i, truth(i as usize) != Some(false));
            }
            Answer::doubtful(certain, possible)
        };
        (answer(&|i| THREE[i / 3]), answer(&|i| THREE[i % 3]))
    }

    #[test]
    fn the_tables_of_the_language_hold() {
        let (a, b) = pair();
        let (and, or, not) = (a.clone().and(&b), a.clone().or(&b), a.clone().not());
        for i in 0..9u32 {
            let (a, b) = (a.of(i), b.of(i));
            let least = match (a, b) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (None, _) | (_, None) => None,
                _ => Some(true),
            };
            let most = match (a, b) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (None, _) | (_, None) => None,
                _ => Some(false),
            };
            assert_eq!(and.of(i), least);
            assert_eq!(or.of(i), most);
            assert_eq!(not.of(i), a.map(|truth| !truth));
        }
        assert_eq!(and.settled().possible().count(), 1);
    }
}
