//! Random questions to random histories, compared with a plain reading of the model.

use std::collections::{BTreeMap, BTreeSet};

use index::{
    Aggregate, Answer, Batch, ColumnKey, Event, EventFilter, EventQuery, FactKey, Index, OneOf,
    Range, Value, ValueRef, ValueTest, View,
    change::{FOREIGN, MACHINE},
};

use crate::{
    dice::{Dice, seed},
    model::{Model, NOW, State, terms},
};

const DAY: i64 = 86_400_000;
/// Histories, and questions to each.
const HISTORIES: usize = 25;
const QUESTIONS: usize = 80;

struct Question {
    names: Vec<i32>,
    from: Option<i64>,
    until: i64,
    filters: Vec<Filter>,
    aggregate: Aggregate,
    range: Range,
}

/// A filter as plain data.
enum Filter {
    Human,
    Product(Vec<i64>, bool),
    Category(i64),
    Campaign(Vec<i64>, bool),
    Amount(Range),
    Quantity(Range),
    Property(&'static str, &'static str),
}

/// The categories that stand below one, itself among them.
fn below(category: i64) -> &'static [i64] {
    match category {
        100 => &[100, 101, 102, 103],
        101 => &[101],
        102 => &[102, 103],
        _ => &[103],
    }
}

impl Filter {
    fn random(dice: &mut Dice) -> Self {
        let some = |dice: &mut Dice, first: i64| {
            let numbers = (0..dice.below(3)).map(|_| first + dice.below(5));
            numbers.collect::<Vec<i64>>()
        };
        match dice.below(7) {
            0 => Self::Human,
            1 => Self::Product(some(dice, 9_000), dice.one_in(2)),
            2 => Self::Category(100 + dice.below(4)),
            3 => Self::Campaign(some(dice, 29), dice.one_in(2)),
            4 => Self::Amount(Range::at_least(dice.below(2_000))),
            5 => Self::Quantity(Range::within(1, 2)),
            _ => Self::Property(
                dice.pick::<&str>(&["colour", "note", "x"]),
                dice.pick::<&str>(&["gold", "silver"]),
            ),
        }
    }

    fn compiled(&self, view: &View) -> EventFilter {
        let one_of = |numbers: &[i64], is_in: bool| {
            if is_in {
                OneOf::is_in(numbers.to_vec())
            } else {
                OneOf::not_in(numbers.to_vec())
            }
        };
        match self {
            Self::Human => EventFilter::Human,
            Self::Product(numbers, is_in) => EventFilter::Product(one_of(numbers, *is_in)),
            Self::Category(category) => {
                EventFilter::Category(OneOf::is_in(view.with_below(&[*category])))
            }
            Self::Campaign(numbers, is_in) => EventFilter::Campaign(one_of(numbers, *is_in)),
            Self::Amount(range) => EventFilter::Amount(*range),
            Self::Quantity(range) => EventFilter::Quantity(*range),
            Self::Property(key, wanted) => {
                let wanted = *wanted;
                EventFilter::Property((*key).into(), ValueTest::new(move |v| is_text(v, wanted)))
            }
        }
    }

    fn holds(&self, event: &Event) -> bool {
        let one_of = |numbers: &[i64], is_in: bool, number: Option<i64>| {
            number.is_some_and(|number| numbers.contains(&number) == is_in)
        };
        match self {
            Self::Human => event.flags & MACHINE == 0,
            Self::Product(numbers, is_in) => one_of(numbers, *is_in, event.product),
            Self::Category(category) => one_of(below(*category), true, event.category),
            Self::Campaign(numbers, is_in) => one_of(numbers, *is_in, event.campaign),
            Self::Amount(range) => {
                event.flags & FOREIGN == 0 && event.amount.is_some_and(|n| range.holds(n))
            }
            Self::Quantity(range) => event.quantity.is_some_and(|n| range.holds(n)),
            Self::Property(key, wanted) => {
                let found = event.properties.iter().find(|(known, _)| **known == **key);
                is_text(found.map(|(_, value)| value.as_ref()), wanted) == Some(true)
            }
        }
    }
}

fn is_text(value: Option<ValueRef<'_>>, wanted: &str) -> Option<bool> {
    match value? {
        ValueRef::Text(found) => Some(found == wanted),
        _ => None,
    }
}

impl Question {
    fn random(dice: &mut Dice) -> Self {
        let all = [1, 2, 3, 42, 1_000, 77];
        let from = match dice.below(4) {
            0 => None,
            1 => Some(NOW - *dice.pick(&[DAY, 30 * DAY])),
            _ => Some(NOW - dice.below(70 * DAY)),
        };
        let aggregate = *dice.pick(&[
            Aggregate::Lines,
            Aggregate::Times,
            Aggregate::Amount,
            Aggregate::Quantity,
            Aggregate::Latest,
            Aggregate::First,
        ]);
        Self {
            names: (0..=dice.below(2)).map(|_| *dice.pick(&all)).collect(),
            from,
            until: *dice.pick(&[NOW, NOW, NOW - DAY, NOW + 1, i64::MAX]),
            filters: (0..dice.below(3)).map(|_| Filter::random(dice)).collect(),
            aggregate,
            range: range(dice, aggregate),
        }
    }

    fn compiled(&self, view: &View) -> EventQuery {
        let filters = self.filters.iter().map(|filter| filter.compiled(view));
        EventQuery {
            names: self.names.clone(),
            from: self.from,
            until: self.until,
            filters: filters.collect(),
        }
    }

    /// What is gathered of one person, read plainly.
    fn value(&self, model: &Model, person: i64) -> Option<i64> {
        let counting: Vec<&Event> = model
            .events
            .iter()
            .filter(|event| event.profile == person && self.names.contains(&event.name))
            .filter(|event| self.from.is_none_or(|from| from <= event.occurred_at))
            .filter(|event| event.occurred_at < self.until)
            .filter(|event| self.filters.iter().all(|filter| filter.holds(event)))
            .filter(|event| self.aggregate != Aggregate::Amount || event.flags & FOREIGN == 0)
            .collect();
        let number = |n: usize| i64::try_from(n).unwrap();
        let instants = counting.iter().map(|event| event.occurred_at);
        if counting.is_empty() {
            return None;
        }
        match self.aggregate {
            Aggregate::Lines => Some(number(counting.len())),
            Aggregate::Times => {
                let keys = counting
                    .iter()
                    .map(|event| event.order.unwrap_or(-event.id));
                Some(number(keys.collect::<BTreeSet<i64>>().len()))
            }
            Aggregate::Amount => Some(counting.iter().filter_map(|event| event.amount).sum()),
            Aggregate::Quantity => Some(counting.iter().filter_map(|event| event.quantity).sum()),
            Aggregate::Latest => instants.max(),
            Aggregate::First => instants.min(),
        }
    }

    fn truth(&self, model: &Model, person: i64) -> Option<bool> {
        match self.value(model, person) {
            Some(value) => Some(self.range.holds(value)),
            None => self.aggregate.is_counted().then(|| self.range.holds(0)),
        }
    }
}

fn range(dice: &mut Dice, aggregate: Aggregate) -> Range {
    let low = match aggregate {
        Aggregate::Latest | Aggregate::First => NOW - dice.below(60 * DAY),
        Aggregate::Amount => dice.below(5_000) - 500,
        _ => dice.below(4),
    };
    let range = match dice.below(3) {
        0 => Range::at_least(low),
        1 => Range::at_most(low),
        _ => Range::within(low, low + dice.below(3)),
    };
    if dice.one_in(4) {
        range.inverted()
    } else {
        range
    }
}

/// A random history, told to an index that is compacted now and then.
fn followed(dice: &mut Dice) -> (Model, Index) {
    let (mut model, index) = (Model::default(), Index::default());
    index.apply(batch(terms())).unwrap();
    for _ in 0..60 + dice.below(150) {
        index.apply(batch(model.step(dice))).unwrap();
        if dice.one_in(40) {
            index.compact();
        }
    }
    (model, index)
}

fn batch(changes: Vec<index::Change>) -> Batch {
    Batch {
        changes,
        position: None,
    }
}

fn active(model: &Model) -> Vec<i64> {
    let people = model.people.iter();
    let active = people.filter(|(_, person)| person.state == State::Active);
    active.map(|(id, _)| *id).collect()
}

/// Compares an answer with the plain truth of every active customer.
fn compare(
    view: &View,
    answer: &Answer,
    model: &Model,
    truth: impl Fn(i64) -> Option<bool>,
    run: &str,
) {
    for person in active(model) {
        let ordinal = view.ordinal(person).unwrap();
        assert_eq!(answer.of(ordinal), truth(person), "{run}: {person}");
    }
}

#[test]
fn events_are_counted_and_summed_as_a_plain_reader_would() {
    let seed = seed();
    let mut dice = Dice(seed);
    let mut telling = 0;
    for number in 0..HISTORIES {
        let (model, index) = followed(&mut dice);
        let view = index.view();
        for asked in 0..QUESTIONS {
            let run = format!("seed {seed}, history {number}, question {asked}");
            let question = Question::random(&mut dice);
            let query = question.compiled(&view);
            let answer = view.judge(&query, question.aggregate, question.range);
            compare(
                &view,
                &answer,
                &model,
                |person| question.truth(&model, person),
                &run,
            );
            telling += usize::from(!answer.certain().is_empty());
            let measured = view.measure(&query, question.aggregate);
            let values: BTreeMap<u32, i64> =
                measured.people.into_iter().zip(measured.values).collect();
            for person in active(&model) {
                let value = question.value(&model, person);
                let ordinal = view.ordinal(person).unwrap();
                assert_eq!(values.get(&ordinal).copied(), value, "{run}: {person}");
                let customer = view.customer(person).unwrap();
                assert_eq!(
                    customer.measure(&query, question.aggregate),
                    value,
                    "{run}: {person}"
                );
                assert_eq!(
                    customer.judge(&query, question.aggregate, question.range),
                    question.truth(&model, person),
                    "{run}: {person}"
                );
            }
        }
    }
    assert!(
        telling * 4 > HISTORIES * QUESTIONS,
        "seed {seed}: too few questions tell people apart"
    );
}

#[test]
fn columns_are_judged_once_per_value_and_say_the_same_as_each_person_alone() {
    let seed = seed();
    let mut dice = Dice(seed);
    let keys = [
        FactKey::Attribute("rank".into()),
        FactKey::Attribute("points".into()),
        FactKey::Attribute("nobody".into()),
        FactKey::Field("email".into()),
        FactKey::Field("last_seen_at".into()),
        FactKey::Field("is_anonymous".into()),
    ];
    for number in 0..HISTORIES {
        let (model, index) = followed(&mut dice);
        let view = index.view();
        let run = format!("seed {seed}, history {number}");
        for key in &keys {
            let fact = |person: i64| model.people[&person].facts.get(key);
            let column = ColumnKey::Fact(key.clone());
            let exists = view.test(&column, |value| Some(value.is_some()));
            compare(
                &view,
                &exists,
                &model,
                |person| Some(fact(person).is_some()),
                &run,
            );
            let gold = view.test(&column, |value| is_text(value, "gold"));
            let is_gold = |person| is_text(fact(person).map(Value::as_ref), "gold");
            compare(&view, &gold, &model, is_gold, &run);
            let late = |value: Option<ValueRef<'_>>| match value? {
                ValueRef::Instant(at) => Some(at > NOW - 45 * DAY),
                ValueRef::Number(n) => Some(n > 0.0),
                _ => None,
            };
            let answer = view.test(&column, late);
            compare(
                &view,
                &answer,
                &model,
                |p| late(fact(p).map(Value::as_ref)),
                &run,
            );
            let listed = ["gold", "p1@example.com", "never seen"];
            let answer = view.one_of(&column, listed.into_iter());
            let is_listed = |person| match fact(person).map(Value::as_ref)? {
                ValueRef::Text(text) => Some(listed.contains(&text)),
                _ => None,
            };
            compare(&view, &answer, &model, is_listed, &run);
        }
        compare_sets(&view, &model, &run);
    }
}

/// Compares the members of static lists and the consents.
fn compare_sets(view: &View, model: &Model, run: &str) {
    for list in 0..3 {
        let is_member = |person| Some(model.people[&person].lists.contains(&list));
        compare(view, &view.members(list), model, is_member, run);
    }
    for person in active(model) {
        for consent in &model.people[&person].consents {
            let key = ColumnKey::Consent(consent.channel.clone(), consent.purpose.clone());
            let value = view.value(&key, view.ordinal(person).unwrap());
            assert_eq!(
                value.map(|v| v.to_value()),
                Some(Value::Boolean(consent.is_granted))
            );
        }
    }
}

/// A step of one person followed by another event of the same product within sixty days, and no third between.
#[test]
fn sequences_are_seen_in_the_order_of_time_across_base_and_delta() {
    let seed = seed();
    let mut dice = Dice(seed);
    let mut telling = 0;
    for number in 0..HISTORIES * 4 {
        let (model, index) = followed(&mut dice);
        let view = index.view();
        let letter = |name: i32| EventQuery {
            names: vec![name],
            from: Some(NOW - 80 * DAY),
            until: NOW,
            filters: vec![EventFilter::Human],
        };
        let letters = [letter(1), letter(2), letter(42)];
        let found = view.sequences(view.active(), &letters, |steps| {
            steps.iter().enumerate().any(|(i, first)| {
                let after = steps.iter().skip(i + 1);
                let mut until = after.take_while(|step| step.letter != 2);
                first.letter == 0
                    && until.any(|step| {
                        step.letter == 1
                            && step.product.is_some()
                            && step.product == first.product
                            && step.at - first.at <= 60 * DAY
                    })
            })
        });
        for person in active(&model) {
            let mut steps: Vec<(i64, usize, i64, Option<i64>)> = model
                .events
                .iter()
                .filter(|event| event.profile == person && event.flags & MACHINE == 0)
                .filter(|event| (NOW - 80 * DAY..NOW).contains(&event.occurred_at))
                .filter_map(|event| {
                    let letter = [1, 2, 42].iter().position(|name| *name == event.name)?;
                    Some((event.occurred_at, letter, event.id, event.product))
                })
                .collect();
            steps.sort_unstable();
            let holds = (0..steps.len()).any(|i| {
                let rest = steps[i + 1..].iter().take_while(|step| step.1 != 2);
                let mut fitting = rest.filter(|step| {
                    step.1 == 1
                        && step.3.is_some()
                        && step.3 == steps[i].3
                        && step.0 - steps[i].0 <= 60 * DAY
                });
                steps[i].1 == 0 && fitting.next().is_some()
            });
            telling += usize::from(holds);
            let ordinal = view.ordinal(person).unwrap();
            assert_eq!(
                found.contains(ordinal),
                holds,
                "seed {seed}, history {number}: {person}"
            );
        }
        let nobody = view.sequences(&index::Bits::none(0), &letters, |_| true);
        assert!(nobody.is_empty());
    }
    assert!(telling > 0, "seed {seed}: too few sequences");
}
