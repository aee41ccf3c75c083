//! Lead score: points for what somebody did, which fade by halves, and a grade for who she is.
//!
//! `score(t) = sum of points * 2^(-(t - when) / half-life)`, rounded to whole points and shown as 0 below none. An act
//! counts from the millisecond after it. All points fade alike, so between two acts the sum only falls, and each turn
//! of it can be reckoned ahead: the next whole point, and the threshold.

mod check;
mod fit;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use chrono_tz::Tz;
use kernel::time::{DAY, MINUTE, Millis};
use profiles::computed::acts::Act;
use serde::{Deserialize, Serialize};

use crate::{cycle::local_day, dormancy::earliest};

pub(crate) use check::check;
pub use fit::{Fit, Grades, Judged, Test};

/// How somebody scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// What gives points, and takes them.
    pub actions: Vec<Action>,
    /// After how many days points are worth half; they do not fade when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_life: Option<u32>,
    /// From how many points on somebody is to be told of.
    pub threshold: i64,
    /// What of her attributes speaks for her.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fit: Vec<Fit>,
    /// From how many points of fit on which grade is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grades: Option<Grades>,
}

/// Something that gives points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// The name of the event.
    pub event: String,
    /// How many points; fewer than none takes them.
    pub points: i64,
    /// Only events with such a property.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// Counted at most so many times a day; a machine that looks like a person gives no more than that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_day: Option<u32>,
    /// Counted only after so many minutes without one: with 30 the first of each session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_minutes: Option<u32>,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// A property of an event and what it must be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Its name.
    pub property: String,
    /// What it must be.
    pub test: Test,
}

/// On which side of the threshold somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// She has fewer points.
    Below,
    /// She has as many, or more.
    Above,
}

impl Side {
    /// Returns the stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Below => "below",
            Self::Above => "above",
        }
    }
}

/// An act that counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    /// When.
    pub at: Millis,
    /// Its event.
    pub event: i64,
    /// Which action of the rule, from 0.
    pub action: usize,
    /// How many points it gave.
    pub points: i64,
}

/// How somebody stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Her points, whole and not fewer than none.
    pub score: i64,
    /// Which side of the threshold.
    pub side: Side,
    /// Since when without a break.
    pub since: Millis,
    /// When she falls below the threshold, if she does nothing more.
    pub falls_at: Option<Millis>,
    /// When to look again: a whole point has faded.
    pub look_at: Option<Millis>,
    /// What counted, the first one first.
    pub terms: Vec<Term>,
}

impl Score {
    /// Lists the events that it looks at.
    pub fn events(&self) -> BTreeSet<String> {
        let names = self.actions.iter().map(|action| action.event.clone());
        names.collect()
    }

    /// Tells whether an act is of those that it looks at.
    pub(crate) fn is_about(&self, act: &Act) -> bool {
        self.actions.iter().any(|action| action.event == act.name)
    }

    /// Returns what is left of points after a time.
    pub fn faded(&self, points: f64, after: i64) -> f64 {
        let Some(days) = self.half_life else {
            return points;
        };
        points * (-number(after) / number(i64::from(days) * DAY)).exp2()
    }

    /// Returns the first instant at which a sum has faded under a level.
    fn falls_under(&self, sum: Sum, level: f64) -> Option<Millis> {
        let days = self.half_life?;
        let is_under = |after: i64| self.faded(sum.points, after) < level;
        if is_under(0) || level <= 0.0 {
            return None;
        }
        let halves = (sum.points / level).log2();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "some thousand years in milliseconds"
        )]
        let mut after = (halves * number(i64::from(days) * DAY)) as i64;
        // The logarithm may err by some milliseconds; the sum itself decides.
        while !is_under(after) {
            after += 1;
        }
        while after > 0 && is_under(after - 1) {
            after -= 1;
        }
        Some(sum.at.plus(after))
    }

    /// Lists what counts of what somebody did before an instant.
    pub fn terms(&self, acts: &[Act], now: Millis, zone: Tz) -> Vec<Term> {
        let mut terms = Vec::new();
        for (place, action) in self.actions.iter().enumerate() {
            let mut days: BTreeMap<NaiveDate, u32> = BTreeMap::new();
            let mut last: Option<i64> = None;
            for act in acts.iter().filter(|act| action.is_met(act)) {
                if act.at >= now.0 {
                    break;
                }
                let former = last.replace(act.at);
                let gap = i64::from(action.after_minutes.unwrap_or(0)) * MINUTE;
                if former.is_some_and(|former| act.at - former < gap) {
                    continue;
                }
                let n = days.entry(local_day(Millis(act.at), zone)).or_default();
                *n += 1;
                if action.per_day.is_none_or(|most| *n <= most) {
                    terms.push(Term {
                        at: Millis(act.at),
                        event: act.id,
                        action: place,
                        points: action.points,
                    });
                }
            }
        }
        terms.sort_unstable();
        terms
    }
}

impl Action {
    fn is_met(&self, act: &Act) -> bool {
        self.event == act.name
            && self
                .filter
                .as_ref()
                .is_none_or(|filter| filter.test.is_met(act.properties.get(&filter.property)))
    }
}

/// So many points at an instant.
#[derive(Debug, Clone, Copy)]
struct Sum {
    at: Millis,
    points: f64,
}

/// Judges somebody by what she did, by time; `None` of who did nothing that counts.
pub fn judge(rule: &Score, acts: &[Act], now: Millis, zone: Tz) -> Option<Found> {
    let terms = rule.terms(acts, now, zone);
    let first = terms.first()?;
    // Whole points are rounded: 99.5 are 100.
    let level = number(rule.threshold) - 0.5;
    let mut sum = Sum {
        at: first.at,
        points: 0.0,
    };
    let (mut side, mut since) = (Side::Below, first.at.plus(1));
    for same in terms.chunk_by(|one, next| one.at == next.at) {
        let Some(at) = same.first().map(|term| term.at) else {
            continue;
        };
        if side == Side::Above
            && let Some(fell) = rule.falls_under(sum, level).filter(|fell| *fell <= at)
        {
            (side, since) = (Side::Below, fell);
        }
        let points: i64 = same.iter().map(|term| term.points).sum();
        sum = Sum {
            at,
            points: rule.faded(sum.points, at.0 - sum.at.0) + number(points),
        };
        let new = side_of(rule.faded(sum.points, 1), level);
        if new != side {
            (side, since) = (new, at.plus(1));
        }
    }
    let falls = rule.falls_under(sum, level).filter(|_| side == Side::Above);
    if let Some(fell) = falls.filter(|fell| *fell <= now) {
        (side, since) = (Side::Below, fell);
    }
    let score = rounded(rule.faded(sum.points, now.0 - sum.at.0));
    let fades = rule
        .falls_under(sum, number(score) - 0.5)
        .filter(|_| score > 0);
    let own = acts.iter().filter(|act| rule.is_about(act));
    let ahead = own.map(|act| act.at).filter(|at| *at >= now.0);
    Some(Found {
        score,
        side,
        since,
        falls_at: falls.filter(|fell| *fell > now),
        look_at: earliest(fades, ahead.min().map(|at| Millis(at).plus(1))),
        terms,
    })
}

fn side_of(points: f64, level: f64) -> Side {
    if points < level {
        Side::Below
    } else {
        Side::Above
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "points of a checked rule, summed up"
)]
fn rounded(points: f64) -> i64 {
    (points.round() as i64).max(0)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "instants and points are far below what a double holds"
)]
const fn number(whole: i64) -> f64 {
    whole as f64
}

#[cfg(test)]
mod tests;
