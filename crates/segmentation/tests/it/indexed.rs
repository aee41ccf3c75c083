//! The same worlds and rules in the audience index: the third opinion.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use index::{Batch, Change, Consent, Event, FactKey, Index, LeafCache, Profile, Value};
use segmentation::{Resolved, index::value_of, language::Document};
use serde_json::Value as Json;

use crate::{
    naive::Naive,
    world::{Happening, Person, WORKSPACE, World, at},
};

/// Tells an index of a world, as whoever reads the tables would.
pub(crate) fn index_of(world: &World) -> Index {
    let index = Index::default();
    let active = |person: &&Person| person.state == 0 && person.workspace == WORKSPACE;
    let mut changes: Vec<Change> = Vec::new();
    for person in world.people.iter().filter(active) {
        changes.extend(told(person));
    }
    for person in world.people.iter().filter(|person| person.is_suppressed) {
        changes.extend(person.email.as_deref().map(|email| Change::Suppression {
            channel: "email".into(),
            address: email.into(),
            is_suppressed: true,
        }));
    }
    for event in &world.events {
        changes.push(Change::Event(occurrence(world, event)));
    }
    // Half of it in the base, half in the delta.
    let later = changes.split_off(changes.len() / 2);
    for (changes, is_base) in [(changes, true), (later, false)] {
        index
            .apply(Batch {
                changes,
                position: None,
            })
            .unwrap();
        if is_base {
            index.compact();
        }
    }
    index
}

fn told(person: &Person) -> [Change; 2] {
    let field = |name: &str, value: Value| (FactKey::Field(name.into()), value);
    let mut facts = vec![
        field("is_anonymous", Value::Boolean(person.is_anonymous)),
        field("first_seen_at", Value::Instant(person.first_seen_at)),
    ];
    for (name, text) in [("email", &person.email), ("full_name", &person.name)] {
        facts.extend(
            text.as_deref()
                .map(|text| field(name, Value::Text(text.into()))),
        );
    }
    for (key, value) in &person.attributes {
        facts.extend(value_of(value).map(|value| (FactKey::Attribute(key.as_str().into()), value)));
    }
    let consents = person.consents.iter();
    let consents = consents.map(|(channel, purpose, granted, expires_at)| Consent {
        channel: (*channel).into(),
        purpose: (*purpose).into(),
        is_granted: *granted,
        expires_at: *expires_at,
    });
    let follows = (person.line == Some(0)).then(|| Consent {
        channel: "line".into(),
        purpose: profiles::consent::FOLLOWS.into(),
        is_granted: true,
        expires_at: None,
    });
    let listens = (person.has_device).then(|| Consent {
        channel: "push".into(),
        purpose: profiles::consent::FOLLOWS.into(),
        is_granted: true,
        expires_at: None,
    });
    let consents = consents.chain(follows).chain(listens);
    [
        Change::Profile(Profile {
            id: person.id,
            facts,
        }),
        Change::Consents {
            profile: person.id,
            consents: consents.collect(),
        },
    ]
}

fn occurrence(world: &World, event: &Happening) -> Event {
    let number = |known: &[(String, i64)], text: &Option<String>| {
        let text = text.as_ref()?;
        known
            .iter()
            .find(|(known, _)| known == text)
            .map(|(_, id)| *id)
    };
    let properties = event.properties.as_ref().and_then(Json::as_object);
    let properties = properties.into_iter().flatten();
    Event {
        id: event.id,
        profile: event.profile,
        occurred_at: event.at,
        name: i32::try_from(World::name_id(&event.name)).unwrap(),
        product: number(&world.products, &event.product),
        category: number(&world.categories, &event.category),
        amount: event.amount,
        quantity: event.quantity,
        order: event.order,
        campaign: event.campaign,
        flags: u8::try_from(event.flags).unwrap(),
        properties: properties
            .filter_map(|(key, value)| Some((Arc::from(key.as_str()), value_of(value)?)))
            .collect(),
        ..Event::default()
    }
}

/// Compares the index with plain reading: each place of the tree for everybody, the tree for each alone.
pub(crate) fn check(
    index: &Index,
    cache: &LeafCache,
    naive: &Naive<'_>,
    tree: &Document,
    resolved: &Resolved,
    run: &str,
) {
    let (view, at) = (index.view(), at(naive.now));
    let counts = segmentation::index::count_each(&view, tree, resolved, &at, Some(cache));
    let again = segmentation::index::count_each(&view, tree, resolved, &at, None);
    assert_eq!(
        counts,
        again,
        "{run}: a cached answer differs: {}",
        tree.to_json()
    );
    for place in tree.places().iter().rev() {
        let part = Document::new(place.node.clone());
        let rule = segmentation::index::compile(&part, resolved, &at);
        let members = segmentation::index::members(&view, &rule);
        let members: Vec<i64> = members.into_iter().map(kernel::id::Id::raw).collect();
        assert_eq!(
            members,
            naive.members(place.node),
            "{run}: {}",
            part.to_json()
        );
    }
    let rule = segmentation::index::compile(tree, resolved, &at);
    let people: HashMap<i64, &Person> = naive.world.people.iter().map(|p| (p.id, p)).collect();
    let people: BTreeMap<i64, &Person> = people.into_iter().collect();
    for (id, person) in people {
        let customer = view.customer(id);
        let Some(customer) = customer else {
            assert!(
                person.state != 0 || person.workspace != WORKSPACE,
                "{run}: {person:?}"
            );
            continue;
        };
        let truth = naive.truth(&tree.root, person);
        assert_eq!(
            rule.of_one(&customer),
            truth,
            "{run}: {} of {person:?}",
            tree.to_json()
        );
    }
}
