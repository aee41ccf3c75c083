//! Dormancy (休眠): nothing bought for so many days, or for so many times one's own cycle.
//!
//! `{"days": N}` is true from the first instant at which the condition "never bought in the last N days" of a segment
//! is: windows are `[now − N × 24 h, now)`, so one millisecond after the N days.

use chrono_tz::Tz;
use kernel::time::{DAY, Millis};
use serde::{Deserialize, Serialize};

use crate::{
    cycle::{Cycle, Days},
    history::History,
};

/// When somebody who bought counts as dormant.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dormancy {
    /// On how many days somebody must have bought before she has a cycle of her own.
    #[serde(default = "three")]
    pub purchase_days: u32,
    /// After how long.
    pub after: After,
}

const fn three() -> u32 {
    3
}

/// How long nothing was bought.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// So many days, for everybody.
    Days(u32),
    /// So many times one's own cycle.
    Cycles(Cycles),
}

/// A multiple of one's own cycle, within limits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cycles {
    /// How many times; two decimals count.
    pub times: f64,
    /// Days, not fewer.
    pub at_least: u32,
    /// Days, not more.
    pub at_most: u32,
    /// Days of somebody who has no cycle yet.
    pub otherwise: u32,
}

/// Whether somebody who bought is dormant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// She bought not long ago.
    Active,
    /// She did not.
    Dormant,
}

/// The silence after which somebody is dormant, and how it came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    /// In milliseconds.
    pub lasts: i64,
    /// Her own cycle, where she has one.
    pub cycle: Option<Cycle>,
    /// Which part of the rule decided.
    pub by: By,
}

/// Which part of a rule decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The fixed number of days.
    Days,
    /// The multiple of the cycle.
    Cycle,
    /// The multiple would have been less than the least.
    AtLeast,
    /// The multiple would have been more than the most.
    AtMost,
    /// There is no cycle yet.
    NoCycle,
}

/// How a buyer stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Dormant or not.
    pub state: State,
    /// Since when it has been so without a break.
    pub since: Millis,
    /// From when on she is dormant if she buys nothing more; past when she is.
    pub dormant_from: Millis,
    /// When this next turns if nothing else happens.
    pub turns_at: Option<Millis>,
    /// The silence that holds after her last order.
    pub silence: Silence,
    /// The days on which she bought.
    pub days: Days,
}

impl Dormancy {
    /// Returns the silence of somebody who bought on these days.
    pub fn silence(&self, days: &Days) -> Silence {
        let cycle = days.cycle(self.purchase_days);
        let (lasts, by) = match (self.after, cycle) {
            (After::Days(n), _) => (i64::from(n) * DAY, By::Days),
            (After::Cycles(rule), None) => (i64::from(rule.otherwise) * DAY, By::NoCycle),
            (After::Cycles(rule), Some(cycle)) => rule.of(cycle),
        };
        Silence { lasts, cycle, by }
    }
}

impl Cycles {
    /// Returns the multiple in hundredths, so that all arithmetic is of whole numbers.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a checked rule has at most 100 times"
    )]
    pub fn hundredths(self) -> i64 {
        (self.times * 100.0).round() as i64
    }

    fn of(self, cycle: Cycle) -> (i64, By) {
        let own = cycle.half_days() * self.hundredths() * (DAY / 200);
        let (least, most) = (
            i64::from(self.at_least) * DAY,
            i64::from(self.at_most) * DAY,
        );
        if own < least {
            (least, By::AtLeast)
        } else if own > most {
            (most, By::AtMost)
        } else {
            (own, By::Cycle)
        }
    }
}

/// A stretch of a history in which somebody was dormant: from the first instant, to the first one after it.
pub(crate) type Asleep = (Millis, Option<Millis>);

/// Walks through the orders and returns when she was dormant, with the last silence and all days.
pub(crate) fn asleep(rule: &Dormancy, history: &History, zone: Tz) -> (Vec<Asleep>, Days) {
    let (mut found, mut days) = (Vec::new(), Days::default());
    for (place, order) in history.orders.iter().enumerate() {
        days.add(order.at, zone);
        let from = order.at.plus(rule.silence(&days).lasts).plus(1);
        // The next order counts from the millisecond after its own.
        let woken = history.orders.get(place + 1).map(|next| next.at.plus(1));
        if woken.is_none_or(|woken| from < woken) {
            found.push((from, woken));
        }
    }
    (found, days)
}

/// Judges a customer at an instant; `None` of who never bought.
pub fn judge(rule: &Dormancy, history: &History, now: Millis, zone: Tz) -> Option<Found> {
    let (first, last) = (history.orders.first()?, history.orders.last()?);
    let (asleep, days) = asleep(rule, history, zone);
    let silence = rule.silence(&days);
    let dormant_from = last.at.plus(silence.lasts).plus(1);
    let is_dormant = now >= dormant_from;
    let woken = asleep.iter().rev().find_map(|(_, woken)| *woken);
    Some(Found {
        state: if is_dormant {
            State::Dormant
        } else {
            State::Active
        },
        since: if is_dormant {
            dormant_from
        } else {
            woken.unwrap_or(first.at.plus(1))
        },
        dormant_from,
        turns_at: earliest((!is_dormant).then_some(dormant_from), history.grows_at),
        silence,
        days,
    })
}

pub(crate) fn earliest(one: Option<Millis>, other: Option<Millis>) -> Option<Millis> {
    one.into_iter().chain(other).min()
}

impl State {
    /// Returns the stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Dormant => "dormant",
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Asia::Tokyo;

    use super::*;

    fn at(days: &[i64]) -> History {
        let days: Vec<Millis> = days.iter().map(|day| Millis(day * DAY)).collect();
        History::of_orders(&days)
    }

    fn by_cycle(times: f64) -> Dormancy {
        Dormancy {
            purchase_days: 3,
            after: After::Cycles(Cycles {
                times,
                at_least: 20,
                at_most: 200,
                otherwise: 365,
            }),
        }
    }

    fn lasts(rule: &Dormancy, days: &[i64]) -> (i64, By) {
        let found = judge(rule, &at(days), Millis(10_000 * DAY), Tokyo).unwrap();
        (found.silence.lasts, found.silence.by)
    }

    #[test]
    fn silence_by_hand() {
        // Median gap 34: three times is 102 days.
        assert_eq!(
            lasts(&by_cycle(3.0), &[0, 30, 64, 264]),
            (102 * DAY, By::Cycle)
        );
        // 15.5 days, 2.25 times: 34.875 days.
        assert_eq!(
            lasts(&by_cycle(2.25), &[0, 10, 31]),
            (34 * DAY + DAY * 7 / 8, By::Cycle)
        );
        assert_eq!(lasts(&by_cycle(3.0), &[0, 1, 2]), (20 * DAY, By::AtLeast));
        assert_eq!(
            lasts(&by_cycle(3.0), &[0, 90, 200]),
            (200 * DAY, By::AtMost)
        );
        assert_eq!(lasts(&by_cycle(3.0), &[0, 5]), (365 * DAY, By::NoCycle));
        let days = Dormancy {
            purchase_days: 3,
            after: After::Days(365),
        };
        assert_eq!(lasts(&days, &[0, 5, 9]), (365 * DAY, By::Days));
    }

    #[test]
    fn the_turn_is_the_millisecond_after_the_silence() {
        let rule = Dormancy {
            purchase_days: 3,
            after: After::Days(90),
        };
        let last = Millis(90 * DAY);
        let before = judge(&rule, &at(&[0]), last, Tokyo).unwrap();
        assert_eq!(
            (before.state, before.turns_at),
            (State::Active, Some(last.plus(1)))
        );
        let after = judge(&rule, &at(&[0]), last.plus(1), Tokyo).unwrap();
        assert_eq!((after.state, after.turns_at), (State::Dormant, None));
        assert_eq!(after.since, last.plus(1));
        assert_eq!(judge(&rule, &at(&[]), last, Tokyo), None);
    }

    #[test]
    fn who_came_back_is_active_since_then() {
        let rule = Dormancy {
            purchase_days: 3,
            after: After::Days(90),
        };
        let found = judge(&rule, &at(&[0, 10, 200, 210]), Millis(220 * DAY), Tokyo).unwrap();
        assert_eq!(found.since, Millis(200 * DAY + 1));
        assert_eq!(found.dormant_from, Millis(300 * DAY + 1));
        let steady = judge(&rule, &at(&[0, 10, 20]), Millis(30 * DAY), Tokyo).unwrap();
        assert_eq!(steady.since, Millis(1), "since the first order");
        // Exactly when the silence ends: the order counts as soon as she would be dormant.
        let edge = judge(&rule, &at(&[0, 90]), Millis(91 * DAY), Tokyo).unwrap();
        assert_eq!(edge.since, Millis(1));
    }
}
