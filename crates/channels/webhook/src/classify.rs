//! What an answer means. One table: only 2xx is success, a redirect is a failure, 410 ends it for good.

use std::time::Duration;

use channel_core::{Answer, Outcome, Reason, ReasonClass, Stage, SuppressReason};

/// The shortest pause after a failure; the schedule of retries waits as long or longer.
pub(crate) const PAUSE: Duration = Duration::from_secs(5);
/// The pause of a receiver that asks to be spared and does not say for how long.
const SPARED: Duration = Duration::from_mins(1);
/// The longest pause that a receiver may ask for.
const LONGEST: Duration = Duration::from_hours(24);

/// Says what an answer means.
pub(crate) fn classify(answer: &Answer) -> Outcome {
    let Some(code) = answer.code else {
        let class = if answer.timed_out {
            ReasonClass::Timeout
        } else {
            ReasonClass::Connection
        };
        let reason = Reason::new(class, None, &answer.text);
        return match answer.stage {
            Stage::BeforeHandover => not_accepted(reason, PAUSE),
            Stage::AfterHandover => Outcome::Unknown { reason },
        };
    };
    let reason = |class| Reason::new(class, Some(code), &answer.text);
    match code {
        200..=299 => Outcome::Accepted {
            provider_ref: accepted(code, &answer.text),
        },
        410 => Outcome::Suppress {
            why: SuppressReason::HardBounce,
            reason: reason(ReasonClass::RecipientDisabled),
        },
        429 | 502 | 504 => {
            let class = if code == 429 {
                ReasonClass::RateLimited
            } else {
                ReasonClass::Busy
            };
            let pause = answer.retry_after.unwrap_or(SPARED);
            not_accepted(reason(class), pause.clamp(PAUSE, LONGEST))
        }
        401 | 403 => not_accepted(reason(ReasonClass::Authentication), PAUSE),
        413 => not_accepted(reason(ReasonClass::TooBig), PAUSE),
        500..=599 => not_accepted(reason(ReasonClass::Busy), PAUSE),
        _ => not_accepted(reason(ReasonClass::Other), PAUSE),
    }
}

fn not_accepted(reason: Reason, retry_after: Duration) -> Outcome {
    Outcome::NotAccepted {
        retry_after,
        reason,
    }
}

/// The answer as a reference: status, then the beginning of what was said.
fn accepted(code: u16, text: &str) -> String {
    let said = channel_core::without_addresses(text);
    format!("{code} {said}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In short: a class, or `again` with the pause in seconds.
    fn short(outcome: &Outcome) -> String {
        match outcome {
            Outcome::NotAccepted {
                retry_after,
                reason,
            } => {
                format!("again {} {}", retry_after.as_secs(), reason.class.as_str())
            }
            Outcome::Accepted { provider_ref } => format!("accepted {provider_ref}"),
            other => other.as_str().to_owned(),
        }
    }

    #[test]
    fn every_answer_has_one_meaning() {
        let reply = |code| Answer::reply(Stage::AfterHandover, code, "said a@b.jp");
        for (code, expected) in [
            (200, "accepted 200 said <address>"),
            (204, "accepted 204 said <address>"),
            (299, "accepted 299 said <address>"),
            (100, "again 5 other"),
            (301, "again 5 other"),
            (302, "again 5 other"),
            (304, "again 5 other"),
            (400, "again 5 other"),
            (401, "again 5 authentication"),
            (404, "again 5 other"),
            (410, "suppress"),
            (413, "again 5 too_big"),
            (429, "again 60 rate_limited"),
            (500, "again 5 busy"),
            (502, "again 60 busy"),
            (503, "again 5 busy"),
            (504, "again 60 busy"),
            (999, "again 5 other"),
        ] {
            assert_eq!(short(&classify(&reply(code))), expected, "{code}");
        }
        for (asked, waits) in [
            (0, 5),
            (1, 5),
            (120, 120),
            (86_400, 86_400),
            (9_000_000, 86_400),
        ] {
            let mut spared = reply(429);
            spared.retry_after = Some(Duration::from_secs(asked));
            assert_eq!(
                short(&classify(&spared)),
                format!("again {waits} rate_limited")
            );
        }
        let broken = |stage| classify(&Answer::broken(stage, "reset"));
        assert_eq!(short(&broken(Stage::BeforeHandover)), "again 5 connection");
        assert_eq!(short(&broken(Stage::AfterHandover)), "unknown");
        let silent = classify(&Answer::timed_out(Stage::AfterHandover));
        assert_eq!(short(&silent), "unknown");
    }
}
