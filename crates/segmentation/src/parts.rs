//! How several rules overlap: how many people are in exactly these of them.

/// How many rules can be compared at once: four have fifteen parts, which is what one picture can show.
pub const MOST: usize = 4;

/// How many people are in each combination of some rules, and in no other of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// Counts by combination, of which bit `i` stands for rule `i`; the first, of nobody's rule, is 0.
    counts: Vec<i64>,
}

/// How two rules overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Overlap {
    /// In the first only.
    pub only_a: i64,
    /// In both.
    pub both: i64,
    /// In the second only.
    pub only_b: i64,
}

impl Parts {
    /// Makes them from the number of people in exactly each combination; what is not told of is empty.
    pub(crate) fn of_exact(n_rules: usize, exact: impl IntoIterator<Item = (usize, i64)>) -> Self {
        let mut counts = vec![0; 1 << n_rules];
        for (set, n) in exact {
            if let Some(count) = counts.get_mut(set).filter(|_| set > 0) {
                *count = n;
            }
        }
        Self { counts }
    }

    /// Makes them from the number of people in all rules of each combination, whatever else they are in.
    ///
    /// Who is in more is taken off, one rule after the other (Moebius inversion over supersets).
    pub(crate) fn of_intersections(n_rules: usize, within: impl Fn(usize) -> i64) -> Self {
        let n_sets = 1 << n_rules;
        let mut counts: Vec<i64> = (0..n_sets)
            .map(|set| if set == 0 { 0 } else { within(set) })
            .collect();
        for rule in 0..n_rules {
            for set in 1..n_sets {
                let wider = counts.get(set | (1 << rule)).copied().unwrap_or(0);
                if set & (1 << rule) == 0
                    && let Some(count) = counts.get_mut(set)
                {
                    *count -= wider;
                }
            }
        }
        Self { counts }
    }

    /// Returns each combination, as the numbers of its rules, with the people who are in exactly these.
    pub fn iter(&self) -> impl Iterator<Item = (Vec<usize>, i64)> + '_ {
        let rules = |set: usize| (0..MOST).filter(|rule| set & (1 << rule) != 0).collect();
        let counts = self.counts.iter().enumerate().skip(1);
        counts.map(move |(set, n)| (rules(set), *n))
    }

    /// Returns the parts of two rules.
    pub fn pair(&self) -> Overlap {
        let count = |set: usize| self.counts.get(set).copied().unwrap_or(0);
        Overlap {
            only_a: count(0b01),
            both: count(0b11),
            only_b: count(0b10),
        }
    }
}

impl Overlap {
    /// Returns the share of all who are in either that are in both (Jaccard's index), from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "counts of people")]
    pub fn likeness(&self) -> f64 {
        let either = self.only_a + self.both + self.only_b;
        if either > 0 {
            self.both as f64 / either as f64
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_counting_tell_the_same_parts() {
        // Everyone's combination of four rules, some of them of none.
        let people = [1, 1, 3, 7, 15, 15, 8, 0, 0, 5, 12, 12, 2];
        let count = |is_in: &dyn Fn(usize) -> bool| {
            i64::try_from(people.iter().filter(|set| is_in(**set)).count()).unwrap()
        };
        let exact = Parts::of_exact(4, (1..16).map(|set| (set, count(&|one| one == set))));
        let within = Parts::of_intersections(4, |set| count(&|one| one & set == set));
        assert_eq!(exact, within);
        let all: i64 = exact.iter().map(|(_, n)| n).sum();
        assert_eq!(all, 11);
        assert_eq!(exact.iter().nth(11), Some((vec![2, 3], 2)));
    }

    #[test]
    fn two_rules_are_a_pair() {
        let parts = Parts::of_exact(2, [(1, 5), (3, 2), (0, 99)]);
        let expected = Overlap {
            only_a: 5,
            both: 2,
            only_b: 0,
        };
        assert_eq!(parts.pair(), expected);
        assert!((expected.likeness() - 2.0 / 7.0).abs() < 1e-12);
    }
}
