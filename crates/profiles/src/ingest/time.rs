//! When something happened, by a clock that may be wrong.

use chrono::{DateTime, NaiveDateTime};
use kernel::time::{MINUTE, Millis};
use serde_json::Value as Json;

/// How far ahead of receipt a time may be before it is not believed.
const TOLERANCE: i64 = 10 * MINUTE;

/// The instant of an event, and what the sender had said when that was not believed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct When {
    pub(super) at: Millis,
    pub(super) disbelieved: Option<Json>,
}

/// Works out `received − (sent − original)`, which takes the error of the sender's clock out.
pub(super) fn when(original: Option<&Json>, sent: Option<&Json>, received: Millis) -> When {
    let Some(said) = original else {
        return When {
            at: received,
            disbelieved: None,
        };
    };
    let Some(instant) = instant(said) else {
        return When {
            at: received,
            disbelieved: Some(said.clone()),
        };
    };
    let at = match sent.and_then(self::instant) {
        Some(sent) => received.0.saturating_sub(sent.0.saturating_sub(instant.0)),
        None => instant.0,
    };
    if at > received.0.saturating_add(TOLERANCE) {
        return When {
            at: received,
            disbelieved: Some(said.clone()),
        };
    }
    When {
        at: Millis(at),
        disbelieved: None,
    }
}

/// Reads RFC 3339, the same without a zone (taken as UTC), or Unix time in seconds or milliseconds.
fn instant(value: &Json) -> Option<Millis> {
    match value {
        Json::String(text) => {
            let text = text.trim();
            DateTime::parse_from_rfc3339(text)
                .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
                .map(|time| time.timestamp_millis())
                .or_else(|_| {
                    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
                        .map(|time| time.and_utc().timestamp_millis())
                })
                .ok()
                .map(Millis)
        }
        Json::Number(number) => {
            let number = number.as_i64()?;
            // Seconds reach this bound in the year 5138, milliseconds passed it in 1973.
            Some(Millis(if number.abs() < 100_000_000_000 {
                number.saturating_mul(1_000)
            } else {
                number
            }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_senders_clock_is_corrected_and_the_future_is_not_believed() {
        let received = Millis::parse("2026-07-14T01:42:00Z").unwrap();
        let at = |original: Json, sent: Json| {
            when(Some(&original), Some(&sent), received).at.to_string()
        };
        // The sender's clock is an hour behind; the event was five seconds before it was sent.
        assert_eq!(
            at(json!("2026-07-14T00:41:55Z"), json!("2026-07-14T00:42:00Z")),
            "2026-07-14T01:41:55.000Z"
        );
        assert_eq!(
            at(json!("2026-07-14T10:41:00+0900"), Json::Null),
            "2026-07-14T01:41:00.000Z"
        );
        assert_eq!(
            at(json!(1_783_993_300), Json::Null),
            "2026-07-14T01:41:40.000Z"
        );
        assert_eq!(
            at(json!("2026-07-14T01:51:00Z"), Json::Null),
            "2026-07-14T01:51:00.000Z"
        );
        assert_eq!(
            at(json!("2024-02-29T00:00:00Z"), Json::Null),
            "2024-02-29T00:00:00.000Z"
        );
        let late = when(Some(&json!("2026-07-14T02:00:00Z")), None, received);
        assert_eq!(
            late,
            When {
                at: received,
                disbelieved: Some(json!("2026-07-14T02:00:00Z"))
            }
        );
        let odd = when(Some(&json!("yesterday")), None, received);
        assert_eq!(
            odd,
            When {
                at: received,
                disbelieved: Some(json!("yesterday"))
            }
        );
        assert_eq!(
            when(None, Some(&json!("2026-01-01T00:00:00Z")), received),
            When {
                at: received,
                disbelieved: None
            }
        );
    }
}
