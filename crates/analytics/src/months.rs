//! Calendar months as the workspace's clocks show them.

use chrono::{Datelike as _, Months as Span, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use kernel::time::Millis;

use crate::zone;

/// The latest months up to the present one, the earliest first: their first days and first instants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Months(Vec<(NaiveDate, Millis)>);

impl Months {
    /// Lists the latest `n` months.
    pub(crate) fn latest(n: u32, now: Millis, zone: Tz) -> Self {
        let today = now.to_utc().with_timezone(&zone).date_naive();
        let this = today.with_day(1).unwrap_or(today);
        let days = (0..n)
            .rev()
            .filter_map(|back| this.checked_sub_months(Span::new(back)));
        let start = |day: NaiveDate| zone::instant(day.and_time(NaiveTime::MIN), zone);
        Self(days.map(|day| (day, start(day))).collect())
    }

    /// Returns the first days.
    pub(crate) fn days(&self) -> impl Iterator<Item = NaiveDate> {
        self.0.iter().map(|(day, _)| *day)
    }

    /// Returns how many there are.
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the number of the month of an instant in SQL: 1 for the earliest, 0 for all before.
    pub(crate) fn number_sql(&self, instant: &str) -> String {
        // Numbers of our own, so they need no binds; the latest month first.
        let arm = |(place, (_, from)): (usize, &(NaiveDate, Millis))| {
            format!("WHEN {instant} >= {} THEN {}", from.0, place + 1)
        };
        let arms: Vec<String> = self.0.iter().enumerate().rev().map(arm).collect();
        format!("CAST(CASE {} ELSE 0 END AS BIGINT)", arms.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_by_the_clock_of_the_zone_across_the_years_end() {
        let now = Millis::parse("2026-01-31T15:30:00Z").unwrap();
        let found = Months::latest(12, now, Tz::Asia__Tokyo);
        assert_eq!(found.len(), 12);
        let last = found.0.last().unwrap();
        assert_eq!(last.0.to_string(), "2026-02-01");
        assert_eq!(last.1.to_string(), "2026-01-31T15:00:00.000Z");
        assert_eq!(found.0[0].0.to_string(), "2025-03-01");
    }
}
