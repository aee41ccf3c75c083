//! Who has a value: sets of rows for the values of a column with few distinct ones.

use roaring::RoaringBitmap;

use super::Codes;
use crate::{bits::Bits, number::at};

/// Columns with more codes keep no sets.
const MAX_CODES: usize = 256;
/// Columns with fewer rows are scanned as quickly.
const MIN_ROWS: u32 = 4_096;
/// A set is sparse when at most one row in so many belongs to it.
const SPARSE: u64 = 32;

/// For each code the rows that have it; empty for a column with many values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Holders {
    sets: Vec<Set>,
    /// Rows without a value, as far as the column goes.
    pub(crate) n_absent: u32,
}

#[derive(Debug, Clone)]
enum Set {
    Sparse(RoaringBitmap),
    Dense(Bits),
}

impl Holders {
    /// Gathers the rows of each code.
    pub(crate) fn new(codes: &Codes, n_values: u32) -> Self {
        let n_codes = at(n_values) + 1;
        let mut n_absent = 0;
        if n_codes > MAX_CODES || codes.len() < MIN_ROWS {
            codes.each(|_, code| n_absent += u32::from(code == 0));
            return Self {
                sets: Vec::new(),
                n_absent,
            };
        }
        let mut counts = vec![0u64; n_codes];
        codes.each(|_, code| {
            n_absent += u32::from(code == 0);
            if let Some(count) = counts.get_mut(at(code)) {
                *count += 1;
            }
        });
        let n = codes.len();
        let mut sets: Vec<Set> = counts
            .iter()
            .map(|count| {
                if count * SPARSE <= u64::from(n) {
                    Set::Sparse(RoaringBitmap::new())
                } else {
                    Set::Dense(Bits::none(n))
                }
            })
            .collect();
        codes.each(|row, code| match sets.get_mut(at(code)) {
            Some(Set::Sparse(rows)) => {
                // Rows come in ascending order.
                let _ = rows.try_push(row);
            }
            Some(Set::Dense(rows)) => rows.insert(row),
            None => {}
        });
        Self { sets, n_absent }
    }

    /// Tells whether there are sets.
    pub(crate) fn are_kept(&self) -> bool {
        !self.sets.is_empty()
    }

    /// Returns the rows whose code is meant, of `n`; the rows beyond the column have code 0.
    pub(crate) fn gather(&self, meant: &[bool], n: u32) -> Bits {
        let mut bits = Bits::none(n);
        for (set, _) in self.sets.iter().zip(meant).filter(|(_, meant)| **meant) {
            match set {
                Set::Sparse(rows) => rows.iter().for_each(|row| bits.insert(row)),
                Set::Dense(rows) => bits.add(rows),
            }
        }
        bits
    }

    /// Returns the bytes held.
    pub(crate) fn bytes(&self) -> usize {
        let of = |set: &Set| match set {
            Set::Sparse(rows) => rows.serialized_size(),
            Set::Dense(rows) => rows.bytes(),
        };
        self.sets.iter().map(of).sum::<usize>() + self.sets.capacity() * size_of::<Set>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_the_rows_of_their_codes() {
        let raw: Vec<u32> = (0..10_000)
            .map(|row| if row % 100 == 0 { 2 } else { row % 2 })
            .collect();
        let codes = Codes::new(&raw, 2);
        let holders = Holders::new(&codes, 2);
        assert!(holders.are_kept());
        for code in 0..3u32 {
            let meant: Vec<bool> = (0..3).map(|other| other == code).collect();
            let rows: Vec<u32> = holders.gather(&meant, 10_050).iter().collect();
            let plain: Vec<u32> = (0..10_000).filter(|row| codes.get(*row) == code).collect();
            assert_eq!(rows, plain);
        }
        assert_eq!(holders.n_absent, 4_900);
        assert!(!Holders::new(&codes, 300).are_kept());
    }
}
