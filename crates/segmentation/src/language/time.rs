//! Moments and windows: relative to `now`, or fixed in the workspace's zone.

use chrono::{Days, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use kernel::time::{DAY, HOUR, MINUTE, Millis};
use serde::{Deserialize, Serialize};

use super::calendar::{CalendarSpan, CalendarUnit};

/// A length of time; a day is 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// Minutes.
    Minutes(u32),
    /// Hours.
    Hours(u32),
    /// Days of 24 hours.
    Days(u32),
    /// Weeks of seven days.
    Weeks(u32),
}

impl Span {
    /// Returns the length in milliseconds.
    pub fn millis(self) -> i64 {
        match self {
            Self::Minutes(n) => i64::from(n) * MINUTE,
            Self::Hours(n) => i64::from(n) * HOUR,
            Self::Days(n) => i64::from(n) * DAY,
            Self::Weeks(n) => i64::from(n) * 7 * DAY,
        }
    }
}

/// A point in time as a person names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// A whole day in the workspace's zone.
    Date(NaiveDate),
    /// An instant.
    Instant(Millis),
    /// So long before now.
    Ago(Span),
    /// So long after now.
    Ahead(Span),
}

impl Moment {
    /// Returns the first instant that belongs to the moment.
    pub fn start(self, now: Millis, zone: Tz) -> Millis {
        match self {
            Self::Date(date) => day_start(date, zone),
            Self::Instant(instant) => instant,
            Self::Ago(span) => now.plus(-span.millis()),
            Self::Ahead(span) => now.plus(span.millis()),
        }
    }

    /// Returns the first instant after the moment: the next midnight, or a millisecond later.
    pub fn end(self, now: Millis, zone: Tz) -> Millis {
        match self {
            Self::Date(date) => day_start(next_day(date), zone),
            other => other.start(now, zone).plus(1),
        }
    }

    /// Returns the local day in which the moment lies.
    pub fn date(self, now: Millis, zone: Tz) -> NaiveDate {
        match self {
            Self::Date(date) => date,
            other => local_date(other.start(now, zone), zone),
        }
    }

    /// Returns by how much the moment moves with `now`, `None` when it is fixed.
    pub fn offset(self) -> Option<i64> {
        match self {
            Self::Ago(span) => Some(-span.millis()),
            Self::Ahead(span) => Some(span.millis()),
            Self::Date(_) | Self::Instant(_) => None,
        }
    }
}

/// The stretch of event time that a condition looks at. Nothing at or after `now` is ever seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Everything before now.
    #[default]
    Ever,
    /// `[now − span, now)`.
    Last(Span),
    /// From a moment until a moment.
    Between(Bounds),
    /// The day, week, month … in which it is now, until now.
    This(CalendarUnit),
    /// So many whole days, weeks, months … before the present one.
    LastFull(CalendarSpan),
}

/// The two ends of a window; a missing end is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// The first moment that belongs to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Moment>,
    /// A day belongs to it as a whole; an instant or a relative moment is the first that does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
}

impl Window {
    /// Returns `[from, until)` for a present moment, never beyond it.
    pub fn range(self, now: Millis, zone: Tz) -> (Option<Millis>, Millis) {
        match self {
            Self::Ever => (None, now),
            Self::Last(span) => (Some(now.plus(-span.millis())), now),
            Self::Between(bounds) => {
                let until = bounds.until.map_or(now, |moment| match moment {
                    Moment::Date(_) => moment.end(now, zone),
                    other => other.start(now, zone),
                });
                (
                    bounds.from.map(|moment| moment.start(now, zone)),
                    until.min(now),
                )
            }
            Self::This(unit) => (Some(unit.start(now, zone)), now),
            Self::LastFull(span) => {
                let (n, unit) = span.parts();
                (Some(unit.start_before(n, now, zone)), unit.start(now, zone))
            }
        }
    }
}

/// A stretch of time that a date must lie in, as instants and as whole local days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Interval {
    /// First instant inside.
    pub from: Option<Millis>,
    /// First instant outside.
    pub until: Option<Millis>,
    /// First day inside.
    pub from_date: Option<NaiveDate>,
    /// First day outside.
    pub until_date: Option<NaiveDate>,
}

/// Returns the local day of an instant.
pub fn local_date(instant: Millis, zone: Tz) -> NaiveDate {
    instant.to_utc().with_timezone(&zone).date_naive()
}

/// Returns the day after; the last day that chrono knows stays.
pub(crate) fn next_day(date: NaiveDate) -> NaiveDate {
    date.checked_add_days(Days::new(1)).unwrap_or(date)
}

/// Returns the first instant of a local day; where midnight is skipped, the first that exists.
pub(crate) fn day_start(date: NaiveDate, zone: Tz) -> Millis {
    let mut local = date.and_time(NaiveTime::MIN);
    for _ in 0..8 {
        match zone.from_local_datetime(&local) {
            LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => {
                return Millis(time.timestamp_millis());
            }
            LocalResult::None => local += TimeDelta::minutes(30),
        }
    }
    Millis(date.and_time(NaiveTime::MIN).and_utc().timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Millis {
        Millis::parse(text).unwrap()
    }

    #[test]
    fn a_day_is_the_day_of_the_zone_even_where_midnight_is_skipped() {
        let day = NaiveDate::from_ymd_opt(2026, 7, 14).unwrap();
        assert_eq!(day_start(day, Tz::Asia__Tokyo), at("2026-07-13T15:00:00Z"));
        // Santiago skips 00:00-01:00 on the first Sunday of September.
        let skipped = NaiveDate::from_ymd_opt(2026, 9, 6).unwrap();
        assert_eq!(
            day_start(skipped, Tz::America__Santiago),
            at("2026-09-06T04:00:00Z")
        );
        assert_eq!(local_date(at("2026-07-13T15:00:00Z"), Tz::Asia__Tokyo), day);
    }

    #[test]
    fn a_window_holds_its_first_instant_and_not_its_last() {
        let now = at("2026-07-14T01:42:00Z");
        let zone = Tz::Asia__Tokyo;
        assert_eq!(
            Window::Last(Span::Days(1)).range(now, zone),
            (Some(now.plus(-DAY)), now)
        );
        let july = Bounds {
            from: NaiveDate::from_ymd_opt(2026, 7, 1).map(Moment::Date),
            until: NaiveDate::from_ymd_opt(2026, 7, 10).map(Moment::Date),
        };
        assert_eq!(
            Window::Between(july).range(now, zone),
            (Some(at("2026-06-30T15:00:00Z")), at("2026-07-10T15:00:00Z")),
            "the last day belongs to it"
        );
        let future = Bounds {
            from: None,
            until: Some(Moment::Ahead(Span::Days(3))),
        };
        assert_eq!(
            Window::Between(future).range(now, zone),
            (None, now),
            "nothing after now is seen"
        );
    }
}
