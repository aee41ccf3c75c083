//! Where groups begin: pure functions on values.

use crate::language::{Basis, Cut};

/// How good a buyer is, and who: equal values stand in the order of their ids.
pub(crate) type Merit = (i64, i64);

/// Where each group but the first begins, ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limits(Vec<Merit>);

impl Limits {
    /// Cuts buyers into groups; their order is lost.
    pub(crate) fn of(cut: &Cut, by: Basis, merits: &mut [Merit]) -> Self {
        Self(match cut {
            Cut::Breaks(breaks) => fixed(breaks, by),
            // Of nobody there are no groups, and nobody asks.
            _ if merits.is_empty() => Vec::new(),
            Cut::EqualCounts(n) => equal_counts(*n, merits),
            Cut::EqualValues(n) => equal_values(*n, by, merits),
            Cut::EqualRanks(n) => equal_ranks(*n, merits),
        })
    }

    /// Returns a buyer's score: 1 is the worst group.
    pub(crate) fn score(&self, merit: Merit) -> u32 {
        let above = self.0.partition_point(|limit| *limit <= merit);
        u32::try_from(above).unwrap_or(u32::MAX).saturating_add(1)
    }
}

/// A value that anybody who has it reaches, whatever the id.
const fn from_value(value: i64) -> Merit {
    (value, i64::MIN)
}

/// A value on a break belongs to the better side: `days ≤ break`, `orders ≥ break`.
fn fixed(breaks: &[i64], by: Basis) -> Vec<Merit> {
    match by {
        Basis::Recency => breaks
            .iter()
            .rev()
            .map(|days| from_value(days.saturating_neg()))
            .collect(),
        Basis::Frequency | Basis::Monetary => breaks.iter().copied().map(from_value).collect(),
    }
}

/// Returns the merit of each rank; ranks ascend. Each look narrows what the next has to sort.
fn at_ranks(ranks: &[usize], merits: &mut [Merit]) -> Vec<Merit> {
    let mut found = Vec::with_capacity(ranks.len());
    let mut rest = merits;
    for rank in ranks.iter().rev() {
        if *rank >= rest.len() {
            // A rank that was asked for before, or beyond the last.
            found.push(found.last().copied().unwrap_or((i64::MAX, i64::MAX)));
            continue;
        }
        let (below, merit, _) = rest.select_nth_unstable(*rank);
        found.push(*merit);
        rest = below;
    }
    found.reverse();
    found
}

/// `NTILE`: the first `len mod n` groups, the worst, have one more.
fn equal_counts(n: u32, merits: &mut [Merit]) -> Vec<Merit> {
    let (len, n) = (merits.len(), n as usize);
    let start = |group: usize| group * (len / n) + group.min(len % n);
    let ranks: Vec<usize> = (1..n).map(start).collect();
    at_ranks(&ranks, merits)
}

/// Quantiles of type 7, `x[lo] + (x[lo + 1] − x[lo]) × rest / n` with `(len − 1) × k = lo × n + rest`.
///
/// Groups are closed towards the greater number, as `qcut` has them: of orders and money a value on a break
/// belongs to the group below, of days to the better one.
fn equal_values(n: u32, by: Basis, merits: &mut [Merit]) -> Vec<Merit> {
    let (last, parts) = (merits.len() - 1, n as usize);
    let places = (1..parts).map(|k| (last * k / parts, last * k % parts));
    let places: Vec<(usize, usize)> = places.collect();
    let ranks: Vec<usize> = places.iter().map(|(low, _)| *low).collect();
    let mut above: Vec<usize> = ranks.iter().map(|low| (low + 1).min(last)).collect();
    let mut all = ranks.clone();
    all.append(&mut above.clone());
    all.sort_unstable();
    all.dedup();
    let found = at_ranks(&all, merits);
    let value = |rank: usize| {
        let place = all.binary_search(&rank).unwrap_or(0);
        found.get(place).map_or(0, |merit| merit.0)
    };
    let parts = i128::from(n);
    let limits = places
        .iter()
        .zip(above.drain(..))
        .map(|((low, rest), high)| {
            let (low, high) = (i128::from(value(*low)), i128::from(value(high)));
            // The quantile, times the number of groups: whole numbers keep it exact.
            let quantile =
                low * parts + (high - low) * i128::from(u32::try_from(*rest).unwrap_or(0));
            let floor = quantile.div_euclid(parts);
            let first = match by {
                Basis::Recency if quantile.rem_euclid(parts) == 0 => floor,
                Basis::Recency | Basis::Frequency | Basis::Monetary => floor + 1,
            };
            from_value(i64::try_from(first).unwrap_or(i64::MAX))
        });
    limits.collect()
}

/// The group of a value is `⌈n × middle rank / len⌉`, equal values sharing the middle of their ranks.
fn equal_ranks(n: u32, merits: &mut [Merit]) -> Vec<Merit> {
    merits.sort_unstable();
    let (len, n) = (merits.len(), n as usize);
    let mut limits = Vec::with_capacity(n - 1);
    let mut start = 0;
    for run in merits.chunk_by(|a, b| a.0 == b.0) {
        // Twice the middle rank: the first rank plus the last.
        let middle = (start + 1) + (start + run.len());
        let score = (n * middle).div_ceil(2 * len);
        let value = run.first().map_or(0, |merit| merit.0);
        while limits.len() + 1 < score {
            limits.push(from_value(value));
        }
        start += run.len();
    }
    limits.resize(n - 1, (i64::MAX, i64::MAX));
    limits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(cut: &Cut, by: Basis, values: &[i64]) -> Vec<u32> {
        let merits: Vec<Merit> = values.iter().copied().zip(1..).collect();
        let limits = Limits::of(cut, by, &mut merits.clone());
        merits
            .into_iter()
            .map(|merit| limits.score(merit))
            .collect()
    }

    #[test]
    fn equal_counts_give_the_remainder_to_the_worst_and_break_ties_by_id() {
        let cut = Cut::EqualCounts(3);
        assert_eq!(
            scores(&cut, Basis::Frequency, &[5, 5, 5, 5, 5]),
            [1, 1, 2, 2, 3]
        );
        assert_eq!(scores(&cut, Basis::Frequency, &[9, 1, 7, 3]), [3, 1, 2, 1]);
        assert_eq!(
            scores(&cut, Basis::Frequency, &[4, 3]),
            [2, 1],
            "fewer than groups"
        );
        assert_eq!(scores(&cut, Basis::Frequency, &[]), [0; 0]);
    }

    #[test]
    fn equal_values_are_closed_towards_the_greater_number() {
        // Quantiles of 1 2 3 4 5 at thirds are 7/3 and 11/3.
        let cut = Cut::EqualValues(3);
        assert_eq!(
            scores(&cut, Basis::Monetary, &[1, 2, 3, 4, 5]),
            [1, 1, 2, 3, 3]
        );
        // The median of 1 2 3 is 2 and lies in the lower half; of days the lower half is the better.
        let halves = Cut::EqualValues(2);
        assert_eq!(scores(&halves, Basis::Monetary, &[1, 2, 3]), [1, 1, 2]);
        assert_eq!(scores(&halves, Basis::Recency, &[-1, -2, -3]), [2, 2, 1]);
        assert_eq!(scores(&halves, Basis::Monetary, &[7, 7, 7, 7]), [1; 4]);
        assert_eq!(
            scores(&halves, Basis::Monetary, &[i64::MIN, i64::MAX]),
            [1, 2],
            "no overflow"
        );
    }

    #[test]
    fn equal_ranks_share_the_middle() {
        let cut = Cut::EqualRanks(5);
        assert_eq!(scores(&cut, Basis::Frequency, &[1, 1, 1, 1, 1]), [3; 5]);
        assert_eq!(
            scores(&cut, Basis::Frequency, &[1, 1, 1, 1, 9]),
            [3, 3, 3, 3, 5]
        );
        assert_eq!(scores(&cut, Basis::Frequency, &[2]), [5], "⌈5 × 1 / 1⌉");
    }

    #[test]
    fn a_fixed_break_belongs_to_the_better_side() {
        let cut = Cut::Breaks(vec![30, 90]);
        assert_eq!(
            scores(&cut, Basis::Recency, &[0, -30, -31, -90, -91]),
            [3, 3, 2, 2, 1]
        );
        assert_eq!(
            scores(&cut, Basis::Monetary, &[-5, 29, 30, 89, 90]),
            [1, 1, 2, 2, 3]
        );
    }
}
