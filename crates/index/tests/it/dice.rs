//! Chance that can be repeated.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    str::FromStr,
};

/// A small generator of random numbers (`SplitMix64`).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: i64) -> i64 {
        i64::try_from(self.next() % n.unsigned_abs()).unwrap()
    }

    pub(crate) fn one_in(&mut self, n: i64) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[usize::try_from(self.below(i64::try_from(all.len()).unwrap())).unwrap()]
    }

    pub(crate) fn shuffle<T>(&mut self, all: &mut [T]) {
        for i in (1..all.len()).rev() {
            let j = usize::try_from(self.below(i64::try_from(i + 1).unwrap())).unwrap();
            all.swap(i, j);
        }
    }
}

/// Reads what the environment asks for.
#[expect(
    clippy::disallowed_methods,
    reason = "the long form is asked for in the environment"
)]
pub(crate) fn asked<T: FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

/// The seed that was asked for, else a new one.
pub(crate) fn seed() -> u64 {
    asked("ENISHI_INDEX_SEED").unwrap_or_else(|| RandomState::new().build_hasher().finish())
}
