//! What an answer of APNs means. One table, by status and Apple's word for it ("Handling notification
//! responses from APNs").
//!
//! APNs does not recognise repeats: a second request with the same `apns-id` is a second push.

use std::time::Duration;

use channel_core::{
    Answer, Outcome, Reason, ReasonClass, Stage, SuppressReason, push::without_tokens,
};
use kernel::time::Millis;
use serde::Deserialize;

/// The pause after a failure that asks for none.
pub(crate) const PAUSE: Duration = Duration::from_secs(30);
/// The longest pause that may be asked for.
const LONGEST: Duration = Duration::from_hours(1);
/// The pause where a person has to mend something.
const MENDING: Duration = Duration::from_mins(5);
/// "Update the token no more than once every 20 minutes."
const TOKEN: Duration = Duration::from_mins(20);

/// The body of a refusal.
#[derive(Deserialize, Default)]
struct Refused {
    #[serde(default)]
    reason: String,
    /// Milliseconds.
    timestamp: Option<i64>,
}

impl Refused {
    fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

/// Returns whether Apple says that the provider token is too old.
pub(crate) fn has_expired_token(answer: &Answer) -> bool {
    answer.code == Some(403) && Refused::read(&answer.text).reason == "ExpiredProviderToken"
}

/// Says what an answer means. Of a success the text is the `apns-id`.
pub(crate) fn classify(answer: &Answer) -> Outcome {
    let Some(code) = answer.code else {
        return no_answer(answer);
    };
    let said = Refused::read(&answer.text);
    let detail = if said.reason.is_empty() {
        without_tokens(&answer.text)
    } else {
        said.reason.clone()
    };
    let reason = |class| Reason::new(class, Some(code), &detail);
    let later = |pause: Duration, class| Outcome::NotAccepted {
        retry_after: answer
            .retry_after
            .map_or(pause, |asked| asked.clamp(Duration::from_secs(1), LONGEST)),
        reason: reason(class),
    };
    let dropped = |class| Outcome::Dropped {
        reason: reason(class),
    };
    match (code, said.reason.as_str()) {
        (200..=299, _) => Outcome::Accepted {
            provider_ref: answer.text.clone(),
        },
        // Also what a good token of the other environment, or of another app, is told: perhaps our fault.
        (400, "BadDeviceToken") => dropped(ReasonClass::InvalidAddress),
        (400, "DeviceTokenNotForTopic" | "TopicDisallowed" | "BadTopic" | "MissingTopic") => {
            dropped(ReasonClass::Policy)
        }
        (400, "IdleTimeout") => later(PAUSE, ReasonClass::Connection),
        (401 | 403, _) => later(MENDING, ReasonClass::Authentication),
        (410, _) => Outcome::Suppress {
            why: SuppressReason::HardBounce,
            reason: reason(ReasonClass::RecipientDisabled).since(said.timestamp.map(Millis)),
        },
        (413, _) => dropped(ReasonClass::TooBig),
        (429, "TooManyProviderTokenUpdates") => later(TOKEN, ReasonClass::RateLimited),
        // Too many to one device.
        (429, _) => later(Duration::from_mins(1), ReasonClass::RateLimited),
        // A gateway that heard nothing from behind it cannot tell whether the push is there.
        (502 | 504, _) => Outcome::Unknown {
            reason: reason(ReasonClass::Busy),
        },
        (500..=599, _) => later(PAUSE, ReasonClass::Busy),
        (400 | 404 | 405, _) => dropped(ReasonClass::InvalidMessage),
        _ => dropped(ReasonClass::Other),
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
    fn short(code: u16, text: &str) -> String {
        let outcome = classify(&Answer::reply(Stage::AfterHandover, code, text));
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
        for (code, reason, expected) in [
            (400, "BadDeviceToken", "dropped invalid_address"),
            (400, "DeviceTokenNotForTopic", "dropped policy"),
            (400, "TopicDisallowed", "dropped policy"),
            (400, "BadCollapseId", "dropped invalid_message"),
            (400, "PayloadEmpty", "dropped invalid_message"),
            (400, "IdleTimeout", "again 30 connection"),
            (400, "", "dropped invalid_message"),
            (403, "ExpiredProviderToken", "again 300 authentication"),
            (403, "InvalidProviderToken", "again 300 authentication"),
            (404, "BadPath", "dropped invalid_message"),
            (405, "MethodNotAllowed", "dropped invalid_message"),
            (410, "Unregistered", "suppress recipient_disabled"),
            (410, "ExpiredToken", "suppress recipient_disabled"),
            (410, "", "suppress recipient_disabled"),
            (413, "PayloadTooLarge", "dropped too_big"),
            (429, "TooManyRequests", "again 60 rate_limited"),
            (
                429,
                "TooManyProviderTokenUpdates",
                "again 1200 rate_limited",
            ),
            (500, "InternalServerError", "again 30 busy"),
            (502, "", "unknown busy"),
            (503, "Shutdown", "again 30 busy"),
            (504, "", "unknown busy"),
            (302, "", "dropped other"),
        ] {
            let body = format!(r#"{{"reason":"{reason}"}}"#);
            assert_eq!(short(code, &body), expected, "{code} {reason}");
        }
        assert_eq!(short(200, "an-id"), "accepted");
        for odd in ["", "null", "[]", "<html>", r#"{"reason":7}"#, "\u{0}😀"] {
            assert_eq!(short(400, odd), "dropped invalid_message", "{odd}");
        }
    }

    #[test]
    fn a_device_that_is_gone_says_since_when() {
        for (body, since) in [
            (
                r#"{"reason":"Unregistered","timestamp":1783993320123}"#,
                Some(1_783_993_320_123),
            ),
            (r#"{"reason":"Unregistered"}"#, None),
            (r#"{"reason":"Unregistered","timestamp":"soon"}"#, None),
        ] {
            let outcome = classify(&Answer::reply(Stage::AfterHandover, 410, body));
            assert_eq!(outcome.reason().unwrap().since, since.map(Millis), "{body}");
        }
    }
}
