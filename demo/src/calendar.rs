//! From the wall clock of 2017 in New York to instants in Tokyo near `now`.
//!
//! A basket of a Tuesday at 18:10 stays one of a Tuesday at 18:10: the wall clock is read as
//! Asia/Tokyo and moved forward by whole weeks. Tokyo has had no daylight saving time since 1951, so
//! its offset is a constant.

use chrono::{DateTime, Datelike, Days, NaiveDate};
use kernel::time::{DAY, HOUR, MINUTE, Millis};

/// 2017-01-01 00:00 on the wall clock of Tokyo: 2016-12-31 15:00 UTC.
const YEAR_START: i64 = 1_483_228_800_000 - TOKYO;
const TOKYO: i64 = 9 * HOUR;
const WEEK: i64 = 7 * DAY;
/// The last basket: 2017-12-31 23:01, in minutes of the year.
pub(crate) const LAST_MINUTE: i64 = 525_541;
/// The day after the last basket, 2018-01-01, in days of the year.
const END_DAY: i64 = 365;

/// Moves times of the source to the time of the company.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calendar {
    now: Millis,
    weeks: i64,
}

impl Calendar {
    /// Chooses the whole weeks that bring the last basket into the week before `now`.
    pub(crate) fn new(now: Millis) -> Self {
        let last = YEAR_START + LAST_MINUTE * MINUTE;
        Self {
            now,
            weeks: (now.0 - last).div_euclid(WEEK),
        }
    }

    /// Returns the number of weeks by which the dates are moved.
    pub(crate) fn weeks(self) -> i64 {
        self.weeks
    }

    /// Returns the instant of a minute of the source's year.
    pub(crate) fn minute(self, minute: i64) -> Millis {
        Millis(YEAR_START + self.weeks * WEEK + minute * MINUTE)
    }

    /// Returns midnight in Tokyo at the start of a day of the source's year.
    pub(crate) fn day(self, day: i64) -> Millis {
        self.minute(day * 24 * 60)
    }

    /// Returns the midnight that ends the last day with baskets.
    pub(crate) fn end(self) -> Millis {
        self.day(END_DAY)
    }

    /// Returns the day of the source's year on which an instant falls in Tokyo.
    pub(crate) fn day_of(self, instant: Millis) -> i64 {
        (instant.0 - self.day(0).0).div_euclid(DAY)
    }

    /// Returns the date of today in Tokyo.
    pub(crate) fn today(self) -> NaiveDate {
        date(self.now)
    }

    /// Returns the birthday of somebody who is `age` today and had it `days_ago` days ago (0-364).
    pub(crate) fn birthday(self, age: u32, days_ago: u32) -> NaiveDate {
        let today = self.today();
        let years_back = i32::try_from(age).unwrap_or(0);
        let day = today.with_year(today.year() - years_back).unwrap_or(today);
        day.checked_sub_days(Days::new(u64::from(days_ago)))
            .unwrap_or(day)
    }
}

/// Returns the date of an instant in Tokyo.
pub(crate) fn date(instant: Millis) -> NaiveDate {
    DateTime::from_timestamp_millis(instant.0 + TOKYO)
        .map_or(NaiveDate::MIN, |time| time.date_naive())
}

/// Returns the hour of an instant in Tokyo, 0-23.
pub(crate) fn hour(instant: Millis) -> i64 {
    (instant.0 + TOKYO).rem_euclid(DAY) / HOUR
}

#[cfg(test)]
mod tests {
    use kernel::time::{DAY, MINUTE, Millis};

    use super::{Calendar, LAST_MINUTE, hour};

    #[test]
    fn keeps_wall_clock_and_weekday() {
        let now = Millis::parse("2026-11-22T07:00:00Z").unwrap();
        let calendar = Calendar::new(now);
        // 2017-01-03 18:10 was a Tuesday.
        let moved = calendar.minute(2 * 24 * 60 + 18 * 60 + 10);
        assert_eq!(hour(moved), 18);
        assert_eq!(super::date(moved).format("%a").to_string(), "Tue");
        assert_eq!(calendar.day_of(moved), 2);
    }

    #[test]
    fn last_basket_is_never_after_now_nor_older_than_a_week() {
        let start = Millis::parse("2026-11-22T07:00:00Z").unwrap();
        for step in 0..400 {
            let now = start.plus(step * 37 * MINUTE);
            let age = now.0 - Calendar::new(now).minute(LAST_MINUTE).0;
            assert!((0..7 * DAY).contains(&age), "{now}: {age}");
        }
    }
}
