//! Conversions between the widths of numbers, each in one place.

/// Returns a position as an index into an array.
pub(crate) const fn at(n: u32) -> usize {
    n as usize
}

/// Returns a length as an ordinal. No array of the index has more than 2³² members: see [`crate::IndexError`].
pub(crate) fn ordinal(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Returns the place of an ordinal within its block.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the low half is what is meant"
)]
pub(crate) const fn low(ordinal: u32) -> u16 {
    ordinal as u16
}

/// Returns the block of an ordinal.
pub(crate) const fn block(ordinal: u32) -> usize {
    (ordinal >> 16) as usize
}

/// Returns how many blocks hold `n` ordinals.
pub(crate) const fn blocks(n: u32) -> usize {
    (n as usize).div_ceil(BLOCK)
}

/// Ordinals of a block.
pub(crate) const BLOCK: usize = 1 << 16;

/// Marks a place among fresh values where places in an old list stand beside it. No list is as long as that.
pub(crate) const FRESH: u32 = 1 << 31;
