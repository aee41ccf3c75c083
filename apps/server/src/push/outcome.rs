//! What came of a person's push, of what came of it on each of her devices.

use channel_core::{Outcome, Reason, ReasonClass};

/// Puts the outcomes of a person's devices together: it arrived where one took it; it may be sent again only where none has
/// it and none may have it.
pub(super) fn combine(outcomes: Vec<Outcome>) -> Outcome {
    let (mut unknown, mut later, mut dropped, mut gone) = (None, None, None, None);
    for outcome in outcomes {
        match outcome {
            Outcome::Accepted { .. } => return outcome,
            Outcome::Unknown { reason } => unknown = unknown.or(Some(reason)),
            Outcome::NotAccepted {
                retry_after,
                reason,
            } => {
                let longest = match later {
                    Some((pause, _)) if pause >= retry_after => later,
                    _ => Some((retry_after, reason)),
                };
                later = longest;
            }
            Outcome::Dropped { reason } => dropped = dropped.or(Some(reason)),
            Outcome::Suppress { reason, .. } => gone = gone.or(Some(reason)),
        }
    }
    match (unknown, later, dropped.or(gone)) {
        (Some(reason), ..) => Outcome::Unknown {
            reason: of_one_device(reason),
        },
        (None, Some((retry_after, reason)), _) => Outcome::NotAccepted {
            retry_after,
            reason: of_one_device(reason),
        },
        // That a device is gone is written down with the device: her other ones, and those to come, are reached.
        (None, None, Some(reason)) => Outcome::Dropped { reason },
        (None, None, None) => Outcome::Dropped {
            reason: Reason::new(
                ReasonClass::RecipientDisabled,
                None,
                "no device of hers takes pushes any more",
            ),
        },
    }
}

/// Each device has a service of its own: one that is away, or does not know us, must not stop the whole sender.
fn of_one_device(reason: Reason) -> Reason {
    if reason.class.is_provider_fault() || reason.class.stops_the_sender() {
        Reason {
            class: ReasonClass::Busy,
            ..reason
        }
    } else {
        reason
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use channel_core::SuppressReason;

    use super::*;

    fn reason(class: ReasonClass) -> Reason {
        Reason::new(class, None, "x")
    }

    fn taken() -> Outcome {
        Outcome::Accepted {
            provider_ref: "1".to_owned(),
        }
    }

    fn later(seconds: u64) -> Outcome {
        Outcome::NotAccepted {
            retry_after: Duration::from_secs(seconds),
            reason: reason(ReasonClass::Timeout),
        }
    }

    fn lost() -> Outcome {
        Outcome::Unknown {
            reason: reason(ReasonClass::Connection),
        }
    }

    fn gone() -> Outcome {
        Outcome::Suppress {
            why: SuppressReason::HardBounce,
            reason: reason(ReasonClass::UnknownRecipient),
        }
    }

    fn refused() -> Outcome {
        Outcome::Dropped {
            reason: reason(ReasonClass::TooBig),
        }
    }

    #[test]
    fn nobody_gets_a_push_twice_and_one_device_is_enough() {
        for (outcomes, expected) in [
            (vec![gone(), lost(), taken()], "accepted"),
            (vec![later(1), lost(), gone()], "unknown"),
            (vec![refused(), later(1), gone()], "not_accepted"),
            (vec![gone(), refused()], "dropped"),
            (vec![gone(), gone()], "dropped"),
            (vec![], "dropped"),
        ] {
            assert_eq!(combine(outcomes.clone()).as_str(), expected, "{outcomes:?}");
        }
        let class = |outcomes| combine(outcomes).reason().map(|reason| reason.class);
        assert_eq!(class(vec![gone(), refused()]), Some(ReasonClass::TooBig));
        assert_eq!(class(vec![gone()]), Some(ReasonClass::UnknownRecipient));
    }

    #[test]
    fn one_service_that_is_away_does_not_stop_the_sender_and_the_longest_pause_counts() {
        let Outcome::NotAccepted {
            retry_after,
            reason,
        } = combine(vec![later(3), later(9), later(5)])
        else {
            panic!("none has it");
        };
        assert_eq!(retry_after, Duration::from_secs(9));
        assert!(!reason.class.is_provider_fault());
        let unknown = combine(vec![lost()]);
        assert!(
            unknown
                .reason()
                .is_some_and(|reason| !reason.class.is_provider_fault())
        );
    }
}
