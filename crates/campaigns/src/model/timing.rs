//! When each person gets the message.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, offset::LocalResult};
use chrono_tz::Tz;
use kernel::time::Millis;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// An hour and minute of a day; on the wire `10:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay(NaiveTime);

impl TimeOfDay {
    /// Reads `10:30`.
    pub fn parse(text: &str) -> Option<Self> {
        NaiveTime::parse_from_str(text, "%H:%M").ok().map(Self)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.format("%H:%M"))
    }
}
impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("not a time of day such as 10:30"))
    }
}

/// The card that says when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Timing {
    /// At once.
    Now {},
    /// Everybody at the same instant.
    At {
        /// The instant.
        at: Millis,
    },
    /// Everybody when it is this time where they are.
    LocalTime {
        /// The date.
        date: NaiveDate,
        /// The time of day.
        time: TimeOfDay,
    },
}

impl Timing {
    /// Returns when the audience is worked out: not after anybody's turn, and not before `now`.
    pub fn plan_at(&self, now: Millis) -> Millis {
        match self {
            Self::Now {} => now,
            Self::At { at } => (*at).max(now),
            // The first place on earth where this time comes, fourteen hours ahead of UTC.
            Self::LocalTime { date, time } => {
                let first = date.and_time(time.0) - TimeDelta::hours(14);
                Millis(first.and_utc().timestamp_millis()).max(now)
            }
        }
    }

    /// Returns when a person in `zone` is due; a time that has passed there is now.
    pub fn due_at(&self, zone: Tz, now: Millis) -> Millis {
        match self {
            Self::Now {} => now,
            Self::At { at } => (*at).max(now),
            Self::LocalTime { date, time } => instant_of(date.and_time(time.0), zone).max(now),
        }
    }

    /// Returns the last instant at which anybody is due.
    pub fn last_due(&self, now: Millis) -> Millis {
        match self {
            Self::Now {} => now,
            Self::At { at } => *at,
            Self::LocalTime { date, time } => {
                let last = date.and_time(time.0) + TimeDelta::hours(12);
                Millis(last.and_utc().timestamp_millis())
            }
        }
    }
}

/// Returns the instant of a local time: one that is skipped in spring moves forward, one that comes
/// twice in autumn is the first.
fn instant_of(local: NaiveDateTime, zone: Tz) -> Millis {
    let mut wanted = local;
    // The longest gap on record is a day (Samoa, 2011); steps of a quarter reach its end.
    for _ in 0..=96 {
        match zone.from_local_datetime(&wanted) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => {
                return Millis(at.timestamp_millis());
            }
            LocalResult::None => wanted += TimeDelta::minutes(15),
        }
    }
    let day_later = local.checked_add_days(Days::new(1)).unwrap_or(local);
    Millis(day_later.and_utc().timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(date: &str, time: &str) -> Timing {
        Timing::LocalTime {
            date: date.parse().unwrap(),
            time: TimeOfDay::parse(time).unwrap(),
        }
    }

    fn due(timing: &Timing, zone: Tz) -> String {
        timing.due_at(zone, Millis(0)).to_string()
    }

    #[test]
    fn each_zone_has_its_own_morning() {
        let timing = local("2026-07-15", "10:00");
        assert_eq!(due(&timing, Tz::Asia__Tokyo), "2026-07-15T01:00:00.000Z");
        assert_eq!(
            due(&timing, Tz::America__New_York),
            "2026-07-15T14:00:00.000Z"
        );
        let now = Millis::parse("2026-07-15T02:00:00Z").unwrap();
        assert_eq!(
            timing.due_at(Tz::Asia__Tokyo, now),
            now,
            "a morning that has passed is now"
        );
    }

    #[test]
    fn a_time_that_spring_skips_moves_forward_and_one_that_autumn_repeats_comes_once() {
        assert_eq!(
            due(&local("2026-03-08", "02:30"), Tz::America__New_York),
            "2026-03-08T07:00:00.000Z"
        );
        assert_eq!(
            due(&local("2026-11-01", "01:30"), Tz::America__New_York),
            "2026-11-01T05:30:00.000Z"
        );
    }

    #[test]
    fn the_audience_is_known_before_anybody_is_due() {
        let timing = local("2026-07-15", "10:00");
        let planned = timing.plan_at(Millis(0));
        for zone in chrono_tz::TZ_VARIANTS {
            let due = timing.due_at(zone, Millis(0));
            assert!(
                planned <= due && due <= timing.last_due(Millis(0)),
                "{zone}"
            );
        }
    }

    #[test]
    fn the_card_reads_back() {
        let timing = local("2026-07-15", "09:05");
        let json = serde_json::to_value(&timing).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"kind": "local_time", "date": "2026-07-15", "time": "09:05"})
        );
        assert_eq!(serde_json::from_value::<Timing>(json).unwrap(), timing);
        assert!(
            serde_json::from_str::<Timing>(
                r#"{"kind":"local_time","date":"2026-07-15","time":"25:00"}"#
            )
            .is_err()
        );
    }
}
