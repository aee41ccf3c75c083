//! A share of the customers that stays the same: for tests of campaigns and for control groups.

use serde::{Deserialize, Serialize};

/// A stretch of the hundred per cent into which customers fall by chance, but always alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Another salt deals the customers out anew.
    pub salt: String,
    /// The first per cent that belongs to it; two decimals.
    pub from: f64,
    /// The first that does not.
    pub until: f64,
}

/// How many hundredths of a per cent there are.
const PARTS: i64 = 10_000;

/// A prime below 2³¹: products of two remainders stay below 2⁶², whole numbers of both databases. One less than it has
/// no factor 5, so that the fifth power takes every remainder to another one.
const PRIME: i64 = 2_147_483_647;

/// What a salt makes of a customer's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dealer {
    factor: i64,
    summand: i64,
}

impl Share {
    /// Returns the first part inside and the first outside.
    pub(crate) fn parts(&self) -> (i64, i64) {
        (part(self.from), part(self.until))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a per cent is 0 to 100 by the check"
)]
fn part(per_cent: f64) -> i64 {
    (per_cent * 100.0).round() as i64
}

impl Dealer {
    /// Derives the two numbers of a salt: FNV-1a of its bytes, mixed by the finisher of `SplitMix64`.
    pub(crate) fn new(salt: &str) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in salt.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        let prime = PRIME.cast_unsigned();
        let (first, second) = (mixed(hash), mixed(hash.wrapping_add(0x9e37_79b9_7f4a_7c15)));
        Self {
            factor: (1 + first % (prime - 1)).cast_signed(),
            summand: (second % prime).cast_signed(),
        }
    }

    /// Returns the part of a customer, 0 to 9,999.
    pub(crate) fn part(self, profile: i64) -> i64 {
        let folded = (profile.rem_euclid(PRIME) + profile.div_euclid(PRIME).rem_euclid(PRIME) * 3)
            .rem_euclid(PRIME);
        let first = (folded * self.factor + self.summand) % PRIME;
        let square = first * first % PRIME;
        let fifth = square * square % PRIME * first % PRIME;
        fifth * PARTS / PRIME
    }

    /// Returns the same as an expression of SQL. Profiles have numbers from 0 on.
    pub(crate) fn part_sql(self, profile: &str) -> String {
        let Self { factor, summand } = self;
        let folded =
            format!("(({profile} % {PRIME} + {profile} / {PRIME} % {PRIME} * 3) % {PRIME})");
        let first = format!("(({folded} * {factor} + {summand}) % {PRIME})");
        let square = format!("({first} * {first} % {PRIME})");
        format!("({square} * {square} % {PRIME} * {first} % {PRIME} * {PARTS} / {PRIME})")
    }
}

const fn mixed(mut n: u64) -> u64 {
    n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers as the server gives them: time in the high bits, a sequence in the low ones.
    fn profiles() -> impl Iterator<Item = i64> {
        (0..200_000_i64).map(|n| ((1_700_000_000_000 + n * 37) << 20) | (n % 7))
    }

    #[test]
    fn parts_are_about_equal_and_salts_deal_independently() {
        let (a, b) = (Dealer::new("summer"), Dealer::new("autumn"));
        let mut both = [[0_i32; 10]; 10];
        for profile in profiles() {
            let part = |dealer: Dealer| usize::try_from(dealer.part(profile) / 1_000).unwrap();
            both[part(a)][part(b)] += 1;
        }
        // 2,000 expected in each of a hundred cells, with a deviation of 45.
        for count in both.iter().flatten() {
            assert!((1_780..2_220).contains(count), "{both:?}");
        }
    }

    #[test]
    fn the_parts_are_these_for_ever() {
        let dealer = Dealer::new("夏のテスト");
        let found: Vec<i64> = [0, 1, 2, 1_000, i64::MAX]
            .map(|id| dealer.part(id))
            .to_vec();
        assert_eq!(found, [8_746, 4_808, 4_368, 9_120, 5_716]);
    }
}
