//! Codes of a dictionary, as narrow as their number allows.

use crate::number::{at, ordinal};

/// One code a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Codes {
    /// Up to 255 values.
    Narrow8(Vec<u8>),
    /// Up to 65,535.
    Narrow16(Vec<u16>),
    /// More.
    Wide(Vec<u32>),
}

impl Codes {
    /// Packs codes of which the largest is given.
    pub(crate) fn new(codes: &[u32], largest: u32) -> Self {
        if u8::try_from(largest).is_ok() {
            Self::Narrow8(codes.iter().map(|code| narrow(*code)).collect())
        } else if u16::try_from(largest).is_ok() {
            Self::Narrow16(codes.iter().map(|code| narrow(*code)).collect())
        } else {
            Self::Wide(codes.to_vec())
        }
    }

    /// Returns the code of a row; 0 beyond the last.
    pub(crate) fn get(&self, row: u32) -> u32 {
        let row = at(row);
        match self {
            Self::Narrow8(codes) => codes.get(row).copied().map_or(0, u32::from),
            Self::Narrow16(codes) => codes.get(row).copied().map_or(0, u32::from),
            Self::Wide(codes) => codes.get(row).copied().unwrap_or(0),
        }
    }

    /// Calls `visit` with every row and its code.
    pub(crate) fn each(&self, visit: impl FnMut(u32, u32)) {
        match self {
            Self::Narrow8(codes) => each(codes, visit),
            Self::Narrow16(codes) => each(codes, visit),
            Self::Wide(codes) => each(codes, visit),
        }
    }

    /// Returns the number of rows.
    pub(crate) fn len(&self) -> u32 {
        match self {
            Self::Narrow8(codes) => ordinal(codes.len()),
            Self::Narrow16(codes) => ordinal(codes.len()),
            Self::Wide(codes) => ordinal(codes.len()),
        }
    }

    /// Returns the bytes held.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Narrow8(codes) => codes.capacity(),
            Self::Narrow16(codes) => codes.capacity() * 2,
            Self::Wide(codes) => codes.capacity() * 4,
        }
    }
}

fn narrow<N: TryFrom<u32> + Default>(code: u32) -> N {
    N::try_from(code).unwrap_or_default()
}

fn each<N: Copy + Into<u32>>(codes: &[N], mut visit: impl FnMut(u32, u32)) {
    for (row, code) in codes.iter().enumerate() {
        visit(ordinal(row), (*code).into());
    }
}
