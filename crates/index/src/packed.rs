//! A column of whole numbers that may be absent, as narrow as its values allow.

use std::ops::Range;

use crate::number::{at, ordinal};

/// Absent, in the widest form. The smallest number of all can not be told from it and is moved up by one.
const ABSENT: i64 = i64::MIN;

/// Numbers or their absence, one a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Packed {
    /// All rows alike; most columns of most events.
    Same { n: u32, value: Option<i64> },
    /// Differences to the smallest; the largest byte is absent.
    Narrow8 { base: i64, data: Vec<u8> },
    /// The same in two bytes.
    Narrow16 { base: i64, data: Vec<u16> },
    /// The same in four bytes.
    Narrow32 { base: i64, data: Vec<u32> },
    /// As they are.
    Wide { data: Vec<i64> },
    /// Few have one: their rows, ascending, and the values.
    Sparse {
        n: u32,
        rows: Vec<u32>,
        values: Vec<i64>,
    },
}

impl Default for Packed {
    fn default() -> Self {
        Self::Same { n: 0, value: None }
    }
}

impl Packed {
    /// Packs a column.
    pub(crate) fn new(values: &[Option<i64>]) -> Self {
        let n = ordinal(values.len());
        let present = values.iter().flatten().count();
        let first = values.first().copied().flatten();
        if values.iter().all(|value| *value == first) {
            return Self::Same { n, value: first };
        }
        let low = values.iter().flatten().min().copied().unwrap_or(0);
        let high = values.iter().flatten().max().copied().unwrap_or(0);
        let span = high.abs_diff(low);
        let width = match span {
            0..0xff => 1,
            0xff..0xffff => 2,
            0xffff..0xffff_ffff => 4,
            _ => 8,
        };
        if present * 12 < values.len() * width {
            return Self::sparse(n, values);
        }
        let differences = values
            .iter()
            .map(|value| value.map(|value| value.abs_diff(low)));
        match width {
            1 => Self::Narrow8 {
                base: low,
                data: differences.map(narrow).collect(),
            },
            2 => Self::Narrow16 {
                base: low,
                data: differences.map(narrow).collect(),
            },
            4 => Self::Narrow32 {
                base: low,
                data: differences.map(narrow).collect(),
            },
            _ => Self::Wide {
                data: values
                    .iter()
                    .map(|value| value.map_or(ABSENT, |value| value.max(ABSENT + 1)))
                    .collect(),
            },
        }
    }

    fn sparse(n: u32, values: &[Option<i64>]) -> Self {
        let present = values
            .iter()
            .enumerate()
            .filter_map(|(row, value)| value.map(|value| (ordinal(row), value)));
        let (rows, values) = present.unzip();
        Self::Sparse { n, rows, values }
    }

    /// Returns the value of a row.
    pub(crate) fn get(&self, row: u32) -> Option<i64> {
        match self {
            Self::Same { value, .. } => *value,
            Self::Narrow8 { base, data } => widen(*base, data.get(at(row)).copied()?),
            Self::Narrow16 { base, data } => widen(*base, data.get(at(row)).copied()?),
            Self::Narrow32 { base, data } => widen(*base, data.get(at(row)).copied()?),
            Self::Wide { data } => data.get(at(row)).copied().filter(|value| *value != ABSENT),
            Self::Sparse { rows, values, .. } => rows
                .binary_search(&row)
                .ok()
                .and_then(|place| values.get(place).copied()),
        }
    }

    /// Calls `visit` with each value of some rows, in order.
    pub(crate) fn each(&self, rows: Range<u32>, mut visit: impl FnMut(Option<i64>)) {
        let range = at(rows.start)..at(rows.end);
        match self {
            Self::Same { value, .. } => rows.for_each(|_| visit(*value)),
            Self::Narrow8 { base, data } => visit_all(data.get(range), *base, visit),
            Self::Narrow16 { base, data } => visit_all(data.get(range), *base, visit),
            Self::Narrow32 { base, data } => visit_all(data.get(range), *base, visit),
            Self::Wide { data } => {
                for &value in data.get(range).unwrap_or_default() {
                    visit((value != ABSENT).then_some(value));
                }
            }
            Self::Sparse {
                rows: present,
                values,
                ..
            } => {
                let mut next = present.partition_point(|row| *row < rows.start);
                for row in rows {
                    let is_here = present.get(next) == Some(&row);
                    visit(if is_here {
                        values.get(next).copied()
                    } else {
                        None
                    });
                    next += usize::from(is_here);
                }
            }
        }
    }

    /// Calls `visit` with each value of some rows and what stands beside it.
    pub(crate) fn each_with<T>(
        &self,
        rows: Range<u32>,
        beside: &[T],
        mut visit: impl FnMut(&T, Option<i64>),
    ) {
        let mut beside = beside.iter();
        self.each(rows, |value| {
            if let Some(beside) = beside.next() {
                visit(beside, value);
            }
        });
    }

    /// Clears the bits of rows whose value does not pass; bit 0 is the first row of the range.
    pub(crate) fn sift(
        &self,
        rows: Range<u32>,
        selected: &mut [u64],
        passes: impl Fn(Option<i64>) -> bool,
    ) {
        if let Self::Same { value, .. } = self {
            if !passes(*value) {
                selected.fill(0);
            }
            return;
        }
        let mut words = selected.iter_mut();
        let (mut word, mut n) = (0u64, 0u32);
        self.each(rows, |value| {
            word |= u64::from(passes(value)) << n;
            n += 1;
            if n == 64 {
                if let Some(selected) = words.next() {
                    *selected &= word;
                }
                (word, n) = (0, 0);
            }
        });
        if n > 0
            && let Some(selected) = words.next()
        {
            *selected &= word;
        }
    }

    /// Returns the bytes held.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Same { .. } => 0,
            Self::Narrow8 { data, .. } => data.len(),
            Self::Narrow16 { data, .. } => data.len() * 2,
            Self::Narrow32 { data, .. } => data.len() * 4,
            Self::Wide { data } => data.len() * 8,
            Self::Sparse { rows, .. } => rows.len() * 12,
        }
    }

    /// Returns the number of rows.
    pub(crate) fn len(&self) -> u32 {
        match self {
            Self::Same { n, .. } | Self::Sparse { n, .. } => *n,
            Self::Narrow8 { data, .. } => ordinal(data.len()),
            Self::Narrow16 { data, .. } => ordinal(data.len()),
            Self::Narrow32 { data, .. } => ordinal(data.len()),
            Self::Wide { data } => ordinal(data.len()),
        }
    }
}

/// A width in which differences are kept; its largest value says "absent".
trait Narrow: Copy + Eq + TryFrom<u64> + Into<i64> {
    const ABSENT: Self;
}
impl Narrow for u8 {
    const ABSENT: Self = Self::MAX;
}
impl Narrow for u16 {
    const ABSENT: Self = Self::MAX;
}
impl Narrow for u32 {
    const ABSENT: Self = Self::MAX;
}

fn narrow<N: Narrow>(difference: Option<u64>) -> N {
    difference
        .and_then(|difference| N::try_from(difference).ok())
        .unwrap_or(N::ABSENT)
}

fn widen<N: Narrow>(base: i64, difference: N) -> Option<i64> {
    // The sum is one of the numbers that were packed, so it can not overflow.
    (difference != N::ABSENT).then(|| base.wrapping_add(difference.into()))
}

fn visit_all<N: Narrow>(data: Option<&[N]>, base: i64, mut visit: impl FnMut(Option<i64>)) {
    for &difference in data.unwrap_or_default() {
        visit(widen(base, difference));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn columns() -> impl Strategy<Value = Vec<Option<i64>>> {
        let spread = prop_oneof![
            Just(0i64),
            Just(200),
            Just(60_000),
            Just(4_000_000_000),
            Just(i64::MAX / 2)
        ];
        (spread, -5i64..5, 1u8..100).prop_flat_map(|(spread, base, share)| {
            let value = (base..=base + spread).prop_map(Some);
            proptest::collection::vec(
                prop_oneof![u32::from(share) => value, 100 - u32::from(share) => Just(None)],
                0..200,
            )
        })
    }

    proptest! {
        #[test]
        fn every_value_reads_back_in_every_width(values in columns()) {
            let packed = Packed::new(&values);
            let n = ordinal(values.len());
            prop_assert_eq!(packed.len(), n);
            let read: Vec<_> = (0..n).map(|row| packed.get(row)).collect();
            prop_assert_eq!(&read, &values);
            let mut seen = Vec::new();
            packed.each(0..n, |value| seen.push(value));
            prop_assert_eq!(&seen, &values);
            let passes = |value: Option<i64>| value.is_some_and(|value| value % 2 == 0);
            let mut selected = vec![u64::MAX; values.len().div_ceil(64)];
            packed.sift(0..n, &mut selected, passes);
            for (row, value) in values.iter().enumerate() {
                prop_assert_eq!(selected[row / 64] >> (row % 64) & 1 == 1, passes(*value));
            }
        }
    }

    #[test]
    fn the_narrowest_form_is_taken() {
        let size = |values: &[Option<i64>]| Packed::new(values).bytes();
        assert_eq!(size(&[None; 100]), 0);
        assert_eq!(size(&[Some(7); 100]), 0);
        let near: Vec<_> = (0..100).map(|i| Some(1_000_000_000_000 + i)).collect();
        assert_eq!(size(&near), 100);
        let mut rare = vec![None; 1_000];
        rare[17] = Some(i64::MAX);
        assert_eq!(size(&rare), 12);
    }
}
