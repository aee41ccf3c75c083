//! Local days as numbers, told apart by additions alone, so that a database can do the same.

use std::fmt::Write as _;

use chrono::Offset as _;
use chrono_tz::Tz;
use kernel::time::{DAY, Millis};

/// How far a zone's changes are looked for behind the present: before it, the oldest offset found holds.
const REACH: i64 = 60 * 366 * DAY;
/// No zone changes twice within it.
const STEP: i64 = 7 * DAY;
/// Keeps instants before 1970 from being divided towards zero.
const SHIFT: i64 = 1_000_000;

/// Counts local days of a zone up to the present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DayCount {
    /// From which instant which offset holds, the latest first; the first entry of time is the last.
    offsets: Vec<(i64, i64)>,
    /// The number of the present day.
    today: i64,
}

impl DayCount {
    pub(crate) fn new(now: Millis, zone: Tz) -> Self {
        let mut offsets = Vec::new();
        let (mut until, mut current) = (now.0, offset(now.0, zone));
        while until > now.0.saturating_sub(REACH) {
            let from = until.saturating_sub(STEP);
            let before = offset(from, zone);
            if before != current {
                offsets.push((change(from, until, zone), current));
                current = before;
            }
            until = from;
        }
        offsets.push((i64::MIN, current));
        let mut count = Self { offsets, today: 0 };
        count.today = count.number(now.0);
        count
    }

    /// Returns the days since the day of an instant, negated: later is greater.
    pub(crate) fn merit(&self, instant: i64) -> i64 {
        self.number(instant) - self.today
    }

    fn number(&self, instant: i64) -> i64 {
        let mut offsets = self.offsets.iter();
        let offset = offsets.find(|(from, _)| *from <= instant);
        let offset = offset.map_or(0, |(_, offset)| *offset);
        instant.saturating_add(offset).div_euclid(DAY)
    }

    /// Writes [`DayCount::merit`] of an SQL expression. The numbers are our own, so they need no binds.
    pub(crate) fn merit_sql(&self, instant: &str) -> String {
        let number = |offset: i64| {
            format!(
                "(({instant} + {}) / {DAY} - {})",
                offset + SHIFT * DAY,
                SHIFT + self.today
            )
        };
        let Some(((_, oldest), later)) = self.offsets.split_last() else {
            return number(0);
        };
        if later.is_empty() {
            return number(*oldest);
        }
        let mut text = "(CASE".to_owned();
        for (from, offset) in later {
            // Writing to a String cannot fail.
            let _ = write!(text, " WHEN {instant} >= {from} THEN {}", number(*offset));
        }
        let _ = write!(text, " ELSE {} END)", number(*oldest));
        text
    }
}

fn offset(instant: i64, zone: Tz) -> i64 {
    let local = Millis(instant).to_utc().with_timezone(&zone);
    i64::from(local.offset().fix().local_minus_utc()) * 1_000
}

/// Returns the first instant of the offset that holds at `until` and not at `from`.
fn change(mut from: i64, mut until: i64, zone: Tz) -> i64 {
    let wanted = offset(until, zone);
    while until - from > 1 {
        let middle = from + (until - from) / 2;
        if offset(middle, zone) == wanted {
            until = middle;
        } else {
            from = middle;
        }
    }
    until
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::local_date;

    #[test]
    fn days_are_those_of_the_zone_across_its_changes() {
        let now = Millis::parse("2026-07-14T01:42:00Z").unwrap();
        for zone in [
            Tz::Asia__Tokyo,
            Tz::America__New_York,
            Tz::UTC,
            Tz::Australia__Lord_Howe,
        ] {
            let count = DayCount::new(now, zone);
            let today = local_date(now, zone);
            for step in 0..9_000 {
                let then = now.plus(-step * 7 * kernel::time::HOUR - step * 1_001);
                let days = (local_date(then, zone) - today).num_days();
                assert_eq!(count.merit(then.0), days, "{zone} {then}");
            }
        }
        let tokyo = DayCount::new(now, Tz::Asia__Tokyo);
        assert_eq!(tokyo.offsets.len(), 1, "no change within reach");
        assert!(tokyo.merit_sql("at").starts_with("((at + "));
    }
}
