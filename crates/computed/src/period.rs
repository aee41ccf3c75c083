//! Stretches of time that purchases count in: the last days or months, or the present year.

use chrono::{DateTime, Datelike as _, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use kernel::time::{DAY, Millis};
use serde::{Deserialize, Serialize};

use crate::cycle::local_day;

/// In which stretch of time purchases count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Period {
    /// Each for so many days of 24 hours.
    Days(u32),
    /// Each for so many months by the calendar: what was bought on the 31st counts to the last day of a shorter month.
    Months(u32),
    /// Until the year ends.
    Year(Year),
}

/// A year, by the calendar or as a company counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Year {
    /// The month that it begins with: 1 for the calendar year, 4 for most financial years in Japan.
    pub from_month: u32,
}

impl Period {
    /// Returns the first instant at which a purchase counts no more.
    pub fn leaves(self, at: Millis, zone: Tz) -> Millis {
        match self {
            Self::Days(_) | Self::Months(_) => self.later(at, zone).plus(1),
            Self::Year(year) => year.end(at, zone),
        }
    }

    /// Returns the end of the period after the one that ended at `end`.
    pub fn next_end(self, end: Millis, zone: Tz) -> Millis {
        match self {
            Self::Days(_) | Self::Months(_) => self.later(end, zone),
            Self::Year(year) => year.end(year.end(end.plus(-1), zone), zone),
        }
    }

    fn later(self, at: Millis, zone: Tz) -> Millis {
        match self {
            Self::Days(days) => at.plus(i64::from(days) * DAY),
            Self::Months(months) => {
                let local = local(at, zone);
                let later = local.checked_add_months(Months::new(months));
                instant(later.unwrap_or(local), zone)
            }
            Self::Year(year) => year.end(at, zone),
        }
    }
}

impl Year {
    /// Returns the beginning of the year after the one that an instant lies in.
    fn end(self, at: Millis, zone: Tz) -> Millis {
        let day = local_day(at, zone);
        let ends_this_year = day.month() < self.from_month;
        let year = if ends_this_year {
            day.year()
        } else {
            day.year() + 1
        };
        let first = NaiveDate::from_ymd_opt(year, self.from_month, 1).unwrap_or(day);
        instant(first.and_time(NaiveTime::MIN), zone)
    }
}

fn local(at: Millis, zone: Tz) -> NaiveDateTime {
    at.to_utc().with_timezone(&zone).naive_local()
}

/// Returns the instant at which clocks show a time; one that spring skips moves forward, of two in autumn the first.
fn instant(local: NaiveDateTime, zone: Tz) -> Millis {
    let shown = |quarters: i32| {
        let wanted = local + TimeDelta::minutes(15) * quarters;
        wanted.and_local_timezone(zone).earliest()
    };
    let found: Option<DateTime<Tz>> = (0..96).find_map(shown);
    Millis(found.map_or(local.and_utc().timestamp_millis(), |at| {
        at.timestamp_millis()
    }))
}

#[cfg(test)]
mod tests {
    use chrono_tz::{America::New_York, Asia::Tokyo};

    use super::*;

    fn at(text: &str) -> Millis {
        Millis::parse(text).unwrap()
    }

    #[test]
    fn months_are_the_calendars_and_years_begin_where_the_company_says() {
        let leaves = |period: Period, text: &str| period.leaves(at(text), Tokyo);
        let bought = "2024-01-31T10:00:00+09:00";
        assert_eq!(
            leaves(Period::Days(30), bought),
            at("2024-03-01T10:00:00.001+09:00")
        );
        assert_eq!(
            leaves(Period::Months(1), bought),
            at("2024-02-29T10:00:00.001+09:00")
        );
        let financial = Period::Year(Year { from_month: 4 });
        assert_eq!(leaves(financial, bought), at("2024-04-01T00:00:00+09:00"));
        assert_eq!(
            leaves(financial, "2024-04-01T00:00:00+09:00"),
            at("2025-04-01T00:00:00+09:00")
        );
        assert_eq!(
            leaves(
                Period::Year(Year { from_month: 1 }),
                "2024-12-31T23:59:59+09:00"
            ),
            at("2025-01-01T00:00:00+09:00")
        );
    }

    #[test]
    fn the_next_period_ends_one_period_later() {
        let end = at("2024-04-01T00:00:00+09:00");
        let financial = Period::Year(Year { from_month: 4 });
        assert_eq!(
            financial.next_end(end, Tokyo),
            at("2025-04-01T00:00:00+09:00")
        );
        assert_eq!(
            Period::Months(6).next_end(end, Tokyo),
            at("2024-10-01T00:00:00+09:00")
        );
        assert_eq!(Period::Days(10).next_end(end, Tokyo), end.plus(10 * DAY));
        // 02:30 is skipped on that day in New York.
        assert_eq!(
            Period::Months(1).next_end(at("2026-02-08T02:30:00-05:00"), New_York),
            at("2026-03-08T03:00:00-04:00")
        );
    }
}
