//! Lifecycle stages: 見込み → 新規 → リピート → 優良 → 休眠 (prospect, new, repeat, loyal, dormant).
//!
//! A stage is a function of the history and the instant alone. So the whole way of a customer can be walked again at
//! any time, and what is kept step by step equals what is computed anew.

use chrono_tz::Tz;
use kernel::time::{DAY, Millis};
use serde::{Deserialize, Serialize};

use crate::{
    dormancy::{self, Asleep, Dormancy},
    history::History,
};

/// Where the stages begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lifecycle {
    /// From how many orders on somebody is a repeat customer.
    #[serde(default = "two")]
    pub repeat_orders: u32,
    /// What a loyal customer has done.
    pub loyal: Loyal,
}

const fn two() -> u32 {
    2
}

/// What a loyal customer has done; all that is given must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loyal {
    /// In the last so many days; ever when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// At least so many orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<u32>,
    /// At least so much money, in minor units, refunds taken off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend: Option<i64>,
}

/// A stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Known, has bought nothing.
    Prospect,
    /// Has bought, fewer times than a repeat customer.
    New,
    /// Has bought again.
    Repeat,
    /// Has bought much.
    Loyal,
    /// Has bought nothing for long.
    Dormant,
}

impl Stage {
    /// All stages in their order.
    pub const ALL: [Self; 5] = [
        Self::Prospect,
        Self::New,
        Self::Repeat,
        Self::Loyal,
        Self::Dormant,
    ];

    /// Returns the stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prospect => "prospect",
            Self::New => "new",
            Self::Repeat => "repeat",
            Self::Loyal => "loyal",
            Self::Dormant => "dormant",
        }
    }

    /// Reads a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == word)
    }

    /// Returns how far up the stage is: 0 for a prospect, 3 for a loyal customer. Dormancy is no step up.
    pub const fn height(self) -> Option<i16> {
        match self {
            Self::Prospect => Some(0),
            Self::New => Some(1),
            Self::Repeat => Some(2),
            Self::Loyal => Some(3),
            Self::Dormant => None,
        }
    }
}

/// What a stage rests on, at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    /// Orders ever.
    pub orders: i64,
    /// Orders within the window of loyal customers.
    pub recent_orders: i64,
    /// Money within that window.
    pub recent_money: i64,
}

/// How a customer stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Her stage.
    pub stage: Stage,
    /// Since when without a break.
    pub since: Millis,
    /// The highest that she ever was.
    pub reached: i16,
    /// When her stage next turns if nothing else happens, and to what.
    pub turns: Option<(Millis, Stage)>,
    /// When to look again: at the next turn, or when something counts that lies ahead.
    pub look_at: Option<Millis>,
    /// What the stage rests on.
    pub counted: Counted,
}

/// Who is judged, beside what she bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Whether an id or address is known: somebody unknown who never bought is no prospect.
    pub is_known: bool,
    /// When the profile was made.
    pub since: Millis,
}

/// Judges a customer at an instant; `None` of an unknown visitor who never bought.
pub fn judge(
    rule: &Lifecycle,
    dormancy: &Dormancy,
    (known, history): (Known, &History),
    now: Millis,
    zone: Tz,
) -> Option<Found> {
    if history.orders.is_empty() {
        return known.is_known.then_some(Found {
            stage: Stage::Prospect,
            since: known.since,
            reached: 0,
            turns: None,
            look_at: history.grows_at,
            counted: Counted::default(),
        });
    }
    let (asleep, _) = dormancy::asleep(dormancy, history, zone);
    let mut walk = Walk::new(rule, history, &asleep);
    let mut found: Option<Found> = None;
    for at in instants(rule, history, &asleep) {
        let (stage, counted) = walk.at(at);
        let Some(held) = &mut found else {
            found = Some(Found {
                stage,
                since: at,
                reached: stage.height().unwrap_or(1),
                turns: None,
                look_at: None,
                counted,
            });
            continue;
        };
        if at > now {
            if stage != held.stage {
                held.turns = Some((at, stage));
                break;
            }
            continue;
        }
        held.counted = counted;
        held.reached = held.reached.max(stage.height().unwrap_or(0));
        if stage != held.stage {
            held.stage = stage;
            held.since = at;
        }
    }
    let mut found = found?;
    found.look_at = dormancy::earliest(found.turns.map(|(at, _)| at), history.grows_at);
    Some(found)
}

/// Every instant at which anything may turn, in order.
fn instants(rule: &Lifecycle, history: &History, asleep: &[Asleep]) -> Vec<Millis> {
    let leaves = |at: Millis| {
        let days = rule.loyal.days?;
        Some(at.plus(i64::from(days) * DAY).plus(1))
    };
    let mut found: Vec<Millis> = Vec::new();
    let orders = history.orders.iter().map(|order| order.at);
    for at in orders.chain(history.money.iter().map(|(at, _)| *at)) {
        found.push(at.plus(1));
        found.extend(leaves(at));
    }
    found.extend(asleep.iter().map(|(from, _)| *from));
    found.sort_unstable();
    found.dedup();
    // Money before the first order, as of a refund whose order was never told of, begins nothing.
    let first = history.orders.first().map(|order| order.at.plus(1));
    found.retain(|at| Some(*at) >= first);
    found
}

/// Goes through a history once, forwards.
struct Walk<'a> {
    rule: &'a Lifecycle,
    history: &'a History,
    asleep: &'a [Asleep],
    counted: Counted,
    /// How many orders and sums of money count, and how many have left the window.
    came: [usize; 2],
    left: [usize; 2],
    slept: usize,
}

impl<'a> Walk<'a> {
    const fn new(rule: &'a Lifecycle, history: &'a History, asleep: &'a [Asleep]) -> Self {
        Self {
            rule,
            history,
            asleep,
            counted: Counted {
                orders: 0,
                recent_orders: 0,
                recent_money: 0,
            },
            came: [0; 2],
            left: [0; 2],
            slept: 0,
        }
    }

    /// Returns how things stand at an instant, which is not before the last one that was asked.
    fn at(&mut self, now: Millis) -> (Stage, Counted) {
        let [orders, money] = &mut self.came;
        while self
            .history
            .orders
            .get(*orders)
            .is_some_and(|one| one.at < now)
        {
            *orders += 1;
            self.counted.orders += 1;
            self.counted.recent_orders += 1;
        }
        while let Some((_, amount)) = self.history.money.get(*money).filter(|(at, _)| *at < now) {
            *money += 1;
            self.counted.recent_money = self.counted.recent_money.saturating_add(*amount);
        }
        if let Some(days) = self.rule.loyal.days {
            let from = now.plus(-i64::from(days) * DAY);
            let [orders, money] = &mut self.left;
            while self
                .history
                .orders
                .get(*orders)
                .is_some_and(|one| one.at < from)
            {
                *orders += 1;
                self.counted.recent_orders -= 1;
            }
            while let Some((_, amount)) =
                self.history.money.get(*money).filter(|(at, _)| *at < from)
            {
                *money += 1;
                self.counted.recent_money = self.counted.recent_money.saturating_sub(*amount);
            }
        }
        let is_over = |(_, woken): &Asleep| woken.is_some_and(|woken| woken <= now);
        while self.asleep.get(self.slept).is_some_and(is_over) {
            self.slept += 1;
        }
        let is_asleep = self
            .asleep
            .get(self.slept)
            .is_some_and(|(from, _)| *from <= now);
        let stage = if is_asleep {
            Stage::Dormant
        } else {
            self.rule.stage(self.counted)
        };
        (stage, self.counted)
    }
}

impl Lifecycle {
    /// Returns the stage of somebody who bought and is not dormant.
    fn stage(&self, counted: Counted) -> Stage {
        let loyal = &self.loyal;
        let is_loyal = loyal
            .orders
            .is_none_or(|least| counted.recent_orders >= i64::from(least))
            && loyal
                .spend
                .is_none_or(|least| counted.recent_money >= least);
        if is_loyal {
            Stage::Loyal
        } else if counted.orders >= i64::from(self.repeat_orders) {
            Stage::Repeat
        } else {
            Stage::New
        }
    }
}

#[cfg(test)]
mod tests;
