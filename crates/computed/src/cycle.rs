//! The purchase cycle: a customer's own typical gap between purchases.
//!
//! The median of the gaps, in whole local days, between the days on which she bought: two orders of one day are one
//! visit, and one long silence does not spoil the figure as it would a mean.

use chrono::NaiveDate;
use chrono_tz::Tz;
use kernel::time::Millis;

/// A typical gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cycle {
    /// Twice the days: the median of an even number of gaps may be a half.
    half_days: i64,
}

impl Cycle {
    /// Returns the days, halves included.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a gap of days is far below what a double holds exactly"
    )]
    pub const fn days(self) -> f64 {
        self.half_days as f64 / 2.0
    }

    /// Returns twice the days, a whole number.
    pub const fn half_days(self) -> i64 {
        self.half_days
    }
}

/// The days on which a customer bought, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Days {
    days: Vec<NaiveDate>,
    /// The gaps between them, the shortest first.
    gaps: Vec<i64>,
}

impl Days {
    /// Adds a purchase, later than those before.
    pub fn add(&mut self, at: Millis, zone: Tz) {
        let day = local_day(at, zone);
        match self.days.last() {
            Some(last) if *last >= day => {}
            Some(last) => {
                let gap = (day - *last).num_days();
                let place = self.gaps.partition_point(|held| *held < gap);
                self.gaps.insert(place, gap);
                self.days.push(day);
            }
            None => self.days.push(day),
        }
    }

    /// Returns the cycle, once there are `enough` days with a purchase (two at least: one has no gap).
    pub fn cycle(&self, enough: u32) -> Option<Cycle> {
        if self.days.len() < enough.max(2) as usize {
            return None;
        }
        let middle = self.gaps.len() / 2;
        let upper = *self.gaps.get(middle)?;
        let lower = if self.gaps.len().is_multiple_of(2) {
            *self.gaps.get(middle.checked_sub(1)?)?
        } else {
            upper
        };
        Some(Cycle {
            half_days: lower + upper,
        })
    }

    /// Lists the days.
    pub fn days(&self) -> &[NaiveDate] {
        &self.days
    }

    /// Lists the gaps, the shortest first.
    pub fn gaps(&self) -> &[i64] {
        &self.gaps
    }
}

/// Returns the day of an instant by the clock of a zone.
pub fn local_day(at: Millis, zone: Tz) -> NaiveDate {
    at.to_utc().with_timezone(&zone).date_naive()
}

#[cfg(test)]
mod tests {
    use chrono_tz::Asia::Tokyo;
    use kernel::time::{DAY, HOUR};

    use super::*;

    fn cycle(days: &[i64], enough: u32) -> Option<f64> {
        let mut found = Days::default();
        for day in days {
            found.add(Millis(day * DAY), Tokyo);
        }
        found.cycle(enough).map(Cycle::days)
    }

    #[test]
    fn the_median_of_the_gaps_by_hand() {
        // Gaps 30, 34, 200: one long silence does not matter.
        assert_eq!(cycle(&[0, 30, 64, 264], 3), Some(34.0));
        // Gaps 10, 20: half way between.
        assert_eq!(cycle(&[0, 10, 30], 3), Some(15.0));
        // Gaps 10, 21.
        assert_eq!(cycle(&[0, 10, 31], 3), Some(15.5));
        assert_eq!(cycle(&[0, 10], 3), None, "too few to say");
        assert_eq!(cycle(&[0, 10], 2), Some(10.0));
        assert_eq!(cycle(&[0], 0), None, "one purchase has no gap");
        assert_eq!(cycle(&[], 2), None);
    }

    #[test]
    fn orders_of_one_local_day_are_one_visit() {
        let mut found = Days::default();
        // 23:00 and 01:00 in Tokyo: two days, one gap; the second order of a day changes nothing.
        for at in [14 * HOUR, 16 * HOUR, 17 * HOUR, 16 * HOUR + 4 * DAY] {
            found.add(Millis(at), Tokyo);
        }
        assert_eq!(found.gaps(), [1, 4]);
        assert_eq!(found.cycle(3).map(Cycle::days), Some(2.5));
        let mut utc = Days::default();
        for at in [14 * HOUR, 16 * HOUR] {
            utc.add(Millis(at), Tz::UTC);
        }
        assert_eq!(utc.days().len(), 1);
    }
}
