//! Events as they are kept: rows of the delta and buckets of the base.

pub(crate) mod bucket;
pub(crate) mod merged;
pub(crate) mod pending;
pub(crate) mod row;

pub(crate) use bucket::Bucket;
pub(crate) use merged::Merged;
pub(crate) use pending::Pending;
pub(crate) use row::Row;

/// Milliseconds of a bucket: 2³¹, a little under 25 days, so that an instant within fits four bytes.
const PERIOD_BITS: u32 = 31;

/// Returns the period in which an instant lies.
pub(crate) const fn period(at: i64) -> i64 {
    at >> PERIOD_BITS
}

/// Returns the first instant of a period.
pub(crate) const fn period_start(period: i64) -> i64 {
    period << PERIOD_BITS
}

/// Returns the place of an instant within its period.
#[expect(clippy::cast_sign_loss, reason = "31 bits are what is meant")]
pub(crate) const fn offset(at: i64) -> u32 {
    (at & ((1 << PERIOD_BITS) - 1)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_its_period_and_offset_also_before_1970() {
        for at in [0, 1, -1, 1_784_000_000_000, -62_000_000_000_000, 1 << 31] {
            assert_eq!(period_start(period(at)) + i64::from(offset(at)), at);
        }
    }
}
