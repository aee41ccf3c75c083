//! Tests of the customers' own numbers.

use rayon::prelude::*;

use crate::{
    answer::Answer,
    bits::Bits,
    number::{BLOCK, ordinal},
    view::View,
};

impl View {
    /// Tests each customer's number, as SQL knows it; nobody is unknown.
    pub fn judge_profiles(&self, holds: impl Fn(i64) -> bool + Sync) -> Answer {
        let n = self.n_ordinals();
        let mut certain = Bits::none(n);
        certain.fill(|words| {
            words
                .par_chunks_mut(BLOCK / 64)
                .enumerate()
                .for_each(|(block, words)| {
                    let first = ordinal(block * BLOCK);
                    for (i, word) in words.iter_mut().enumerate() {
                        for bit in 0..64 {
                            let person = first + ordinal(i * 64) + bit;
                            let is_in = self.profile(person).is_some_and(&holds);
                            *word |= u64::from(is_in) << bit;
                        }
                    }
                });
        });
        Answer::known(certain)
    }
}
