//! What an outcome means for the row: settled, or tried again and when.

use channel_core::{Outcome, SuppressReason};
use kernel::time::{HOUR, MINUTE, Millis, SECOND};
use profiles::consent;

use crate::ledger::Settlement;

const FIRST_PAUSE: i64 = 30 * SECOND;
const LONGEST_PAUSE: i64 = 4 * HOUR;
/// Whoever is in doubt waits for a message that may never have arrived.
const LONGEST_DOUBT: i64 = 15 * MINUTE;

/// Returns the pause before a message that has been tried `attempts` times is tried again.
///
/// It doubles from half a minute to four hours and is spread by up to a quarter, so that messages that
/// failed together do not come back together.
pub fn backoff(attempts: i32, asked: i64, spread: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    let base = (FIRST_PAUSE << doublings).min(LONGEST_PAUSE).max(asked);
    base + spread.rem_euclid(64) * base / 256
}

/// How long a provider that recognises repeats is asked again after a message was first handed over. LINE, the only one,
/// remembers a key for 24 hours.
const DOUBT: i64 = 24 * HOUR - 10 * MINUTE;

/// A row that was handed over.
#[derive(Debug, Clone, Copy)]
pub struct Tried {
    /// Which row.
    pub row: i64,
    /// How often it has been handed over.
    pub attempts: i32,
    /// When it is too late.
    pub expires_at: Millis,
    /// Whether the provider recognises a repeat.
    pub repeats: Repeats,
}

/// Whether a provider recognises a repeat, and whether this was one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    /// It does not.
    Unrecognised,
    /// It does; this was the first try, at this instant.
    First(Millis),
    /// It does, and this was a repeat of what was first handed over at this instant, and may have arrived then.
    Again(Millis),
}

impl Repeats {
    /// Returns until when one may ask again.
    fn until(self) -> Option<Millis> {
        match self {
            Self::Unrecognised => None,
            Self::First(since) | Self::Again(since) => Some(since.plus(DOUBT)),
        }
    }
}

/// Says what an outcome means for a row that has been handed over.
pub fn settle_of(outcome: Outcome, tried: Tried, now: Millis) -> Settlement {
    let Tried {
        row,
        attempts,
        expires_at,
        repeats,
    } = tried;
    let again = |reason, asked: i64| {
        let at = now.plus(backoff(attempts, asked, row).min(LONGEST_DOUBT));
        match repeats.until() {
            Some(until) if at < until => Settlement::InDoubt(reason, at),
            _ => Settlement::Unknown(reason),
        }
    };
    match outcome {
        Outcome::Accepted { .. } => Settlement::Accepted,
        Outcome::Dropped { reason } => Settlement::Failed(reason),
        Outcome::Suppress { why, reason } => match why {
            SuppressReason::Complaint => Settlement::Dead(reason, consent::Reason::Complaint),
            SuppressReason::OptedOut => Settlement::Dead(reason, consent::Reason::Unsubscribe),
            _ => Settlement::Dead(reason, consent::Reason::HardBounce),
        },
        Outcome::Unknown { reason } => again(reason, 0),
        // That the repeat was not taken says nothing of the first try, unless it is what was sent that is wrong.
        Outcome::NotAccepted {
            retry_after,
            reason,
        } if matches!(repeats, Repeats::Again(_)) && reason.code != Some(400) => again(
            reason,
            i64::try_from(retry_after.as_millis()).unwrap_or(LONGEST_DOUBT),
        ),
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

    const fn tried(attempts: i32, expires: i64, repeats: Repeats) -> Tried {
        Tried {
            row: 0,
            attempts,
            expires_at: Millis(expires),
            repeats,
        }
    }

    #[test]
    fn doubt_ends_before_the_provider_forgets_and_where_it_remembers_nothing_at_once() {
        let lost = || Outcome::Unknown {
            reason: Reason::new(ReasonClass::Timeout, None, "no answer"),
        };
        let settle = |since, now| settle_of(lost(), tried(9, DAY, since), Millis(now));
        assert!(matches!(
            settle(Repeats::Unrecognised, 0),
            Settlement::Unknown(_)
        ));
        let since = Repeats::First(Millis(0));
        assert!(
            matches!(settle(since, HOUR), Settlement::InDoubt(_, Millis(at)) if at <= HOUR + 15 * MINUTE)
        );
        assert!(matches!(
            settle(since, DOUBT - MINUTE),
            Settlement::Unknown(_)
        ));
    }

    #[test]
    fn a_repeat_that_is_turned_away_leaves_the_first_try_in_doubt() {
        let turned_away = |code| Outcome::NotAccepted {
            retry_after: Duration::from_secs(1),
            reason: Reason::new(ReasonClass::RateLimited, Some(code), "later"),
        };
        let settle =
            |code, repeats| settle_of(turned_away(code), tried(2, DAY, repeats), Millis(0));
        let (first, again) = (Repeats::First(Millis(0)), Repeats::Again(Millis(0)));
        assert!(matches!(settle(429, first), Settlement::Again(..)));
        assert!(matches!(settle(429, again), Settlement::InDoubt(..)));
        // What was sent is at fault, so that the first try was refused as well.
        assert!(matches!(settle(400, again), Settlement::Again(..)));
    }

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
        let settle = |expires| {
            settle_of(
                refused(),
                tried(1, expires, Repeats::Unrecognised),
                Millis(0),
            )
        };
        assert!(matches!(settle(DAY), Settlement::Again(_, Millis(at)) if at == 30 * SECOND));
        assert!(matches!(settle(SECOND), Settlement::TooLate(_)));
    }
}
