//! When a notice that was not taken is sent again: ten tries over three days, as Standard Webhooks recommends.

use kernel::time::{HOUR, MINUTE, SECOND};

/// The pauses after the first, the second … failure.
const PAUSES: [i64; 9] = [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
];
/// Pauses grow by up to this share of themselves, so that what failed together does not come back together.
const SPREAD: f64 = 0.1;

/// Returns the pause after so many failures, spread by `chance` between 0 and 1; none after the last.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "pauses are far below 2^53 milliseconds"
)]
pub fn pause_after(failures: i32, chance: f64) -> Option<i64> {
    let place = usize::try_from(failures.checked_sub(1)?).ok()?;
    let pause = *PAUSES.get(place)?;
    Some(pause + (pause as f64 * SPREAD * chance.clamp(0.0, 1.0)) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_tries_take_three_days() {
        let pauses: Vec<i64> = (1..).map_while(|n| pause_after(n, 0.0)).collect();
        assert_eq!(pauses.len(), 9);
        let whole: i64 = pauses.iter().sum();
        assert_eq!(whole, 75 * HOUR + 35 * MINUTE + 5 * SECOND);
        for failures in [i32::MIN, -1, 0, 10, i32::MAX] {
            assert_eq!(pause_after(failures, 0.5), None, "{failures}");
        }
    }

    #[test]
    fn chance_makes_a_pause_longer_and_never_shorter() {
        assert_eq!(pause_after(1, 1.0), Some(5_500));
        assert_eq!(pause_after(9, 0.5), Some(24 * HOUR + 72 * MINUTE));
        assert_eq!(pause_after(2, -7.0), Some(5 * MINUTE));
        assert_eq!(pause_after(2, f64::NAN), Some(5 * MINUTE));
        assert_eq!(pause_after(2, 9.0), Some(330 * SECOND));
    }
}
