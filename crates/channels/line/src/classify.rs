//! One table from LINE's answers to outcomes.
//!
//! LINE's errors have no code of their own, only a status and a sentence; the sentences are read here and
//! nowhere else. Source: "Error responses" and "Retrying an API request" of LINE's documentation.

use std::time::Duration;

use channel_core::{Answer, Outcome, Reason, ReasonClass, Stage, SuppressReason};
use serde_json::Value;

use crate::http::Reply;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

/// Says what an answer to a single message means. Of a success the text is LINE's name of the request.
pub(crate) fn classify(answer: &Answer) -> Outcome {
    let reason = |class| Reason::new(class, answer.code, &without_ids(&answer.text));
    let later = |pause, class| Outcome::NotAccepted {
        retry_after: answer.retry_after.unwrap_or(pause),
        reason: reason(class),
    };
    let dropped = |class| Outcome::Dropped {
        reason: reason(class),
    };
    match answer.code {
        None => no_answer(answer),
        // 409: the retry key is known, so LINE has taken the message before.
        Some(200..=299 | 409) => Outcome::Accepted {
            provider_ref: answer.text.clone(),
        },
        Some(400) => bad_request(answer),
        // The account's or our credentials' fault: the same for every message, and mended by a person.
        Some(401) => later(5 * MINUTE, ReasonClass::Authentication),
        Some(403) => later(HOUR, ReasonClass::Authentication),
        Some(413) => dropped(ReasonClass::TooBig),
        Some(415) => dropped(ReasonClass::InvalidMessage),
        Some(429) => {
            let (pause, class) = too_many(&answer.text);
            later(pause, class)
        }
        // "500 and timeouts": LINE may have the message, and recognises it by its key when it comes again.
        Some(500..=599) => Outcome::Unknown {
            reason: reason(ReasonClass::Busy),
        },
        Some(_) => dropped(ReasonClass::Other),
    }
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
            retry_after: 30 * SECOND,
            reason,
        },
        Stage::AfterHandover => Outcome::Unknown { reason },
    }
}

fn bad_request(answer: &Answer) -> Outcome {
    let reason = |class| Reason::new(class, answer.code, &without_ids(&answer.text));
    // A user id that this provider never saw, or that belongs to another provider.
    if answer.text.contains("Failed to send messages") {
        return Outcome::Suppress {
            why: SuppressReason::HardBounce,
            reason: reason(ReasonClass::UnknownRecipient),
        };
    }
    if names_the_recipient(&answer.text) {
        return Outcome::Suppress {
            why: SuppressReason::Invalid,
            reason: reason(ReasonClass::InvalidAddress),
        };
    }
    Outcome::Dropped {
        reason: reason(ReasonClass::Content),
    }
}

/// Returns the pause and class of a 429, whose meanings only its sentence tells apart.
fn too_many(text: &str) -> (Duration, ReasonClass) {
    let text = text.to_lowercase();
    if text.contains("monthly limit") {
        (HOUR, ReasonClass::Quota)
    } else if text.contains("rate limit") {
        (SECOND, ReasonClass::RateLimited)
    } else {
        // Too many at once, or too many to the same person.
        (MINUTE, ReasonClass::RateLimited)
    }
}

fn names_the_recipient(text: &str) -> bool {
    text.contains("The property, 'to'") || text.contains("The property, to,")
}

/// Returns which members of a multicast LINE refuses: the numbers in `to[1]`.
pub(crate) fn refused_members(text: &str) -> Vec<usize> {
    text.split("to[")
        .skip(1)
        .filter_map(|rest| rest.split(']').next()?.parse().ok())
        .collect()
}

/// Makes an answer of a reply.
pub(crate) fn answer_of(reply: &Reply) -> Answer {
    let text = match reply.status {
        200..=299 => reply.request_id.clone(),
        409 => reply
            .accepted_id
            .clone()
            .unwrap_or_else(|| reply.request_id.clone()),
        _ => sentence(&reply.body),
    };
    Answer {
        retry_after: reply.retry_after,
        ..Answer::reply(Stage::AfterHandover, reply.status, text)
    }
}

/// Returns the sentence of an error, with what it says about single properties.
pub(crate) fn sentence(body: &[u8]) -> String {
    let Ok(error) = serde_json::from_slice::<Value>(body) else {
        return String::from_utf8_lossy(body).chars().take(300).collect();
    };
    let text = |value: &Value, name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let mut said = text(&error, "message");
    // The OAuth endpoints write it so.
    if said.is_empty() {
        said = format!(
            "{} {}",
            text(&error, "error"),
            text(&error, "error_description")
        );
    }
    let details = error.get("details").and_then(Value::as_array);
    for detail in details.into_iter().flatten().take(5) {
        for part in [
            "; ",
            &text(detail, "property"),
            ": ",
            &text(detail, "message"),
        ] {
            said.push_str(part);
        }
    }
    said
}

/// Blots user ids out of what is kept for years.
pub(crate) fn without_ids(text: &str) -> String {
    text.split_inclusive(|c: char| !c.is_ascii_alphanumeric())
        .map(|word| {
            let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            if crate::UserId::parse(bare).is_ok() {
                word.replace(bare, "<user>")
            } else {
                word.to_owned()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BROKEN: &str = "The request body has 1 error(s); messages[0].text: May not be empty";

    const ANSWERS: [(u16, &str, &str, ReasonClass); 14] = [
        (400, BROKEN, "dropped", ReasonClass::Content),
        (
            400,
            "Failed to send messages",
            "suppress",
            ReasonClass::UnknownRecipient,
        ),
        (
            400,
            "The property, 'to', in the request body is invalid (line: -, column: -)",
            "suppress",
            ReasonClass::InvalidAddress,
        ),
        (
            401,
            "Authentication failed due to the following reason: invalid token",
            "not_accepted",
            ReasonClass::Authentication,
        ),
        (
            403,
            "Access to this API is not available for your account",
            "not_accepted",
            ReasonClass::Authentication,
        ),
        (404, "Not found", "dropped", ReasonClass::Other),
        (410, "Gone", "dropped", ReasonClass::Other),
        (
            413,
            "Request Entity Too Large",
            "dropped",
            ReasonClass::TooBig,
        ),
        (
            415,
            "Unsupported media type",
            "dropped",
            ReasonClass::InvalidMessage,
        ),
        (
            429,
            "The API rate limit has been exceeded. Try again later.",
            "not_accepted",
            ReasonClass::RateLimited,
        ),
        (
            429,
            "You have reached your monthly limit.",
            "not_accepted",
            ReasonClass::Quota,
        ),
        (
            429,
            "Too many messages to the same user",
            "not_accepted",
            ReasonClass::RateLimited,
        ),
        (500, "Internal server error", "unknown", ReasonClass::Busy),
        (503, "", "unknown", ReasonClass::Busy),
    ];

    fn outcome(code: u16, text: &str) -> Outcome {
        classify(&Answer::reply(Stage::AfterHandover, code, text))
    }

    #[test]
    fn every_answer_has_one_meaning() {
        for (code, text, outcome_name, class) in ANSWERS {
            let outcome = outcome(code, text);
            assert_eq!(outcome.as_str(), outcome_name, "{code} {text}");
            assert_eq!(outcome.reason().unwrap().class, class, "{code} {text}");
        }
        for (code, name) in [(200, "a"), (202, "b"), (409, "c")] {
            let accepted = Outcome::Accepted {
                provider_ref: name.to_owned(),
            };
            assert_eq!(outcome(code, name), accepted);
        }
    }

    #[test]
    fn only_the_used_up_allowance_stops_the_sender() {
        let stops = |text| {
            let outcome = outcome(429, text);
            outcome.reason().unwrap().class.stops_the_sender()
        };
        assert!(stops("You have reached your monthly limit."));
        assert!(!stops(
            "The API rate limit has been exceeded. Try again later."
        ));
    }

    #[test]
    fn no_answer_is_in_doubt_only_after_the_hand_over() {
        let before = classify(&Answer::timed_out(Stage::BeforeHandover));
        assert!(before.may_send_again());
        let after = classify(&Answer::broken(Stage::AfterHandover, "reset"));
        assert_eq!(after.as_str(), "unknown");
    }

    #[test]
    fn members_are_found_and_ids_are_blotted_out() {
        let said = "The property, to[1], in the request body is invalid; to[17]: bad";
        assert_eq!(refused_members(said), [1, 17]);
        assert_eq!(refused_members("to[x] to[] to["), Vec::<usize>::new());
        let kept = outcome(400, "no user U0123456789abcdef0123456789abcdef, sorry");
        assert_eq!(kept.reason().unwrap().detail, "no user <user>, sorry");
        assert_eq!(sentence(b"<html>"), "<html>");
        assert_eq!(
            sentence(br#"{"error":"invalid_client","error_description":"no"}"#),
            "invalid_client no"
        );
    }
}
