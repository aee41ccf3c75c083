//! More people than one block of ordinals holds, and more rows than a column keeps no sets for.

use std::collections::BTreeMap;

use index::{
    Aggregate, Batch, Change, ColumnKey, Event, EventQuery, FactKey, Index, Profile, Range, Value,
    ValueRef, View,
};

use crate::dice::{Dice, seed};

const PEOPLE: i64 = 150_000;
const NOW: i64 = 1_784_000_000_000;
const DAY: i64 = 86_400_000;

fn rank(id: i64) -> Option<String> {
    (id % 7 != 0).then(|| format!("r{}", id % 3))
}

fn city(id: i64) -> String {
    format!("c{}", id * id % 400)
}

fn people() -> Vec<Change> {
    let (rank_key, city_key) = (
        FactKey::Attribute("rank".into()),
        FactKey::Attribute("city".into()),
    );
    let rare = FactKey::Attribute("rare".into());
    let told = (0..PEOPLE).map(|id| {
        let mut facts = vec![(city_key.clone(), Value::Text(city(id).into()))];
        facts.extend(rank(id).map(|rank| (rank_key.clone(), Value::Text(rank.into()))));
        if id % 1_000 == 3 {
            facts.push((rare.clone(), Value::Boolean(true)));
        }
        Change::Profile(Profile { id, facts })
    });
    told.collect()
}

fn apply(index: &Index, changes: Vec<Change>) {
    let position = None;
    index.apply(Batch { changes, position }).unwrap();
}

fn event(dice: &mut Dice, id: i64) -> Event {
    // A third of the events belong to a handful of people.
    let profile = if dice.one_in(3) {
        *dice.pick(&[0, 65_535, 65_536, 131_071, PEOPLE - 1])
    } else {
        dice.below(PEOPLE)
    };
    Event {
        id,
        profile,
        occurred_at: NOW - dice.below(90 * DAY),
        name: if dice.one_in(3) { 2 } else { 3 },
        amount: Some(dice.below(3_000) - 200),
        order: Some(dice.below(8_000)),
        ..Event::default()
    }
}

fn counts(view: &View, truth: impl Fn(i64) -> bool, holds: &index::Bits, what: &str) {
    for id in 0..PEOPLE {
        let ordinal = view.ordinal(id).unwrap();
        assert_eq!(holds.contains(ordinal), truth(id), "{what}: {id}");
    }
}

fn text(value: Option<ValueRef<'_>>) -> Option<&str> {
    match value {
        Some(ValueRef::Text(text)) => Some(text),
        _ => None,
    }
}

#[test]
fn columns_of_many_people_are_judged_like_each_alone() {
    let index = Index::default();
    apply(&index, people());
    index.compact();
    // Those who join later have no place in the columns of the base.
    apply(&index, vec![Change::Profile(Profile::new(PEOPLE + 5))]);
    let view = index.view();
    let key = ColumnKey::attribute("rank");
    let gold = view.test(&key, |value| text(value).map(|text| text == "r1"));
    counts(
        &view,
        |id| rank(id).as_deref() == Some("r1"),
        gold.certain(),
        "is",
    );
    counts(
        &view,
        |id| rank(id).is_none(),
        gold.clone().or(&gold.clone().not()).not().possible(),
        "unknown",
    );
    let not = gold.not();
    counts(
        &view,
        |id| rank(id).is_some_and(|rank| rank != "r1"),
        not.certain(),
        "is not",
    );
    let key = ColumnKey::attribute("city");
    let some = view.test(&key, |value| text(value).map(|text| text.ends_with('4')));
    counts(
        &view,
        |id| city(id).ends_with('4'),
        some.certain(),
        "ends with",
    );
    let key = ColumnKey::attribute("rare");
    let missing = view.test(&key, |value| Some(value.is_none()));
    counts(&view, |id| id % 1_000 != 3, missing.certain(), "missing");
    let newcomer = view.ordinal(PEOPLE + 5).unwrap();
    assert_eq!(missing.of(newcomer), Some(true));
    assert_eq!(some.of(newcomer), None);
}

#[test]
fn events_of_many_people_are_gathered_across_blocks_base_and_delta() {
    let seed = seed();
    let mut dice = Dice(seed);
    let index = Index::default();
    let mut all: Vec<Event> = (0..40_000).map(|id| event(&mut dice, id)).collect();
    apply(
        &index,
        (0..PEOPLE)
            .map(|id| Change::Profile(Profile::new(id)))
            .collect(),
    );
    apply(&index, all.iter().cloned().map(Change::Event).collect());
    index.compact();
    let mut later: Vec<Change> = Vec::new();
    for _ in 0..500 {
        let place = usize::try_from(dice.below(i64::try_from(all.len()).unwrap())).unwrap();
        let Event {
            profile,
            occurred_at,
            id,
            ..
        } = all.swap_remove(place);
        later.push(Change::EventGone {
            profile,
            occurred_at,
            id,
        });
    }
    for id in 40_000..44_000 {
        let event = event(&mut dice, id);
        all.push(event.clone());
        later.push(Change::Event(event));
    }
    apply(&index, later);
    let view = index.view();
    for (names, days) in [(vec![2], 400), (vec![2, 3], 40), (vec![3], 7)] {
        let query = EventQuery {
            names: names.clone(),
            from: Some(NOW - days * DAY),
            until: NOW,
            filters: Vec::new(),
        };
        let mut plain: BTreeMap<i64, Vec<&Event>> = BTreeMap::new();
        for event in all.iter().filter(|event| {
            names.contains(&event.name)
                && query.from <= Some(event.occurred_at)
                && event.occurred_at < NOW
        }) {
            plain.entry(event.profile).or_default().push(event);
        }
        check_aggregates(&view, &query, &plain, &format!("seed {seed}, {days} days"));
    }
}

fn check_aggregates(
    view: &View,
    query: &EventQuery,
    plain: &BTreeMap<i64, Vec<&Event>>,
    run: &str,
) {
    for aggregate in [
        Aggregate::Lines,
        Aggregate::Times,
        Aggregate::Amount,
        Aggregate::Latest,
        Aggregate::First,
    ] {
        let run = format!("{run}, {:?}, {aggregate:?}", query.names);
        let measured = view.measure(query, aggregate);
        let expected: Vec<(i64, i64)> = plain
            .iter()
            .map(|(id, events)| (*id, gathered(aggregate, events)))
            .collect();
        let mut found: Vec<(i64, i64)> = measured
            .people
            .iter()
            .zip(&measured.values)
            .map(|(person, value)| (view.profile(*person).unwrap(), *value))
            .collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{run}");
        let range = Range::at_least(expected[expected.len() / 2].1.max(1));
        let chosen = view.profiles(view.judge(query, aggregate, range).certain());
        let wanted: Vec<i64> = expected
            .iter()
            .filter(|(_, value)| range.holds(*value))
            .map(|(id, _)| *id)
            .collect();
        assert_eq!(chosen, wanted, "{run}");
    }
}

fn gathered(aggregate: Aggregate, events: &[&Event]) -> i64 {
    let instants = events.iter().map(|event| event.occurred_at);
    match aggregate {
        Aggregate::Times => {
            let mut orders: Vec<_> = events.iter().map(|event| event.order).collect();
            orders.sort_unstable();
            orders.dedup();
            i64::try_from(orders.len()).unwrap()
        }
        Aggregate::Amount => events.iter().filter_map(|event| event.amount).sum(),
        Aggregate::Latest => instants.max().unwrap(),
        Aggregate::First => instants.min().unwrap(),
        _ => i64::try_from(events.len()).unwrap(),
    }
}
