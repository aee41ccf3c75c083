//! What an answer of a push service means. One table.
//!
//! RFC 8030 knows 201, 404 and 410, 413 and 429; the rest is what the push services of browsers say.
//! They do not recognise repeats.

use std::time::Duration;

use channel_core::{
    Answer, Outcome, Reason, ReasonClass, Stage, SuppressReason, push::without_tokens,
};

/// The pause after a failure that asks for none.
pub(crate) const PAUSE: Duration = Duration::from_secs(30);
/// The shortest pause that is kept when one is asked for.
const SHORTEST: Duration = Duration::from_secs(1);
/// The longest pause that a service may ask for.
const LONGEST: Duration = Duration::from_hours(1);
/// The pause where a person has to mend something.
const MENDING: Duration = Duration::from_mins(5);

/// Says what an answer means. Of a success the text is the service's name of the message.
pub(crate) fn classify(answer: &Answer) -> Outcome {
    let Some(code) = answer.code else {
        return no_answer(answer);
    };
    let reason = |class| Reason::new(class, Some(code), &without_tokens(&answer.text));
    let later = |pause: Duration, class| Outcome::NotAccepted {
        retry_after: answer
            .retry_after
            .map_or(pause, |asked| asked.clamp(SHORTEST, LONGEST)),
        reason: reason(class),
    };
    let dropped = |class| Outcome::Dropped {
        reason: reason(class),
    };
    let gone = |class| Outcome::Suppress {
        why: SuppressReason::HardBounce,
        reason: reason(class),
    };
    match code {
        200..=299 => Outcome::Accepted {
            provider_ref: answer.text.clone(),
        },
        404 => gone(ReasonClass::UnknownRecipient),
        410 => gone(ReasonClass::RecipientDisabled),
        400 | 401 | 403 if is_of_another_key(&answer.text) => dropped(ReasonClass::Policy),
        // The statement is ours and good for all: a person has to look.
        401 | 403 => later(MENDING, ReasonClass::Authentication),
        413 => dropped(ReasonClass::TooBig),
        429 => later(PAUSE, ReasonClass::RateLimited),
        // A gateway that heard nothing from behind it cannot tell whether the push is there.
        502 | 504 => Outcome::Unknown {
            reason: reason(ReasonClass::Busy),
        },
        500..=599 => later(PAUSE, ReasonClass::Busy),
        400 => dropped(ReasonClass::InvalidMessage),
        _ => dropped(ReasonClass::Other),
    }
}

/// The subscription was made for a key that is not ours any more. The person may still want pushes, so the
/// address is not entered on the list; her browser must subscribe anew.
fn is_of_another_key(text: &str) -> bool {
    // Firebase's service and Apple's, in this order.
    text.contains("do not correspond to the credentials") || text.contains("VapidPkHashMismatch")
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

#[cfg(test)]
mod tests {
    use super::*;

    /// In short: what is done, the pause in seconds, the class.
    fn short(answer: &Answer) -> String {
        let outcome = classify(answer);
        let class = outcome.reason().map_or("", |reason| reason.class.as_str());
        match &outcome {
            Outcome::NotAccepted { retry_after, .. } => {
                format!("again {} {class}", retry_after.as_secs())
            }
            other => format!("{} {class}", other.as_str()).trim_end().to_owned(),
        }
    }

    #[test]
    fn every_answer_has_one_meaning() {
        let other_key = "the VAPID credentials in the authorization header do not correspond to the credentials \
                         used to create the subscriptions.";
        for (code, text, expected) in [
            (200, "", "accepted"),
            (201, "https://push.example.net/m/1", "accepted"),
            (202, "", "accepted"),
            (301, "", "dropped other"),
            (307, "", "dropped other"),
            (400, "", "dropped invalid_message"),
            (400, r#"{"reason":"VapidPkHashMismatch"}"#, "dropped policy"),
            (401, "", "again 300 authentication"),
            (403, "", "again 300 authentication"),
            (403, other_key, "dropped policy"),
            (404, "", "suppress unknown_recipient"),
            (410, "", "suppress recipient_disabled"),
            (413, "", "dropped too_big"),
            (418, "", "dropped other"),
            (429, "", "again 30 rate_limited"),
            (500, "", "again 30 busy"),
            (502, "", "unknown busy"),
            (503, "", "again 30 busy"),
            (504, "", "unknown busy"),
        ] {
            let answer = Answer::reply(Stage::AfterHandover, code, text);
            assert_eq!(short(&answer), expected, "{code} {text}");
        }
    }

    #[test]
    fn a_pause_that_is_asked_for_is_kept_within_bounds() {
        for code in [429, 503] {
            for (asked, waits) in [
                (0, 1),
                (1, 1),
                (120, 120),
                (3_600, 3_600),
                (9_000_000, 3_600),
            ] {
                let answer = Answer {
                    retry_after: Some(Duration::from_secs(asked)),
                    ..Answer::reply(Stage::AfterHandover, code, "")
                };
                let expected = format!("again {waits} ");
                assert!(short(&answer).starts_with(&expected), "{code} {asked}");
            }
        }
    }

    #[test]
    fn no_answer_is_in_doubt_only_after_the_hand_over() {
        let before = Answer::broken(Stage::BeforeHandover, "refused");
        assert_eq!(short(&before), "again 30 connection");
        let after = Answer::broken(Stage::AfterHandover, "reset");
        assert_eq!(short(&after), "unknown connection");
        let silent = Answer::timed_out(Stage::AfterHandover);
        assert_eq!(short(&silent), "unknown timeout");
    }
}
