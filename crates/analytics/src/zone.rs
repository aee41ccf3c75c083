//! Hours and days as the workspace's clocks show them.

use chrono::{
    DateTime, Days, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc, offset::LocalResult,
};
use chrono_tz::Tz;
use kernel::time::{HOUR, Millis};

/// Reads a zone; what is no zone is UTC.
pub fn parse(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::UTC)
}

/// How fine time is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    /// By the hour.
    Hour,
    /// By the day of the workspace.
    Day,
}

impl Bucket {
    /// Returns the name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Hour, Self::Day]
            .into_iter()
            .find(|bucket| bucket.as_str() == name)
    }

    /// Returns where the bucket of an instant begins.
    pub fn start(self, at: Millis, zone: Tz) -> Millis {
        match self {
            // Zones may stand half an hour off, so the hour is the local one.
            Self::Hour => {
                let offset = offset(at, zone);
                Millis((at.0 + offset).div_euclid(HOUR) * HOUR - offset)
            }
            Self::Day => day_start(at, zone),
        }
    }

    /// Returns where the next bucket begins.
    pub fn next(self, start: Millis, zone: Tz) -> Millis {
        match self {
            Self::Hour => start.plus(HOUR),
            Self::Day => {
                let tomorrow = local(start, zone).date().checked_add_days(Days::new(1));
                tomorrow.map_or(start.plus(24 * HOUR), |date| {
                    instant(date.and_time(NaiveTime::MIN), zone)
                })
            }
        }
    }
}

/// Returns the midnight before an instant.
pub fn day_start(at: Millis, zone: Tz) -> Millis {
    instant(local(at, zone).date().and_time(NaiveTime::MIN), zone)
}

/// Returns midnight `days` days before the one before an instant.
pub fn days_back(at: Millis, days: u64, zone: Tz) -> Millis {
    let date = local(at, zone).date();
    let date = date.checked_sub_days(Days::new(days)).unwrap_or(date);
    instant(date.and_time(NaiveTime::MIN), zone)
}

/// Returns what the clocks show.
pub fn local(at: Millis, zone: Tz) -> NaiveDateTime {
    utc(at).with_timezone(&zone).naive_local()
}

/// Returns the instant at which clocks show a time; one that spring skips moves forward, of two in autumn the first.
pub fn instant(local: NaiveDateTime, zone: Tz) -> Millis {
    let mut wanted = local;
    for _ in 0..=96 {
        match zone.from_local_datetime(&wanted) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => {
                return Millis(at.timestamp_millis());
            }
            LocalResult::None => wanted += TimeDelta::minutes(15),
        }
    }
    Millis(local.and_utc().timestamp_millis())
}

fn utc(at: Millis) -> DateTime<Utc> {
    at.to_utc()
}

fn offset(at: Millis, zone: Tz) -> i64 {
    local(at, zone).and_utc().timestamp_millis() - at.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Millis {
        Millis::parse(text).unwrap()
    }

    #[test]
    fn a_day_is_the_workspaces_own() {
        let start = |text, zone| Bucket::Day.start(at(text), zone).to_string();
        assert_eq!(
            start("2026-07-14T14:59:59Z", Tz::Asia__Tokyo),
            "2026-07-13T15:00:00.000Z"
        );
        assert_eq!(
            start("2026-07-14T15:00:00Z", Tz::Asia__Tokyo),
            "2026-07-14T15:00:00.000Z"
        );
        // The day on which clocks in New York go forward has 23 hours.
        let day = Bucket::Day.start(at("2026-03-08T12:00:00Z"), Tz::America__New_York);
        let next = Bucket::Day.next(day, Tz::America__New_York);
        assert_eq!(next.0 - day.0, 23 * HOUR);
    }

    #[test]
    fn an_hour_is_the_local_one() {
        let start = Bucket::Hour.start(at("2026-07-14T10:42:00Z"), Tz::Asia__Kolkata);
        assert_eq!(start.to_string(), "2026-07-14T10:30:00.000Z");
    }
}
