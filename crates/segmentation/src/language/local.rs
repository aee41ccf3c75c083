//! What the clock on the wall says: weekdays and hours of events in the workspace's zone.

use std::fmt::Write as _;

use chrono::{Offset, TimeZone};
use chrono_tz::Tz;
use kernel::time::{DAY, HOUR, Millis};
use serde::{Deserialize, Serialize};

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// 月
    Monday,
    /// 火
    Tuesday,
    /// 水
    Wednesday,
    /// 木
    Thursday,
    /// 金
    Friday,
    /// 土
    Saturday,
    /// 日
    Sunday,
}

impl Weekday {
    /// Returns the place in the week; Monday is 0.
    pub const fn number(self) -> u8 {
        self as u8
    }
}

/// Hours of the day; beyond midnight when it ends before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The first hour that belongs to it, 0 to 23.
    pub from: u8,
    /// The first that does not, 1 to 24.
    pub until: u8,
}

impl Hours {
    /// Lists the hours.
    pub fn list(self) -> Vec<u8> {
        let is_in = |hour: &u8| {
            if self.from < self.until {
                (self.from..self.until).contains(hour)
            } else {
                *hour >= self.from || *hour < self.until
            }
        };
        (0..24).filter(is_in).collect()
    }
}

/// How far the clocks of a zone were ahead of UTC, and since when.
///
/// Databases know zones differently or not at all, so they are told the changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clock {
    /// Before the first change; earlier than 1970 nothing is looked up.
    first: i64,
    /// Instant and what holds from then on.
    changes: Vec<(i64, i64)>,
}

/// Changes of one zone lie further apart than this.
const STEP: i64 = 7 * DAY;

impl Clock {
    /// Reads the changes of a zone up to now.
    pub(crate) fn new(zone: Tz, now: Millis) -> Self {
        let first = offset(zone, 0);
        let (mut at, mut held, mut changes) = (0, first, Vec::new());
        while at < now.0 {
            let next = (at + STEP).min(now.0);
            let then = offset(zone, next);
            if then != held {
                let (mut before, mut after) = (at, next);
                while after - before > 1 {
                    let middle = before + (after - before) / 2;
                    if offset(zone, middle) == held {
                        before = middle;
                    } else {
                        after = middle;
                    }
                }
                changes.push((after, then));
                held = then;
            }
            at = next;
        }
        Self { first, changes }
    }

    /// Returns local milliseconds since the local beginning of 1970.
    pub(crate) fn local(&self, instant: i64) -> i64 {
        let place = self.changes.partition_point(|(at, _)| *at <= instant);
        let held = place
            .checked_sub(1)
            .and_then(|place| self.changes.get(place));
        instant + held.map_or(self.first, |(_, offset)| *offset)
    }

    /// Returns the same as an expression of SQL.
    pub(crate) fn local_sql(&self, instant: &str) -> String {
        if self.changes.is_empty() {
            return format!("({instant} + {})", self.first);
        }
        let mut cases = String::new();
        let mut held = self.first;
        for (at, offset) in &self.changes {
            // Writing to a String cannot fail.
            let _ = write!(cases, " WHEN {instant} < {at} THEN {held}");
            held = *offset;
        }
        format!("({instant} + CASE{cases} ELSE {held} END)")
    }
}

/// Returns the place in the week of local milliseconds.
pub(crate) const fn weekday(local: i64) -> i64 {
    // 1 January 1970 was a Thursday.
    (local.div_euclid(DAY) + 3).rem_euclid(7)
}

/// Returns the hour of the day of local milliseconds.
pub(crate) const fn hour(local: i64) -> i64 {
    local.rem_euclid(DAY) / HOUR
}

/// Returns the place in the week as an expression of SQL, whose division and remainder go towards zero.
pub(crate) fn weekday_sql(local: &str) -> String {
    format!(
        "(((({local} - {0}) / {DAY} + 3) % 7 + 7) % 7)",
        of_day(local)
    )
}

/// Returns the hour of the day as an expression of SQL.
pub(crate) fn hour_sql(local: &str) -> String {
    format!("({} / {HOUR})", of_day(local))
}

fn of_day(local: &str) -> String {
    format!("(({local} % {DAY} + {DAY}) % {DAY})")
}

fn offset(zone: Tz, instant: i64) -> i64 {
    let naive = Millis(instant).to_utc().naive_utc();
    i64::from(
        zone.offset_from_utc_datetime(&naive)
            .fix()
            .local_minus_utc(),
    ) * 1_000
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, Timelike};

    use super::*;

    #[test]
    fn the_clock_says_what_the_zone_does() {
        let now = Millis::parse("2026-07-14T01:42:00Z").unwrap();
        for zone in [
            Tz::Asia__Tokyo,
            Tz::America__New_York,
            Tz::Africa__Casablanca,
            Tz::Australia__Lord_Howe,
        ] {
            let clock = Clock::new(zone, now);
            let mut at = 13 * HOUR;
            while at < now.0 {
                let local = Millis(at).to_utc().with_timezone(&zone);
                let found = clock.local(at);
                assert_eq!(
                    weekday(found),
                    i64::from(local.weekday().num_days_from_monday()),
                    "{local}"
                );
                assert_eq!(hour(found), i64::from(local.hour()), "{local}");
                at += 13 * HOUR + 17;
            }
        }
    }

    #[test]
    fn hours_go_on_beyond_midnight() {
        assert_eq!(Hours { from: 22, until: 2 }.list(), [0, 1, 22, 23]);
        assert_eq!(Hours { from: 9, until: 12 }.list(), [9, 10, 11]);
        assert_eq!(
            Hours {
                from: 23,
                until: 24
            }
            .list(),
            [23]
        );
    }
}
