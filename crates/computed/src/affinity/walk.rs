//! The walk through somebody's acts: which value leads when, and how much each weighs in the end.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, VecDeque},
};

use kernel::time::{DAY, Millis};

use super::{Affinity, Dimension, LEAST_PERCENT, Leaning, TOP, Taste, Term};

/// Weights are rescaled before they outgrow what a double holds.
const MAX_HALVES: f64 = 500.0;

/// How a value stands on the way.
#[derive(Debug, Clone, Copy)]
struct Weight {
    /// Its points, each worth what it is at the base of the scale.
    points: f64,
    /// Which act was the last about it, counted from the first.
    last: usize,
}

/// Weights as they would be at one instant, whichever act they came from: so an act changes one of them only.
struct Scale {
    half_life: f64,
    base: i64,
    weights: BTreeMap<String, Weight>,
}

impl Scale {
    fn add(&mut self, value: String, at: i64, points: i64, place: usize) {
        let mut halves = number(at - self.base) / self.half_life;
        if halves > MAX_HALVES {
            for weight in self.weights.values_mut() {
                weight.points *= (-halves).exp2();
            }
            (self.base, halves) = (at, 0.0);
        }
        let grown = number(points) * halves.exp2();
        let weight = self.weights.entry(value).or_insert(Weight {
            points: 0.0,
            last: place,
        });
        weight.points += grown;
        weight.last = place;
    }

    fn of(&self, value: &str) -> f64 {
        self.weights.get(value).map_or(0.0, |weight| weight.points)
    }

    /// Lists the values by weight; of two that weigh the same the one of the later act comes first.
    fn leanings(&self) -> Vec<Leaning> {
        let all: f64 = self.weights.values().map(|weight| weight.points).sum();
        let mut sorted: Vec<(&String, &Weight)> = self.weights.iter().collect();
        sorted.sort_by(|(_, one), (_, other)| {
            let by_points = other.points.total_cmp(&one.points);
            by_points.then(other.last.cmp(&one.last))
        });
        let leanings = sorted.into_iter().map(|(value, weight)| Leaning {
            value: value.clone(),
            percent: percent(weight.points, all),
        });
        let kept = leanings.enumerate();
        let kept = kept.take_while(|(place, one)| *place == 0 || one.percent >= LEAST_PERCENT);
        kept.take(TOP).map(|(_, one)| one).collect()
    }
}

/// Walks through the acts that say something of a dimension; `None` when too few are left.
pub(super) fn walk(
    rule: &Affinity,
    dimension: Dimension,
    terms: &[Term<'_>],
    now: Millis,
) -> Option<Taste> {
    let needed = rule.acts as usize;
    let window = i64::from(rule.days) * DAY;
    let first = terms.first()?;
    let mut scale = Scale {
        half_life: number(i64::from(rule.half_life) * DAY),
        base: first.act.at,
        weights: BTreeMap::new(),
    };
    let mut latest: VecDeque<i64> = VecDeque::new();
    let mut lead: Option<String> = None;
    let mut since: Option<Millis> = None;
    for (place, term) in terms.iter().enumerate() {
        let Some(value) = rule.value(dimension, term.act) else {
            continue;
        };
        let at = term.act.at;
        if ends_at(&latest, needed, window).is_some_and(|end| end.0 <= at) {
            since = None;
        }
        scale.add(value.clone(), at, term.points, place);
        latest.push_back(at);
        if latest.len() > needed {
            latest.pop_front();
        }
        let leads = lead.as_deref().is_none_or(|lead| {
            lead != value && scale.of(&value).total_cmp(&scale.of(lead)) != Ordering::Less
        });
        if leads {
            (lead, since) = (Some(value), None);
        }
        let holds = ends_at(&latest, needed, window).is_some_and(|end| end.0 > at + 1);
        if holds && since.is_none() {
            since = Some(Millis(at).plus(1));
        }
    }
    let ends_at = ends_at(&latest, needed, window).filter(|end| *end > now)?;
    let top = scale.leanings();
    let favourite = top.first()?;
    let level = rule
        .price
        .iter()
        .position(|band| band.name == favourite.value);
    Some(Taste {
        dimension,
        level: level.map_or(0, |place| place + 1),
        top,
        since: since?,
        ends_at,
    })
}

/// Returns from when on too few acts are left: the first of the latest ones leaves the window, which has no beginning.
fn ends_at(latest: &VecDeque<i64>, needed: usize, window: i64) -> Option<Millis> {
    let first = latest.front().filter(|_| latest.len() >= needed)?;
    Some(Millis(*first).plus(window + 1))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a percentage lies from 0 to 100"
)]
fn percent(part: f64, all: f64) -> i64 {
    (part / all * 100.0).round() as i64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "instants and points are far below what a double holds"
)]
const fn number(whole: i64) -> f64 {
    whole as f64
}
