//! Days, weeks, months, quarters and years of the calendar in the workspace's zone.

use chrono::{Datelike, Days, Months, NaiveDate};
use chrono_tz::Tz;
use kernel::time::Millis;
use serde::{Deserialize, Serialize};

use super::time::{day_start, local_date};

/// A unit of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalendarUnit {
    /// From midnight.
    Day,
    /// From Monday.
    Week,
    /// From the first.
    Month,
    /// From January, April, July and October.
    Quarter,
    /// From January.
    Year,
}

/// So many whole units of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalendarSpan {
    /// Days.
    Days(u32),
    /// Weeks from Monday.
    Weeks(u32),
    /// Months.
    Months(u32),
    /// Quarters.
    Quarters(u32),
    /// Years.
    Years(u32),
}

impl CalendarSpan {
    /// Returns the number and the unit.
    pub const fn parts(self) -> (u32, CalendarUnit) {
        match self {
            Self::Days(n) => (n, CalendarUnit::Day),
            Self::Weeks(n) => (n, CalendarUnit::Week),
            Self::Months(n) => (n, CalendarUnit::Month),
            Self::Quarters(n) => (n, CalendarUnit::Quarter),
            Self::Years(n) => (n, CalendarUnit::Year),
        }
    }
}

impl CalendarUnit {
    /// Returns the first day of the unit in which a day lies.
    pub fn first_day(self, day: NaiveDate) -> NaiveDate {
        let found = match self {
            Self::Day => Some(day),
            Self::Week => {
                let gone = u64::from(day.weekday().num_days_from_monday());
                day.checked_sub_days(Days::new(gone))
            }
            Self::Month => day.with_day(1),
            Self::Quarter => NaiveDate::from_ymd_opt(day.year(), day.month0() / 3 * 3 + 1, 1),
            Self::Year => NaiveDate::from_ymd_opt(day.year(), 1, 1),
        };
        found.unwrap_or(day)
    }

    /// Returns the first day of the unit that comes so many later.
    pub(crate) fn later(self, first_day: NaiveDate, n: u32) -> NaiveDate {
        let found = match self.length(n) {
            Length::Days(days) => first_day.checked_add_days(days),
            Length::Months(months) => first_day.checked_add_months(months),
        };
        found.unwrap_or(first_day)
    }

    fn earlier(self, first_day: NaiveDate, n: u32) -> NaiveDate {
        let found = match self.length(n) {
            Length::Days(days) => first_day.checked_sub_days(days),
            Length::Months(months) => first_day.checked_sub_months(months),
        };
        found.unwrap_or(first_day)
    }

    fn length(self, n: u32) -> Length {
        match self {
            Self::Day => Length::Days(Days::new(u64::from(n))),
            Self::Week => Length::Days(Days::new(7 * u64::from(n))),
            Self::Month => Length::Months(Months::new(n)),
            Self::Quarter => Length::Months(Months::new(n.saturating_mul(3))),
            Self::Year => Length::Months(Months::new(n.saturating_mul(12))),
        }
    }

    /// Returns the first instant of the unit in which it is now.
    pub(crate) fn start(self, now: Millis, zone: Tz) -> Millis {
        day_start(self.first_day(local_date(now, zone)), zone)
    }

    /// Returns the first instant of the unit that began so many before the present one.
    pub(crate) fn start_before(self, n: u32, now: Millis, zone: Tz) -> Millis {
        let first_day = self.first_day(local_date(now, zone));
        day_start(self.earlier(first_day, n), zone)
    }

    /// Returns the first instants of the next units.
    pub(crate) fn next_starts(self, n: u32, now: Millis, zone: Tz) -> Vec<Millis> {
        let first_day = self.first_day(local_date(now, zone));
        (1..=n)
            .map(|n| day_start(self.later(first_day, n), zone))
            .collect()
    }
}

enum Length {
    Days(Days),
    Months(Months),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Window;

    fn at(text: &str) -> Millis {
        Millis::parse(text).unwrap()
    }

    #[test]
    fn units_begin_where_the_calendar_of_the_zone_says() {
        let zone = Tz::Asia__Tokyo;
        // Monday, 1 March 2027, half past midnight in Tokyo: still February in UTC.
        let now = at("2027-02-28T15:30:00Z");
        for (window, from, until) in [
            (
                Window::This(CalendarUnit::Day),
                "2027-02-28T15:00:00Z",
                "2027-02-28T15:30:00Z",
            ),
            (
                Window::This(CalendarUnit::Week),
                "2027-02-28T15:00:00Z",
                "2027-02-28T15:30:00Z",
            ),
            (
                Window::This(CalendarUnit::Quarter),
                "2026-12-31T15:00:00Z",
                "2027-02-28T15:30:00Z",
            ),
            (
                Window::LastFull(CalendarSpan::Days(1)),
                "2027-02-27T15:00:00Z",
                "2027-02-28T15:00:00Z",
            ),
            (
                Window::LastFull(CalendarSpan::Weeks(1)),
                "2027-02-21T15:00:00Z",
                "2027-02-28T15:00:00Z",
            ),
            (
                Window::LastFull(CalendarSpan::Months(1)),
                "2027-01-31T15:00:00Z",
                "2027-02-28T15:00:00Z",
            ),
            (
                Window::LastFull(CalendarSpan::Quarters(1)),
                "2026-09-30T15:00:00Z",
                "2026-12-31T15:00:00Z",
            ),
            (
                Window::LastFull(CalendarSpan::Years(2)),
                "2024-12-31T15:00:00Z",
                "2026-12-31T15:00:00Z",
            ),
        ] {
            assert_eq!(
                window.range(now, zone),
                (Some(at(from)), at(until)),
                "{window:?}"
            );
        }
        // Sunday belongs to the week that began on the Monday before.
        let sunday = at("2027-03-07T03:00:00Z");
        assert_eq!(
            CalendarUnit::Week.start(sunday, zone),
            at("2027-02-28T15:00:00Z")
        );
    }

    #[test]
    fn a_day_of_23_or_25_hours_is_still_a_day() {
        let zone = Tz::America__New_York;
        // Clocks go forward on 8 March 2026 and back on 1 November 2026.
        for (now, from, until) in [
            (
                "2026-03-09T12:00:00Z",
                "2026-03-08T05:00:00Z",
                "2026-03-09T04:00:00Z",
            ),
            (
                "2026-11-02T12:00:00Z",
                "2026-11-01T04:00:00Z",
                "2026-11-02T05:00:00Z",
            ),
        ] {
            let yesterday = Window::LastFull(CalendarSpan::Days(1));
            assert_eq!(yesterday.range(at(now), zone), (Some(at(from)), at(until)));
        }
        let starts = CalendarUnit::Day.next_starts(2, at("2026-03-07T12:00:00Z"), zone);
        assert_eq!(
            starts,
            [at("2026-03-08T05:00:00Z"), at("2026-03-09T04:00:00Z")]
        );
    }
}
