//! Ranks: named steps that a customer reaches by what she buys within a period, and keeps for a while.
//!
//! A rank is a function of the history and the instant alone, walked through from the first order on. Money is counted
//! net, as if an order had been smaller from the start by what was paid back of it: who bought a rank and gave the
//! goods back has never had it, and no grace keeps it.

mod check;

use chrono_tz::Tz;
use kernel::time::{DAY, Millis};
use serde::{Deserialize, Serialize};

use crate::{dormancy::earliest, history::History, lifecycle::Known, period::Period};

pub(crate) use check::check;

/// A programme of ranks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranks {
    /// The ranks, the lowest first.
    pub ranks: Vec<Rank>,
    /// In which stretch of time purchases count.
    pub period: Period,
    /// For how long a rank is kept that is no longer earned; it falls at once when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Grace>,
    /// How far it falls.
    #[serde(default)]
    pub fall: Fall,
}

/// A rank; all that is given must be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rank {
    /// What the company calls it; it is the attribute's value.
    pub name: String,
    /// At least so much money, in minor units, what was paid back taken off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend: Option<i64>,
    /// At least so many orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<u32>,
}

/// For how long a rank is kept that is no longer earned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grace {
    /// So many days.
    Days(u32),
    /// To the end of the period after the one in which it was last earned.
    NextPeriod,
}

/// How far a rank falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fall {
    /// To what is earned.
    #[default]
    ToEarned,
    /// One step down, which is kept as long again.
    OneStep,
}

/// What a rank rests on, at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    /// Orders of the period.
    pub orders: i64,
    /// Money of the period.
    pub money: i64,
}

/// How a customer stands. Levels are numbered from 1; 0 is no rank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Her rank.
    pub level: usize,
    /// Since when without a break.
    pub since: Millis,
    /// The highest that she ever had.
    pub reached: usize,
    /// What her purchases of the period are enough for.
    pub earned: usize,
    /// What that rests on.
    pub counted: Counted,
    /// When her rank next turns if nothing else happens, and to which.
    pub turns: Option<(Millis, usize)>,
    /// When to look again: something may be missing more, or turn.
    pub look_at: Option<Millis>,
}

/// What is missing to a rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing<'a> {
    /// To which.
    pub rank: &'a Rank,
    /// Money, where it asks for some.
    pub money: Option<i64>,
    /// Orders, where it asks for some.
    pub orders: Option<i64>,
}

impl Rank {
    const fn is_free(&self) -> bool {
        self.spend.is_none() && self.orders.is_none()
    }

    fn is_earned(&self, counted: Counted) -> bool {
        self.orders
            .is_none_or(|least| counted.orders >= i64::from(least))
            && self.spend.is_none_or(|least| counted.money >= least)
    }

    /// Returns what is missing to it.
    pub fn missing(&self, counted: Counted) -> Missing<'_> {
        let orders = |least: u32| (i64::from(least) - counted.orders).max(0);
        Missing {
            rank: self,
            money: self.spend.map(|least| (least - counted.money).max(0)),
            orders: self.orders.map(orders),
        }
    }
}

impl Ranks {
    /// Returns the rank of a level; none of 0.
    pub fn rank(&self, level: usize) -> Option<&Rank> {
        self.ranks.get(level.checked_sub(1)?)
    }

    /// Returns the name of a level; empty of 0.
    pub fn name(&self, level: usize) -> &str {
        self.rank(level).map_or("", |rank| &rank.name)
    }

    /// Tells whether everybody has a rank who is known or has bought.
    pub fn is_for_everybody(&self) -> bool {
        self.ranks.first().is_some_and(Rank::is_free)
    }

    fn earned(&self, counted: Counted) -> usize {
        let mut levels = self.ranks.iter().rposition(|rank| rank.is_earned(counted));
        levels.as_mut().map_or(0, |level| *level + 1)
    }

    /// Returns until when a rank is kept that is no longer earned from an instant on.
    fn kept(&self, lost: Millis, zone: Tz) -> Millis {
        match self.grace {
            None => lost,
            Some(Grace::Days(days)) => lost.plus(i64::from(days) * DAY),
            Some(Grace::NextPeriod) => self.period.next_end(lost, zone),
        }
    }
}

/// Judges a customer at an instant; `None` of whom nothing can be said.
pub fn judge(
    rule: &Ranks,
    (known, history): (Known, &History),
    now: Millis,
    zone: Tz,
) -> Option<Found> {
    let bought = history.orders.first().map(|order| order.at.plus(1));
    // Whether a buyer is known makes no difference: she may become known later, and nothing turns.
    let is_member = rule.is_for_everybody() && (known.is_known || bought.is_some());
    let since = earliest(bought, is_member.then_some(known.since))?;
    let mut walk = Walk::new(rule, history, zone, since);
    let mut look_at = None;
    while let Some(at) = walk.next() {
        if at > now {
            look_at = Some(at);
            break;
        }
        walk.go(at);
    }
    let mut found = Found {
        level: walk.level,
        since: walk.since,
        reached: walk.reached,
        earned: walk.earned,
        counted: walk.counted,
        turns: None,
        look_at: earliest(look_at, history.grows_at),
    };
    while let Some(at) = walk.next() {
        walk.go(at);
        if walk.level != found.level {
            found.turns = Some((at, walk.level));
            break;
        }
    }
    Some(found)
}

/// From an instant on so many orders and so much money more, or less.
struct Change {
    at: Millis,
    orders: i64,
    money: i64,
}

/// Goes through a history once, forwards.
struct Walk<'a> {
    rule: &'a Ranks,
    zone: Tz,
    /// The latest one first.
    changes: Vec<Change>,
    counted: Counted,
    earned: usize,
    level: usize,
    since: Millis,
    reached: usize,
    falls_at: Option<Millis>,
}

impl<'a> Walk<'a> {
    fn new(rule: &'a Ranks, history: &History, zone: Tz, since: Millis) -> Self {
        let orders = history.orders.iter().map(|order| (order.at, 1, 0));
        let money = history.net.iter().map(|(at, money)| (*at, 0, *money));
        let mut changes = Vec::new();
        for (at, orders, money) in orders.chain(money) {
            changes.push(Change {
                at: at.plus(1),
                orders,
                money,
            });
            changes.push(Change {
                at: rule.period.leaves(at, zone),
                orders: -orders,
                money: -money,
            });
        }
        changes.sort_unstable_by_key(|change| std::cmp::Reverse(change.at));
        let earned = rule.earned(Counted::default());
        Self {
            rule,
            zone,
            changes,
            counted: Counted::default(),
            earned,
            level: earned,
            since,
            reached: earned,
            falls_at: None,
        }
    }

    /// Returns the next instant at which anything may turn.
    fn next(&self) -> Option<Millis> {
        let change = self.changes.last().map(|change| change.at);
        earliest(change, self.falls_at)
    }

    fn go(&mut self, at: Millis) {
        while let Some(change) = self.changes.pop_if(|change| change.at <= at) {
            self.counted.orders += change.orders;
            self.counted.money = self.counted.money.saturating_add(change.money);
        }
        self.earned = self.rule.earned(self.counted);
        if self.earned >= self.level {
            self.falls_at = None;
            self.turn(self.earned, at);
        }
        while self.earned < self.level {
            let lost = self.rule.kept(at, self.zone);
            let falls_at = *self.falls_at.get_or_insert(lost);
            if falls_at > at {
                return;
            }
            self.falls_at = None;
            let level = match self.rule.fall {
                Fall::ToEarned => self.earned,
                Fall::OneStep => self.level - 1,
            };
            self.turn(level, at);
        }
    }

    fn turn(&mut self, level: usize, at: Millis) {
        if level != self.level {
            self.level = level;
            self.since = at;
            self.reached = self.reached.max(level);
        }
    }
}

#[cfg(test)]
mod tests;
