//! A compiled rule: what is asked of the index, of everybody or of one.

use std::sync::Arc;

use index::{
    Aggregate, Answer, Bits, ColumnKey, Customer, EventQuery, Leaf, LeafCache, NumberTest, Range,
    Taken, ValueRef, ValueTest, View,
};

use super::{measure::ValuesTest, people, sequence::Steps, since::After, standing::Stand};
use crate::{resolve::Among, sql::Roll};

/// A rule for one present moment.
#[derive(Debug)]
pub enum Rule {
    /// True when all are.
    All(Vec<Rule>),
    /// True when one is.
    Any(Vec<Rule>),
    /// True when the inner one is false.
    Not(Box<Rule>),
    /// True when the inner one is certainly true, else false.
    Certainly(Box<Rule>),
    /// A condition.
    Leaf(Box<Condition>),
}

/// A condition, and how it is told from others.
#[derive(Debug)]
pub struct Condition {
    pub(super) ask: Ask,
    /// Its JSON with the numbers that its words stand for.
    pub(super) written: String,
    /// The present moment that it was compiled for; 0 where it looks at no time.
    pub(super) moment: i64,
}

/// What a condition asks.
#[derive(Debug)]
pub(super) enum Ask {
    Value(ColumnKey, ValueTest),
    /// The text is one of these.
    OneOf(ColumnKey, Vec<String>),
    Events(EventQuery, Aggregate, Range),
    /// What the events carry.
    Values(EventQuery, Taken, ValuesTest),
    /// The customer's own number.
    Profile(NumberTest),
    /// The text is a suppressed address of the channel.
    Suppressed(ColumnKey, &'static str),
    /// Stands in one of some groups of the buyers.
    Standing(Box<Stand>),
    /// Stands on a roll of people.
    Among(Roll, Arc<Among>),
    /// What happened after what.
    Sequence(Box<Steps>),
    /// What events after another one say.
    After(Box<After>),
}

impl Rule {
    /// Returns the active customers whom the rule selects.
    pub fn members(&self, view: &View, cache: Option<&LeafCache>) -> Bits {
        let mut members = self.of_everybody(view, cache).into_certain();
        members.keep(view.active());
        members
    }

    /// Says of everybody whether the rule holds.
    pub fn of_everybody(&self, view: &View, cache: Option<&LeafCache>) -> Answer {
        let everybody = |holds| Answer::everybody(view.n_ordinals(), holds);
        match self {
            Self::All(rules) => {
                combined(rules, view, cache, Answer::and).unwrap_or_else(|| everybody(true))
            }
            Self::Any(rules) => {
                combined(rules, view, cache, Answer::or).unwrap_or_else(|| everybody(false))
            }
            Self::Not(rule) => rule.of_everybody(view, cache).not(),
            Self::Certainly(rule) => rule.of_everybody(view, cache).settled(),
            Self::Leaf(leaf) => match cache {
                None => leaf.ask.of_everybody(view),
                Some(cache) => leaf.cached(view, cache).as_ref().clone(),
            },
        }
    }

    /// Says of one customer whether the rule holds; `None` is unknown.
    pub fn of_one(&self, customer: &Customer<'_>) -> Option<bool> {
        let mut is_unknown = false;
        match self {
            Self::All(rules) => {
                for rule in rules {
                    match rule.of_one(customer) {
                        Some(false) => return Some(false),
                        Some(true) => {}
                        None => is_unknown = true,
                    }
                }
                (!is_unknown).then_some(true)
            }
            Self::Any(rules) => {
                for rule in rules {
                    match rule.of_one(customer) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => is_unknown = true,
                    }
                }
                (!is_unknown).then_some(false)
            }
            Self::Not(rule) => rule.of_one(customer).map(|truth| !truth),
            Self::Certainly(rule) => Some(rule.of_one(customer) == Some(true)),
            Self::Leaf(leaf) => leaf.ask.of_one(customer),
        }
    }
}

/// Puts answers together, stopping where no further one can change anything.
fn combined(
    rules: &[Rule],
    view: &View,
    cache: Option<&LeafCache>,
    join: impl Fn(Answer, &Answer) -> Answer,
) -> Option<Answer> {
    let mut rules = rules.iter();
    let first = rules.next()?.of_everybody(view, cache);
    Some(rules.fold(first, |answer, rule| {
        join(answer, &rule.of_everybody(view, cache))
    }))
}

impl Condition {
    fn cached(&self, view: &View, cache: &LeafCache) -> Arc<Answer> {
        let leaf = Leaf {
            condition: &self.written,
            version: self.ask.version(view),
            moment: self.moment,
        };
        cache.answer(view, leaf, || self.ask.of_everybody(view))
    }
}

impl Ask {
    /// Returns the events that are counted or measured.
    pub(super) const fn query(&self) -> Option<&EventQuery> {
        match self {
            Self::Events(query, ..) | Self::Values(query, ..) => Some(query),
            _ => None,
        }
    }

    /// Returns the same question about fewer events. What is not about events is about none.
    pub(super) fn narrowed(&self, narrow: impl FnOnce(&mut EventQuery)) -> Self {
        let mut query = self.query().cloned().unwrap_or_default();
        narrow(&mut query);
        match self {
            Self::Values(_, taken, test) => Self::Values(query, taken.clone(), test.clone()),
            Self::Events(_, aggregate, range) => Self::Events(query, *aggregate, *range),
            _ => Self::Events(query, Aggregate::Lines, Range::at_least(1)),
        }
    }

    pub(super) fn of_everybody(&self, view: &View) -> Answer {
        match self {
            Self::Value(key, test) => view.test(key, |value| test.holds(value)),
            Self::OneOf(key, texts) => view.one_of(key, texts.iter().map(String::as_str)),
            Self::Events(query, aggregate, range) => view.judge(query, *aggregate, *range),
            Self::Values(query, taken, test) => {
                view.judge_values(query, taken, |values| test.holds(values))
            }
            Self::Profile(test) => view.judge_profiles(|profile| test.holds(profile)),
            Self::Suppressed(key, channel) => view.one_of(key, view.suppressed(channel)).settled(),
            Self::Standing(stand) => stand.of_everybody(view),
            Self::Among(_, among) => people::among(view, &among.ids, among.otherwise),
            Self::Sequence(steps) => steps.of_everybody(view),
            Self::After(after) => after.of_everybody(view),
        }
    }

    pub(super) fn of_one(&self, customer: &Customer<'_>) -> Option<bool> {
        match self {
            Self::Value(key, test) => test.holds(customer.value(key)),
            Self::OneOf(key, texts) => match customer.value(key)? {
                ValueRef::Text(text) => Some(texts.iter().any(|one| one == text)),
                _ => None,
            },
            Self::Events(query, aggregate, range) => customer.judge(query, *aggregate, *range),
            Self::Values(query, taken, test) => test.holds(&customer.values(query, taken)),
            Self::Profile(test) => Some(
                customer
                    .profile()
                    .is_some_and(|profile| test.holds(profile)),
            ),
            Self::Suppressed(key, channel) => Some(match customer.value(key) {
                Some(ValueRef::Text(address)) => customer.is_suppressed(channel, address),
                _ => false,
            }),
            Self::Standing(stand) => stand.of_one(customer),
            Self::Among(_, among) => match customer.profile() {
                Some(profile) if among.has(profile) => Some(true),
                _ => among.otherwise,
            },
            Self::Sequence(steps) => Some(steps.of_one(customer)),
            Self::After(after) => after.of_one(customer),
        }
    }

    /// Returns when what is looked at changed last.
    fn version(&self, view: &View) -> u64 {
        match self {
            Self::Value(key, _) | Self::OneOf(key, _) => view.version_of_column(key),
            Self::Events(query, ..) | Self::Values(query, ..) => {
                view.version_of_events(&query.names)
            }
            // Addresses and customers come and go without a version of their own.
            Self::Suppressed(..) | Self::Profile(_) | Self::Among(..) => view.version(),
            Self::Standing(_) => Stand::version(view),
            Self::Sequence(steps) => view.version_of_events(&steps.names()),
            Self::After(after) => view.version_of_events(&after.names()),
        }
    }
}
