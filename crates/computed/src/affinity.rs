//! Tastes: which category, brand and price band somebody leans to, by what she did, the newest counting most.
//!
//! `weight(value) = sum of points * 2^(-age / half-life)` over the acts about it; a taste is a value's share of the
//! weights of all values of its dimension. All points fade alike, so shares move only when something is done: time
//! alone ends a taste, once too few acts are left in the last days. An act counts from the millisecond after it.

mod check;
mod walk;

use std::collections::BTreeSet;

use kernel::time::Millis;
use profiles::computed::{
    acts::Act,
    bought::{OrderStep, Person},
};
use serde::{Deserialize, Serialize};

use crate::{
    dormancy::earliest,
    rule::{MAX_DAYS, MAX_TEXT, key},
};

pub(crate) use check::check;

/// How many values of a dimension are kept.
const TOP: usize = 5;
/// The least percent that a value after the first needs to be kept.
const LEAST_PERCENT: i64 = 5;

/// How tastes are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Affinity {
    /// What gives points.
    #[serde(default = "usual")]
    pub actions: Vec<Action>,
    /// After how many days points are worth half.
    #[serde(default = "usual_half_life")]
    pub half_life: u32,
    /// How many acts a taste needs.
    #[serde(default = "usual_acts")]
    pub acts: u32,
    /// In how many of the last days.
    #[serde(default = "usual_days")]
    pub days: u32,
    /// Whether categories are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Whether brands are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<Brand>,
    /// Bands of the price of one, the cheapest first; none are told when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub price: Vec<Band>,
}

/// An event that gives points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Its name.
    pub event: String,
    /// How many.
    pub points: i64,
}

/// Which categories are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Only so many levels of the path; all of them when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<u32>,
}

/// Where the brand stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// The property of events that names it.
    pub property: String,
}

/// A band of prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// What the company calls it.
    pub name: String,
    /// From how many minor units on; the cheapest begins at 0 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
}

/// What a taste is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    /// The category.
    Category,
    /// The brand.
    Brand,
    /// The price band.
    Price,
}

/// The attributes of a dimension.
pub(crate) struct Fields {
    pub(crate) favourite: &'static str,
    pub(crate) share: &'static str,
    pub(crate) top: Option<&'static str>,
}

/// A value and how much somebody leans to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaning {
    /// The value.
    pub value: String,
    /// Its share of all weights, in whole percent.
    pub percent: i64,
}

/// An act that counted for a dimension.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term<'a> {
    /// The act.
    pub act: &'a Act,
    /// How many points it gave.
    pub points: i64,
}

/// A taste of one dimension that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taste {
    /// Of what.
    pub dimension: Dimension,
    /// The values, the favourite first; never empty.
    pub top: Vec<Leaning>,
    /// Of a price band its number, from 1.
    pub level: usize,
    /// Since when the favourite has been the favourite without a break.
    pub since: Millis,
    /// When it ends if nothing more is done.
    pub ends_at: Millis,
}

/// All tastes of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tastes {
    /// Those that hold.
    pub all: Vec<Taste>,
    /// What the rule asks first: the standing follows it.
    first: Option<Dimension>,
    /// When to look again.
    pub look_at: Option<Millis>,
}

impl Taste {
    /// Returns the favourite.
    pub fn favourite(&self) -> &str {
        self.top.first().map_or("", |first| &first.value)
    }
}

impl Tastes {
    /// Returns the taste that the standing follows: of the category where the rule asks for it, else of the brand,
    /// else of the price.
    pub fn lead(&self) -> Option<&Taste> {
        self.all
            .iter()
            .find(|taste| Some(taste.dimension) == self.first)
    }
}

impl Dimension {
    pub(crate) const fn fields(self) -> Fields {
        match self {
            Self::Category => Fields {
                favourite: key::CATEGORY,
                share: key::CATEGORY_SHARE,
                top: Some(key::CATEGORIES),
            },
            Self::Brand => Fields {
                favourite: key::BRAND,
                share: key::BRAND_SHARE,
                top: Some(key::BRANDS),
            },
            Self::Price => Fields {
                favourite: key::PRICE_BAND,
                share: key::PRICE_SHARE,
                top: None,
            },
        }
    }
}

impl Affinity {
    /// Lists the events that it looks at.
    pub fn events(&self) -> BTreeSet<String> {
        let names = self.actions.iter().map(|action| action.event.clone());
        names.collect()
    }

    /// Lists what it tells of, in the order of the kinds.
    pub fn dimensions(&self) -> Vec<Dimension> {
        let asked = [
            (Dimension::Category, self.category.is_some()),
            (Dimension::Brand, self.brand.is_some()),
            (Dimension::Price, !self.price.is_empty()),
        ];
        let asked = asked.into_iter().filter(|(_, is_asked)| *is_asked);
        asked.map(|(dimension, _)| dimension).collect()
    }

    /// Lists what counts of what somebody did before an instant, by time; what was called off never was.
    pub fn terms<'a>(&self, person: &'a Person, now: Millis) -> Vec<Term<'a>> {
        let cancelled = person.events.iter().filter(|event| {
            event.step == OrderStep::Cancelled && event.at < now.0 && event.order.is_some()
        });
        let cancelled: BTreeSet<i64> = cancelled.filter_map(|event| event.order).collect();
        let term = |act: &'a Act| {
            let action = self.actions.iter().find(|own| own.event == act.name)?;
            let is_off = act.goods.order.is_some_and(|own| cancelled.contains(&own));
            (act.at < now.0 && !is_off).then_some(Term {
                act,
                points: action.points,
            })
        };
        let mut terms: Vec<Term<'a>> = person.acts.iter().filter_map(term).collect();
        terms.sort_unstable_by_key(|term| (term.act.at, term.act.id));
        terms
    }

    /// Returns what an act was about in a dimension, as it was recorded.
    pub fn value(&self, dimension: Dimension, act: &Act) -> Option<String> {
        match dimension {
            Dimension::Category => {
                let path = act.goods.category.as_deref()?;
                let depth = self.category?.depth.unwrap_or(u32::MAX);
                let levels = path.split(" > ");
                let levels: Vec<&str> = levels.take(depth as usize).collect();
                Some(levels.join(" > "))
            }
            Dimension::Brand => {
                let named = act.properties.get(&self.brand.as_ref()?.property)?;
                let name = named.as_str()?.trim();
                let is_name = !name.is_empty() && name.chars().count() <= MAX_TEXT;
                is_name.then(|| name.to_owned())
            }
            Dimension::Price => {
                let price = act.goods.price?;
                let band = self.price.iter().rev();
                let mut band = band.filter(|band| band.from.unwrap_or(0) <= price);
                band.next().map(|band| band.name.clone())
            }
        }
    }
}

/// Judges somebody's tastes by what she did.
pub fn judge(rule: &Affinity, person: &Person, now: Millis) -> Tastes {
    let terms = rule.terms(person, now);
    let dimensions = rule.dimensions();
    let tastes = dimensions
        .iter()
        .filter_map(|dimension| walk::walk(rule, *dimension, &terms, now));
    let all: Vec<Taste> = tastes.collect();
    let own = person
        .acts
        .iter()
        .filter(|act| rule.actions.iter().any(|action| action.event == act.name));
    let ahead = own.map(|act| act.at).filter(|at| *at >= now.0).min();
    // An order that is called off ahead of the clock takes its acts away then.
    let off = person
        .events
        .iter()
        .filter(|event| event.step == OrderStep::Cancelled)
        .map(|event| event.at)
        .filter(|at| *at >= now.0)
        .min();
    let ahead = [ahead, off].into_iter().flatten().min();
    let ends = all.iter().map(|taste| taste.ends_at).min();
    Tastes {
        look_at: earliest(ends, ahead.map(|at| Millis(at).plus(1))),
        first: dimensions.first().copied(),
        all,
    }
}

/// What counts in most shops: a purchase says more than a look.
fn usual() -> Vec<Action> {
    let action = |(event, points): (&str, i64)| Action {
        event: event.to_owned(),
        points,
    };
    [
        ("Product Purchased", 5),
        ("Product Added", 3),
        ("Product Viewed", 1),
    ]
    .map(action)
    .into()
}

const fn usual_half_life() -> u32 {
    14
}

const fn usual_acts() -> u32 {
    3
}

const fn usual_days() -> u32 {
    365
}

#[cfg(test)]
mod tests;
