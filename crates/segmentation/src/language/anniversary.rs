//! Anniversaries of a stored day: birthdays, the day on which somebody became a member.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// An anniversary lies between two days counted from today; both belong to it.
///
/// The day itself is no anniversary. Who was born on 29 February has it on the 28th in common years.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anniversary {
    /// Days from today; negative has been.
    pub from: i32,
    /// Days from today.
    pub until: i32,
    /// Which anniversaries: the twentieth for who turns 20; empty for any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<u16>,
}

/// The anniversaries of one year: the years and the days of the year that have one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfYear {
    /// The stored year must come before this one.
    pub before: String,
    /// The stored year must be one of these, when any are named.
    pub years: Option<Vec<String>>,
    /// `MM-DD`.
    pub days: Vec<String>,
}

impl Anniversary {
    /// Returns which stored days have their anniversary in the stretch, by the year of the anniversary.
    pub fn wanted(&self, today: NaiveDate) -> Vec<OfYear> {
        let mut by_year: BTreeMap<i32, Vec<String>> = BTreeMap::new();
        for ahead in self.from..=self.until {
            let Some(day) = shifted(today, ahead) else {
                continue;
            };
            let days = by_year.entry(day.year()).or_default();
            days.push(day.format("%m-%d").to_string());
            if (day.month(), day.day()) == (2, 28) && !day.leap_year() {
                days.push("02-29".to_owned());
            }
        }
        let of_year = |(year, days): (i32, Vec<String>)| OfYear {
            before: written(year),
            years: (!self.turns.is_empty()).then(|| {
                let years = self.turns.iter().map(|turns| year - i32::from(*turns));
                years.map(written).collect()
            }),
            days,
        };
        by_year.into_iter().map(of_year).collect()
    }
}

impl OfYear {
    /// Judges a day of the form `2026-07-14`.
    pub fn holds(&self, day: &str) -> bool {
        let (Some(year), Some(month_and_day)) = (day.get(..4), day.get(5..)) else {
            return false;
        };
        year < self.before.as_str()
            && self
                .years
                .as_ref()
                .is_none_or(|years| years.iter().any(|one| one == year))
            && self.days.iter().any(|one| one == month_and_day)
    }
}

impl OfYear {
    /// Judges a day of an unknown year, `--07-14`; unknown where the number of the anniversary is asked for.
    pub fn holds_yearless(&self, day: &str) -> Option<bool> {
        let month_and_day = day.get(2..)?;
        let is_one = self.days.iter().any(|one| one == month_and_day);
        self.years.is_none().then_some(is_one)
    }
}

fn written(year: i32) -> String {
    format!("{year:04}")
}

fn shifted(day: NaiveDate, by: i32) -> Option<NaiveDate> {
    let days = Days::new(u64::from(by.unsigned_abs()));
    if by < 0 {
        day.checked_sub_days(days)
    } else {
        day.checked_add_days(days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(today: &str, anniversary: &Anniversary, day: &str) -> bool {
        let wanted = anniversary.wanted(today.parse().unwrap());
        wanted.iter().any(|of_year| of_year.holds(day))
    }

    #[test]
    fn a_week_goes_on_beyond_the_end_of_the_year_and_over_leap_days() {
        let week = Anniversary {
            from: 0,
            until: 7,
            turns: Vec::new(),
        };
        for (today, day, expected) in [
            ("2026-12-28", "1990-01-04", true),
            ("2026-12-28", "1990-01-05", false),
            ("2026-12-28", "2026-12-30", false),
            ("2026-12-28", "2026-01-02", true),
            ("2026-02-21", "2000-02-29", true),
            ("2026-02-20", "2000-02-29", false),
            ("2028-02-21", "2000-02-29", false),
            ("2028-02-22", "2000-02-29", true),
            ("2028-02-21", "2001-02-28", true),
        ] {
            assert_eq!(holds(today, &week, day), expected, "{today} {day}");
        }
    }

    #[test]
    fn who_turns_twenty_was_born_twenty_years_before_the_day() {
        let twenty = Anniversary {
            from: -3,
            until: 7,
            turns: vec![20, 60],
        };
        for (day, expected) in [
            ("2006-12-30", true),
            ("2007-01-02", true),
            ("2006-01-02", false),
            ("1966-12-25", true),
            ("1966-12-24", false),
        ] {
            assert_eq!(holds("2026-12-28", &twenty, day), expected, "{day}");
        }
    }
}
