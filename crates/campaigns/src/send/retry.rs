//! What an outcome means for the row: settled, or tried again and when.

use channel_core::{Outcome, SuppressReason};
use kernel::time::{HOUR, Millis, SECOND};
use profiles::consent;

use crate::ledger::Settlement;

const FIRST_PAUSE: i64 = 30 * SECOND;
const LONGEST_PAUSE: i64 = 4 * HOUR;

/// Returns the pause before a message that has been tried `attempts` times is tried again.
///
/// It doubles from half a minute to four hours and is spread by up to a quarter, so that messages that
/// failed together do not come back together.
pub fn backoff(attempts: i32, asked: i64, spread: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    let base = (FIRST_PAUSE << doublings).min(LONGEST_PAUSE).max(asked);
    base + spread.rem_euclid(64) * base / 256
}

/// Says what an outcome means for a row that has been handed over `attempts` times.
pub fn settle_of(
    outcome: Outcome,
    attempts: i32,
    row: i64,
    now: Millis,
    expires_at: Millis,
) -> Settlement {
    match outcome {
        Outcome::Accepted { .. } => Settlement::Accepted,
        Outcome::Dropped { reason } => Settlement::Failed(reason),
        Outcome::Suppress { why, reason } => match why {
            SuppressReason::Complaint => Settlement::Dead(reason, consent::Reason::Complaint),
            _ => Settlement::Dead(reason, consent::Reason::HardBounce),
        },
        Outcome::Unknown { reason } => Settlement::Unknown(reason),
        Outcome::NotAccepted {
            retry_after,
            reason,
        } => {
            let asked = i64::try_from(retry_after.as_millis()).unwrap_or(LONGEST_PAUSE);
            let at = now.plus(backoff(attempts, asked, row));
            if at < expires_at {
                Settlement::Again(reason, at)
            } else {
                Settlement::TooLate(reason)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use channel_core::{Reason, ReasonClass};
    use kernel::time::{DAY, MINUTE};

    use super::*;

    #[test]
    fn pauses_grow_are_bounded_and_respect_what_was_asked() {
        let pauses: Vec<i64> = (1..=12).map(|attempts| backoff(attempts, 0, 0)).collect();
        assert_eq!(pauses[..3], [30 * SECOND, MINUTE, 2 * MINUTE]);
        assert_eq!(pauses[11], LONGEST_PAUSE);
        assert_eq!(backoff(1, HOUR, 0), HOUR);
        assert!(backoff(3, 0, 63) <= 2 * MINUTE * 5 / 4);
    }

    #[test]
    fn a_message_is_not_tried_beyond_its_time() {
        let refused = || Outcome::NotAccepted {
            retry_after: Duration::from_secs(1),
            reason: Reason::new(ReasonClass::Busy, Some(450), "later"),
        };
        let settle = |expires| settle_of(refused(), 1, 0, Millis(0), Millis(expires));
        assert!(matches!(settle(DAY), Settlement::Again(_, Millis(at)) if at == 30 * SECOND));
        assert!(matches!(settle(SECOND), Settlement::TooLate(_)));
    }
}
