//! What an answer of the provider means. Two tables: one for the answer to a request, one for what is told later of a
//! message that was taken. Twilio's numbers: its "Error and Warning Dictionary".
//!
//! Twilio does not recognise repeats.

use std::time::Duration;

use channel_core::{Answer, Outcome, Reason, ReasonClass, Stage, SuppressReason};
use serde::Deserialize;

/// The pause after a failure that asks for none.
pub(crate) const PAUSE: Duration = Duration::from_secs(30);
/// The longest pause that may be asked for.
const LONGEST: Duration = Duration::from_hours(1);
/// The pause where a person has to mend something.
const MENDING: Duration = Duration::from_mins(5);

/// What Twilio says of a request that it did not take.
#[derive(Deserialize, Default)]
struct Said {
    #[serde(default)]
    code: u32,
    #[serde(default)]
    message: String,
}

/// Says what an answer means. Of a success the text is the provider's name of the message.
pub(crate) fn classify(answer: &Answer) -> Outcome {
    let Some(status) = answer.code else {
        return no_answer(answer);
    };
    let said: Said = serde_json::from_str(&answer.text).unwrap_or_default();
    let detail = if said.code == 0 {
        without_numbers(&answer.text)
    } else {
        without_numbers(&format!("{}: {}", said.code, said.message))
    };
    let reason = |class| Reason::new(class, Some(status), &detail);
    let later = |pause: Duration, class| Outcome::NotAccepted {
        retry_after: answer
            .retry_after
            .map_or(pause, |asked| asked.clamp(Duration::from_secs(1), LONGEST)),
        reason: reason(class),
    };
    let dropped = |class| Outcome::Dropped {
        reason: reason(class),
    };
    let suppress = |why, class| Outcome::Suppress {
        why,
        reason: reason(class),
    };
    match (status, said.code) {
        (200..=299, _) => Outcome::Accepted {
            provider_ref: answer.text.clone(),
        },
        (_, 21_610) => suppress(SuppressReason::OptedOut, ReasonClass::RecipientDisabled),
        (_, 21_211 | 21_217 | 21_401 | 21_614) => {
            suppress(SuppressReason::HardBounce, ReasonClass::InvalidAddress)
        }
        // The country is not allowed, the number is not ours, the service has none: settings.
        (_, 21_212 | 21_408 | 21_603 | 21_606 | 21_612 | 21_656 | 21_659..=21_703) => {
            dropped(ReasonClass::Policy)
        }
        (_, 21_605 | 21_617) => dropped(ReasonClass::TooBig),
        (_, 63_038 | 30_044) => later(LONGEST, ReasonClass::Quota),
        (_, 21_611) | (503, _) => later(PAUSE, ReasonClass::Busy),
        (400, _) => dropped(ReasonClass::InvalidMessage),
        // Also 404: the account is not there.
        (401 | 403 | 404, _) => later(MENDING, ReasonClass::Authentication),
        (413, _) => dropped(ReasonClass::TooBig),
        (429, _) => later(PAUSE, ReasonClass::RateLimited),
        // It broke down on the way, and nobody knows how far it had come.
        (500..=599, _) => Outcome::Unknown {
            reason: reason(ReasonClass::Busy),
        },
        _ => dropped(ReasonClass::Other),
    }
}

/// Blots out telephone numbers: the detail is kept for years.
fn without_numbers(text: &str) -> String {
    let is_number = |word: &str| word.bytes().filter(u8::is_ascii_digit).count() >= 7;
    let words = text.split_whitespace();
    words
        .map(|word| if is_number(word) { "<number>" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

fn no_answer(answer: &Answer) -> Outcome {
    let class = if answer.timed_out {
        ReasonClass::Timeout
    } else {
        ReasonClass::Connection
    };
    let reason = Reason::new(class, None, &answer.text);
    match answer.stage {
        Stage::BeforeHandover => Outcome::NotAccepted {
            retry_after: PAUSE,
            reason,
        },
        Stage::AfterHandover => Outcome::Unknown { reason },
    }
}

/// Says what a later failure means: whether the number is given up, and why.
pub(crate) fn failed(code: u32) -> (Option<SuppressReason>, Reason) {
    let (suppress, class, words) = match code {
        21_610 => (
            Some(SuppressReason::OptedOut),
            ReasonClass::RecipientDisabled,
            "the recipient stopped messages",
        ),
        30_005 => (
            Some(SuppressReason::HardBounce),
            ReasonClass::UnknownRecipient,
            "the number does not exist",
        ),
        30_006 => (
            Some(SuppressReason::HardBounce),
            ReasonClass::RecipientDisabled,
            "a landline, or one that takes none",
        ),
        30_003 => (
            None,
            ReasonClass::MailboxFull,
            "the telephone is off or out of reach",
        ),
        30_004 => (
            None,
            ReasonClass::Policy,
            "blocked by the recipient or the carrier",
        ),
        30_007 => (
            None,
            ReasonClass::Content,
            "held back by the carrier as unwanted",
        ),
        30_001 | 30_010 => (
            None,
            ReasonClass::Busy,
            "it waited too long, or cost more than was allowed",
        ),
        30_002 => (
            None,
            ReasonClass::Authentication,
            "the account was suspended",
        ),
        30_019 => (None, ReasonClass::TooBig, "larger than the carrier takes"),
        _ => (None, ReasonClass::Other, "not delivered"),
    };
    (
        suppress,
        Reason::new(class, None, &format!("{code}: {words}")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In short: what is done, the pause in seconds, the class.
    fn short(status: u16, text: &str) -> String {
        let outcome = classify(&Answer::reply(
            Stage::AfterHandover,
            status,
            text.to_owned(),
        ));
        let class = outcome.reason().map_or("", |reason| reason.class.as_str());
        match &outcome {
            Outcome::NotAccepted { retry_after, .. } => {
                format!("again {} {class}", retry_after.as_secs())
            }
            Outcome::Suppress { why, .. } => format!("{} {class}", why.as_str()),
            other => format!("{} {class}", other.as_str()).trim_end().to_owned(),
        }
    }

    #[test]
    fn every_answer_has_one_meaning() {
        for (status, code, expected) in [
            (201, 0, "accepted"),
            (400, 21_610, "opted_out recipient_disabled"),
            (400, 21_211, "hard_bounce invalid_address"),
            (400, 21_614, "hard_bounce invalid_address"),
            (400, 21_408, "dropped policy"),
            (400, 21_606, "dropped policy"),
            (400, 21_703, "dropped policy"),
            (400, 21_617, "dropped too_big"),
            (400, 21_602, "dropped invalid_message"),
            (401, 20_003, "again 300 authentication"),
            (404, 20_404, "again 300 authentication"),
            (429, 20_429, "again 30 rate_limited"),
            (429, 21_611, "again 30 busy"),
            (429, 63_038, "again 3600 quota"),
            (500, 20_500, "unknown busy"),
            (502, 0, "unknown busy"),
            (503, 20_503, "again 30 busy"),
            (418, 0, "dropped other"),
        ] {
            let body = format!(r#"{{"code":{code},"message":"said","status":{status}}}"#);
            assert_eq!(short(status, &body), expected, "{status} {code}");
            if code == 0 {
                assert_eq!(short(status, "<html>"), expected, "{status}");
            }
        }
    }

    #[test]
    fn an_asked_pause_is_kept_within_an_hour() {
        for (asked, kept) in [(0, 1), (7, 7), (86_400, 3_600)] {
            let answer = Answer {
                retry_after: Some(Duration::from_secs(asked)),
                ..Answer::reply(Stage::AfterHandover, 429, String::new())
            };
            let Outcome::NotAccepted { retry_after, .. } = classify(&answer) else {
                panic!("{answer:?}")
            };
            assert_eq!(retry_after.as_secs(), kept);
        }
    }

    #[test]
    fn only_a_number_that_is_gone_is_given_up() {
        for (code, suppress) in [
            (30_003, None),
            (30_004, None),
            (30_005, Some(SuppressReason::HardBounce)),
            (30_006, Some(SuppressReason::HardBounce)),
            (30_007, None),
            (30_008, None),
            (21_610, Some(SuppressReason::OptedOut)),
            (0, None),
        ] {
            assert_eq!(failed(code).0, suppress, "{code}");
        }
    }
}
