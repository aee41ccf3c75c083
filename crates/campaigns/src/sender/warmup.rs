//! Warming a sender up: few messages on its first days, more on each that follows.
//!
//! Receivers distrust an address or a server from which nothing came yesterday and a hundred thousand letters come today.

use chrono::NaiveDate;
use chrono_tz::Tz;
use kernel::{
    invalid::{FieldError, Invalid},
    time::Millis,
};
use serde::{Deserialize, Serialize};

/// Days that a schedule may have.
const MOST_DAYS: usize = 60;

/// How many messages may leave on each of the first days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warmup {
    /// The first day, in the zone of the workspace. Until it has come the limit of the first day holds.
    pub start: NaiveDate,
    /// The most messages of the first day, of the second and so on; after the last there is no limit.
    pub days: Vec<u32>,
}

/// What of a day is left to a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayLimit {
    /// Days since 1970-01-01.
    pub day: i32,
    /// The most messages of the day.
    pub most: u32,
}

impl Warmup {
    /// Returns the limit of the day that an instant falls on, if it has one.
    pub fn limit_at(&self, now: Millis, zone: Tz) -> Option<DayLimit> {
        let today = now.to_utc().with_timezone(&zone).date_naive();
        let passed = (today - self.start).num_days().max(0);
        let most = *self.days.get(usize::try_from(passed).ok()?)?;
        let day = (today - NaiveDate::default()).num_days();
        Some(DayLimit {
            day: i32::try_from(day).ok()?,
            most,
        })
    }

    pub(super) fn check(&self, invalid: &mut Invalid) {
        let is_long = self.days.is_empty() || self.days.len() > MOST_DAYS;
        if is_long || self.days.iter().any(|n| !(1..=10_000_000).contains(n)) {
            invalid.push(FieldError::new(
                "/smtp/warmup/days",
                "range",
                "give the limits of 1 to 60 days, each at least 1",
                "1〜60日分の上限を、それぞれ1以上で入れてください",
            ));
        }
        if !self.days.is_sorted() {
            invalid.push(FieldError::new(
                "/smtp/warmup/days",
                "order",
                "let each day allow at least as many as the one before",
                "前の日より少ない日がないようにしてください",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::time::DAY;

    use super::*;

    #[test]
    fn each_day_of_the_workspace_has_its_limit_and_then_there_is_none() {
        let warmup = Warmup {
            start: NaiveDate::from_ymd_opt(2026, 12, 1).unwrap(),
            days: vec![50, 100, 500],
        };
        // 2026-12-01 00:30 in Tokyo is still November in UTC.
        let first = Millis(1_796_051_400_000);
        let most = |now: Millis| {
            let limit = warmup.limit_at(now, Tz::Asia__Tokyo);
            limit.map(|limit| limit.most)
        };
        assert_eq!(most(first), Some(50));
        assert_eq!(most(first.plus(-DAY)), Some(50), "not begun yet");
        assert_eq!(most(first.plus(DAY)), Some(100));
        assert_eq!(most(first.plus(2 * DAY)), Some(500));
        assert_eq!(most(first.plus(3 * DAY)), None);
        let days: Vec<i32> = [first, first.plus(DAY)]
            .iter()
            .filter_map(|now| warmup.limit_at(*now, Tz::Asia__Tokyo))
            .map(|limit| limit.day)
            .collect();
        assert_eq!(days[1], days[0] + 1);
    }
}
