//! What an answer of FCM means. One table, by status and Firebase's word for it (`FcmError.errorCode`).
//!
//! FCM does not recognise repeats.

use std::time::Duration;

use channel_core::{
    Answer, Outcome, Reason, ReasonClass, Stage, SuppressReason, push::without_tokens,
};
use serde::Deserialize;

/// The pause after a failure that asks for none.
pub(crate) const PAUSE: Duration = Duration::from_secs(30);
/// The longest pause that may be asked for.
const LONGEST: Duration = Duration::from_hours(1);
/// "Retry after the default of 60 seconds."
const QUOTA: Duration = Duration::from_mins(1);
/// The pause where a person has to mend something.
const MENDING: Duration = Duration::from_mins(5);

#[derive(Deserialize, Default)]
struct Body {
    #[serde(default)]
    error: Said,
}

#[derive(Deserialize, Default)]
struct Said {
    #[serde(default)]
    message: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    details: Vec<Detail>,
}

#[derive(Deserialize)]
struct Detail {
    #[serde(rename = "@type", default)]
    kind: String,
    #[serde(rename = "errorCode", default)]
    code: String,
    #[serde(rename = "fieldViolations", default)]
    violations: Vec<Violation>,
}

#[derive(Deserialize)]
struct Violation {
    #[serde(default)]
    field: String,
}

impl Said {
    fn read(text: &str) -> Self {
        let body: Option<Body> = serde_json::from_str(text).ok();
        body.unwrap_or_default().error
    }

    /// Returns Firebase's word, or that of Google's interfaces in general.
    fn code(&self) -> &str {
        let of_fcm = |detail: &&Detail| detail.kind.ends_with("firebase.fcm.v1.FcmError");
        let detail = self.details.iter().find(of_fcm);
        detail.map_or(self.status.as_str(), |detail| detail.code.as_str())
    }

    /// Returns whether the target itself is what is wrong with a request.
    fn names_the_target(&self) -> bool {
        let fields = self.details.iter().flat_map(|detail| &detail.violations);
        let is_target = |field: &str| matches!(field, "message.token" | "message.fid");
        fields.into_iter().any(|one| is_target(&one.field))
            || self.message.contains("not a valid FCM registration token")
    }
}

/// Says what an answer means. Of a success the text is Firebase's name of the message.
pub(crate) fn classify(answer: &Answer) -> Outcome {
    let Some(code) = answer.code else {
        return no_answer(answer);
    };
    let said = Said::read(&answer.text);
    let detail = if said.message.is_empty() {
        answer.text.clone()
    } else {
        format!("{}: {}", said.code(), said.message)
    };
    let detail = without_tokens(&detail);
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
    let suppress = |why, class| Outcome::Suppress {
        why,
        reason: reason(class),
    };
    match (code, said.code()) {
        (200..=299, _) => Outcome::Accepted {
            provider_ref: answer.text.clone(),
        },
        (_, "UNREGISTERED" | "UNREGISTERED_FID") => {
            suppress(SuppressReason::HardBounce, ReasonClass::RecipientDisabled)
        }
        (400, "INVALID_ARGUMENT") if said.names_the_target() => {
            suppress(SuppressReason::Invalid, ReasonClass::InvalidAddress)
        }
        (400, _) => dropped(ReasonClass::InvalidMessage),
        // Of another project: perhaps the key file is the wrong one.
        (403, "SENDER_ID_MISMATCH") => dropped(ReasonClass::Policy),
        // Firebase's own key for Apple or web push: other targets of the project may do, so this is no fault of
        // the way to it.
        (401, "THIRD_PARTY_AUTH_ERROR") => later(LONGEST, ReasonClass::Policy),
        (401 | 403, _) => later(MENDING, ReasonClass::Authentication),
        (413, _) => dropped(ReasonClass::TooBig),
        (429, _) => later(QUOTA, ReasonClass::RateLimited),
        // A gateway that heard nothing from behind it cannot tell whether the push is there.
        (502 | 504, _) => Outcome::Unknown {
            reason: reason(ReasonClass::Busy),
        },
        (500..=599, _) => later(PAUSE, ReasonClass::Busy),
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
    use serde_json::json;

    use super::*;

    const FCM: &str = "type.googleapis.com/google.firebase.fcm.v1.FcmError";

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

    fn answer(code: u16, word: &str) -> Answer {
        let body = json!({ "error": { "code": code, "message": "said", "status": "X",
            "details": [{ "@type": FCM, "errorCode": word }] } });
        Answer::reply(Stage::AfterHandover, code, body.to_string())
    }

    #[test]
    fn every_answer_has_one_meaning() {
        for (code, word, expected) in [
            (404, "UNREGISTERED", "suppress recipient_disabled"),
            (404, "UNREGISTERED_FID", "suppress recipient_disabled"),
            (400, "INVALID_ARGUMENT", "dropped invalid_message"),
            (403, "SENDER_ID_MISMATCH", "dropped policy"),
            (429, "QUOTA_EXCEEDED", "again 60 rate_limited"),
            (503, "UNAVAILABLE", "again 30 busy"),
            (500, "INTERNAL", "again 30 busy"),
            (401, "THIRD_PARTY_AUTH_ERROR", "again 3600 policy"),
            (404, "UNSPECIFIED_ERROR", "dropped other"),
        ] {
            assert_eq!(short(&answer(code, word)), expected, "{code} {word}");
        }
        for (code, body, expected) in [
            (200, "projects/aoba-shop/messages/1", "accepted"),
            (
                401,
                r#"{"error":{"status":"UNAUTHENTICATED","message":"x"}}"#,
                "again 300 authentication",
            ),
            (
                403,
                r#"{"error":{"status":"PERMISSION_DENIED"}}"#,
                "again 300 authentication",
            ),
            (404, r#"{"error":{"status":"NOT_FOUND"}}"#, "dropped other"),
            (404, "<html>", "dropped other"),
            (413, "", "dropped too_big"),
            (429, "", "again 60 rate_limited"),
            (502, "", "unknown busy"),
            (
                504,
                r#"{"error":{"status":"DEADLINE_EXCEEDED"}}"#,
                "unknown busy",
            ),
            (302, "", "dropped other"),
            (400, r#"{"error":[1]}"#, "dropped invalid_message"),
            (
                400,
                r#"{"error":{"details":"x"}}"#,
                "dropped invalid_message",
            ),
        ] {
            let answer = Answer::reply(Stage::AfterHandover, code, body);
            assert_eq!(short(&answer), expected, "{code} {body}");
        }
    }

    #[test]
    fn a_target_is_removed_only_when_it_is_named() {
        let body = |field: &str, message: &str| {
            let body = json!({ "error": { "status": "INVALID_ARGUMENT", "message": message, "details": [
                { "@type": FCM, "errorCode": "INVALID_ARGUMENT" },
                { "@type": "type.googleapis.com/google.rpc.BadRequest",
                  "fieldViolations": [{ "field": field, "description": "Invalid" }] },
            ] } });
            Answer::reply(Stage::AfterHandover, 400, body.to_string())
        };
        let named = "The registration token is not a valid FCM registration token";
        assert_eq!(
            short(&body("message.token", "x")),
            "suppress invalid_address"
        );
        assert_eq!(short(&body("message.fid", "x")), "suppress invalid_address");
        assert_eq!(short(&body("", named)), "suppress invalid_address");
        assert_eq!(
            short(&body("message.android.ttl", "x")),
            "dropped invalid_message"
        );
    }

    #[test]
    fn a_pause_that_is_asked_for_is_kept_within_bounds() {
        for (asked, waits) in [(0, 1), (120, 120), (9_000_000, 3_600)] {
            let answer = Answer {
                retry_after: Some(Duration::from_secs(asked)),
                ..answer(429, "QUOTA_EXCEEDED")
            };
            assert_eq!(short(&answer), format!("again {waits} rate_limited"));
        }
    }
}
