//! The calendar, read plainly: units are counted, not measured.

use chrono::{Datelike, NaiveDate};
use segmentation::language::{Anniversary, CalendarUnit};

use crate::flaws::Flaw;

/// Returns the number of the unit in which a day lies; neighbours differ by one.
pub(super) fn count(unit: CalendarUnit, day: NaiveDate, flaw: Option<Flaw>) -> i64 {
    let (year, month) = (i64::from(day.year()), i64::from(day.month0()));
    // 1 January of year 1 was a Monday.
    let days = i64::from(day.num_days_from_ce()) - 1;
    match unit {
        CalendarUnit::Day => days,
        CalendarUnit::Week if flaw == Some(Flaw::WeekFromSunday) => (days + 1).div_euclid(7),
        CalendarUnit::Week => days.div_euclid(7),
        CalendarUnit::Month => year * 12 + month,
        CalendarUnit::Quarter => year * 4 + month / 3,
        CalendarUnit::Year => year,
    }
}

/// Tells whether some anniversary of a day lies in the stretch.
pub(super) fn anniversary(
    wanted: &Anniversary,
    born: NaiveDate,
    today: NaiveDate,
    flaw: Option<Flaw>,
) -> bool {
    let first = i32::from(flaw != Some(Flaw::DayIsItsAnniversary));
    (first..=200).any(|years| {
        let year = born.year() + years;
        let Some(day) = born.with_year(year).or_else(|| {
            let eve = NaiveDate::from_ymd_opt(year, 2, 28);
            eve.filter(|_| flaw != Some(Flaw::LeapDayDropped))
        }) else {
            return false;
        };
        let ahead = (day - today).num_days();
        let is_meant =
            wanted.turns.is_empty() || wanted.turns.iter().any(|turns| i32::from(*turns) == years);
        is_meant && (i64::from(wanted.from)..=i64::from(wanted.until)).contains(&ahead)
    })
}
