//! What the tables would hold, as plainly as possible: merged profiles stay, rows remember their origin.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use index::{Batch, Change, Consent, Event, FactKey, Moved, Profile, Term, TermKind, Value};

use crate::dice::Dice;

pub(crate) const NOW: i64 = 1_784_000_000_000;
const DAY: i64 = 86_400_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    Active,
    Merged(i64),
    Erased,
}

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) state: State,
    pub(crate) facts: BTreeMap<FactKey, Value>,
    pub(crate) consents: Vec<Consent>,
    pub(crate) lists: BTreeSet<i64>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    pub(crate) people: BTreeMap<i64, Person>,
    pub(crate) events: Vec<Event>,
    pub(crate) suppressed: BTreeSet<String>,
    next_event: i64,
}

fn field(name: &str) -> FactKey {
    FactKey::Field(name.into())
}

fn attribute(name: &str) -> FactKey {
    FactKey::Attribute(name.into())
}

pub(crate) fn value(dice: &mut Dice) -> Value {
    match dice.below(12) {
        0 => Value::Boolean(dice.one_in(2)),
        1..=3 => Value::Number(f64::from(u8::try_from(dice.below(5)).unwrap()) - 1.5),
        4 => Value::List(
            (0..dice.below(3))
                .map(|_| Box::from(*dice.pick(&["red", "blue", "緑"])))
                .collect(),
        ),
        5 => Value::Other,
        6 | 7 => Value::Text(format!("2026-0{}-11", 1 + dice.below(9)).into()),
        _ => Value::Text((*dice.pick(&["gold", "ゴールド", "ｺﾞｰﾙﾄﾞ", "silver", "", "Gold"])).into()),
    }
}

fn facts(dice: &mut Dice, id: i64) -> BTreeMap<FactKey, Value> {
    let mut facts = BTreeMap::new();
    if dice.one_in(2) {
        let email = format!("p{}@example.com", dice.below(id % 7 + 2));
        facts.insert(field("email"), Value::Text(email.into()));
    }
    for key in ["rank", "points", "colours"] {
        if !dice.one_in(3) {
            facts.insert(attribute(key), value(dice));
        }
    }
    facts.insert(field("is_anonymous"), Value::Boolean(dice.one_in(3)));
    facts.insert(
        field("last_seen_at"),
        Value::Instant(NOW - dice.below(90 * DAY)),
    );
    facts
}

fn consents(dice: &mut Dice) -> Vec<Consent> {
    let mut consents = Vec::new();
    for (channel, purpose) in [
        ("email", "marketing"),
        ("any", "tracking"),
        ("line", "news"),
    ] {
        if dice.one_in(2) {
            consents.push(Consent {
                channel: channel.into(),
                purpose: purpose.into(),
                is_granted: !dice.one_in(3),
                expires_at: dice.one_in(3).then(|| NOW + (dice.below(20) - 10) * DAY),
            });
        }
    }
    consents
}

impl Model {
    fn active(&self) -> Vec<i64> {
        let active = self.people.iter();
        let active = active.filter(|(_, person)| person.state == State::Active);
        active.map(|(id, _)| *id).collect()
    }

    /// Does something at random and returns how the index is told of it.
    pub(crate) fn step(&mut self, dice: &mut Dice) -> Vec<Change> {
        let active = self.active();
        if active.len() < 3 {
            return self.join(dice);
        }
        let id = *dice.pick(&active);
        match dice.below(24) {
            0..=2 => self.join(dice),
            3..=5 => self.change_facts(dice, id),
            6 | 7 => {
                let consents = consents(dice);
                self.people
                    .get_mut(&id)
                    .unwrap()
                    .consents
                    .clone_from(&consents);
                vec![Change::Consents {
                    profile: id,
                    consents,
                }]
            }
            8..=15 => self.add_events(dice, id),
            16 => self.say_again(dice),
            17 => self.lose_event(dice),
            18 | 19 => {
                let other = *dice_other(dice, &active, id);
                self.merge(dice, id, other)
            }
            20 => self.unmerge(dice),
            21 => self.erase(id),
            22 => self.suppress(dice),
            _ => self.list(dice, id),
        }
    }

    fn join(&mut self, dice: &mut Dice) -> Vec<Change> {
        let id = 7_000_000 + 13 * i64::try_from(self.people.len()).unwrap();
        let person = Person {
            state: State::Active,
            facts: facts(dice, id),
            consents: Vec::new(),
            lists: BTreeSet::new(),
        };
        self.people.insert(id, person);
        vec![self.told(id)]
    }

    pub(crate) fn told(&self, id: i64) -> Change {
        let facts = &self.people[&id].facts;
        Change::Profile(Profile {
            id,
            facts: facts
                .iter()
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        })
    }

    fn told_consents(&self, profile: i64) -> Change {
        let consents = self.people[&profile].consents.clone();
        Change::Consents { profile, consents }
    }

    fn change_facts(&mut self, dice: &mut Dice, id: i64) -> Vec<Change> {
        let person = self.people.get_mut(&id).unwrap();
        if dice.one_in(3) {
            let (first_at, last_at) = (NOW - 9 * DAY, NOW - dice.below(DAY));
            person
                .facts
                .insert(field("first_seen_at"), Value::Instant(first_at));
            person
                .facts
                .insert(field("last_seen_at"), Value::Instant(last_at));
            return vec![Change::Seen {
                profile: id,
                first_at,
                last_at,
            }];
        }
        person.facts = facts(dice, id);
        vec![self.told(id)]
    }

    /// Some events, now and then a year late or in the future, told one by one or twice.
    fn add_events(&mut self, dice: &mut Dice, profile: i64) -> Vec<Change> {
        let mut told = Vec::new();
        for _ in 0..=dice.below(4) {
            let event = self.event(dice, profile);
            self.events.push(event.clone());
            if dice.one_in(9) {
                told.push(Change::Event(event.clone()));
            }
            told.push(Change::Event(event));
        }
        dice.shuffle(&mut told);
        told
    }

    fn event(&mut self, dice: &mut Dice, profile: i64) -> Event {
        let ago = match dice.below(10) {
            0 => 380 * DAY + dice.below(DAY),
            1 => -dice.below(DAY),
            2 => 0,
            3 => *dice.pick(&[DAY, 30 * DAY]),
            _ => dice.below(60 * DAY),
        };
        self.next_event += 1;
        // Ids of two nodes do not come in order.
        let id = self.next_event * 4 + dice.below(40);
        let some = |dice: &mut Dice, value: i64| (!dice.one_in(3)).then_some(value);
        let (product, category, order) = (dice.below(6), dice.below(4), dice.below(5));
        let (amount, quantity) = (dice.below(4_000) - 500, dice.below(4));
        let mut properties = Vec::new();
        for key in ["colour", "note"] {
            if dice.one_in(3) {
                properties.push((Arc::from(key), value(dice)));
            }
        }
        Event {
            id: id * 1_000 + self.next_event,
            profile,
            occurred_at: NOW - ago,
            name: *dice.pick(&[1, 2, 3, 42, 1_000]),
            product: some(dice, 9_000 + product),
            category: some(dice, 100 + category),
            amount: some(dice, amount),
            quantity: some(dice, quantity),
            order: some(dice, 70_000 + order),
            campaign: dice.one_in(4).then_some(31),
            delivery: dice.one_in(4).then_some(5_000 + amount),
            flags: *dice.pick(&[0, 0, 0, 1, 8, 2]),
            origin: None,
            properties,
        }
    }

    /// An event is told again, as it is or with another amount.
    fn say_again(&mut self, dice: &mut Dice) -> Vec<Change> {
        if self.events.is_empty() {
            return Vec::new();
        }
        let i = usize::try_from(dice.below(i64::try_from(self.events.len()).unwrap())).unwrap();
        let event = &mut self.events[i];
        if dice.one_in(2) {
            event.amount = Some(dice.below(9_000));
        }
        vec![Change::Event(event.clone())]
    }

    fn lose_event(&mut self, dice: &mut Dice) -> Vec<Change> {
        if self.events.is_empty() {
            return Vec::new();
        }
        let i = usize::try_from(dice.below(i64::try_from(self.events.len()).unwrap())).unwrap();
        let event = self.events.swap_remove(i);
        vec![Change::EventGone {
            profile: event.profile,
            occurred_at: event.occurred_at,
            id: event.id,
        }]
    }

    fn merge(&mut self, dice: &mut Dice, survivor: i64, merged: i64) -> Vec<Change> {
        for event in self
            .events
            .iter_mut()
            .filter(|event| event.profile == merged)
        {
            event.origin = event
                .origin
                .or(Some(merged))
                .filter(|origin| *origin != survivor);
            event.profile = survivor;
        }
        let theirs = self.people[&merged].clone();
        let ours = self.people.get_mut(&survivor).unwrap();
        for (key, value) in theirs.facts {
            ours.facts.entry(key).or_insert(value);
        }
        let person = self.people.get_mut(&merged).unwrap();
        person.state = State::Merged(survivor);
        person.consents.clear();
        person.lists.clear();
        let moved = if dice.one_in(2) {
            Change::EventsMoved {
                from: merged,
                to: survivor,
                which: Moved::All,
            }
        } else {
            self.told_events(survivor)
        };
        vec![
            moved,
            Change::ProfileGone { profile: merged },
            self.told(survivor),
            self.told_consents(survivor),
        ]
    }

    fn told_events(&self, profile: i64) -> Change {
        let events = self.events.iter().filter(|event| event.profile == profile);
        Change::Events {
            profile,
            events: events.cloned().collect(),
        }
    }

    fn unmerge(&mut self, dice: &mut Dice) -> Vec<Change> {
        let merged: Vec<(i64, i64)> = self
            .people
            .iter()
            .filter_map(|(id, person)| match person.state {
                State::Merged(into) => Some((*id, into)),
                _ => None,
            })
            .filter(|(_, into)| self.people[into].state == State::Active)
            .collect();
        if merged.is_empty() {
            return Vec::new();
        }
        let (id, holder) = *dice.pick(&merged);
        self.people.get_mut(&id).unwrap().state = State::Active;
        let mut ids = Vec::new();
        for event in &mut self.events {
            if event.profile == holder && event.origin == Some(id) {
                event.profile = id;
                event.origin = None;
                ids.push(event.id);
            }
        }
        let moved = if dice.one_in(2) {
            vec![Change::EventsMoved {
                from: holder,
                to: id,
                which: Moved::Only(ids),
            }]
        } else {
            vec![self.told_events(id), self.told_events(holder)]
        };
        moved
            .into_iter()
            .chain([self.told(id), self.told(holder)])
            .collect()
    }

    fn erase(&mut self, id: i64) -> Vec<Change> {
        self.people.get_mut(&id).unwrap().state = State::Erased;
        self.events.retain(|event| event.profile != id);
        vec![Change::ProfileGone { profile: id }]
    }

    fn suppress(&mut self, dice: &mut Dice) -> Vec<Change> {
        let address = format!("p{}@example.com", dice.below(8));
        let is_suppressed = !dice.one_in(3);
        if is_suppressed {
            self.suppressed.insert(address.clone());
        } else {
            self.suppressed.remove(&address);
        }
        vec![Change::Suppression {
            channel: "email".into(),
            address: address.into(),
            is_suppressed,
        }]
    }

    fn list(&mut self, dice: &mut Dice, profile: i64) -> Vec<Change> {
        let list = dice.below(3);
        let is_member = !dice.one_in(3);
        let lists = &mut self.people.get_mut(&profile).unwrap().lists;
        if is_member {
            lists.insert(list);
        } else {
            lists.remove(&list);
        }
        vec![Change::Membership {
            list,
            profile,
            is_member,
        }]
    }

    /// Tells everything as it stands, in any order.
    pub(crate) fn everything(&self, dice: &mut Dice) -> Vec<Batch> {
        let mut told = Vec::new();
        for id in self.active() {
            told.push(self.told(id));
            told.push(self.told_consents(id));
            for list in &self.people[&id].lists {
                told.push(Change::Membership {
                    list: *list,
                    profile: id,
                    is_member: true,
                });
            }
        }
        told.extend(self.events.iter().cloned().map(Change::Event));
        for address in &self.suppressed {
            told.push(Change::Suppression {
                channel: "email".into(),
                address: address.as_str().into(),
                is_suppressed: true,
            });
        }
        dice.shuffle(&mut told);
        batches(&told, 1 + usize::try_from(dice.below(40)).unwrap())
    }
}

fn batches(told: &[Change], n: usize) -> Vec<Batch> {
    told.chunks(n)
        .map(|changes| Batch {
            changes: changes.to_vec(),
            position: None,
        })
        .collect()
}

fn dice_other<'a>(dice: &mut Dice, active: &'a [i64], id: i64) -> &'a i64 {
    loop {
        let other = dice.pick(active);
        if *other != id {
            return other;
        }
    }
}

/// A category tree: 101 and 102 below 100, 103 below 102.
pub(crate) fn terms() -> Vec<Change> {
    [
        (100, None),
        (101, Some(100)),
        (102, Some(100)),
        (103, Some(102)),
    ]
    .into_iter()
    .map(|(id, parent)| {
        Change::Term(Term {
            id,
            kind: TermKind::Category,
            value: format!("c{id}").into(),
            parent,
        })
    })
    .collect()
}
