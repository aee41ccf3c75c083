//! From rows of the tables to changes of the index.

use std::{collections::HashMap, sync::Arc};

use index::{Batch, Change, Consent, Event, FactKey, Profile, Term, TermKind, Value};
use kernel::feed::Cursor;
use profiles::changes::{self, FieldValue, Person, State};
use serde_json::Value as Json;

/// Names that come again and again, written once.
#[derive(Default)]
struct Names(HashMap<Box<str>, Arc<str>>);

impl Names {
    fn of(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = name.into();
        self.0.insert(name.into(), Arc::clone(&shared));
        shared
    }
}

/// Makes a batch of how things stand.
pub(super) fn batch(state: &State, position: Option<Cursor>) -> Batch {
    let mut names = Names::default();
    let mut changes = Vec::new();
    changes.extend(
        state
            .event_names
            .iter()
            .map(|(id, name)| Change::EventName {
                id: *id,
                name: name.as_str().into(),
            }),
    );
    changes.extend(state.terms.iter().filter_map(term));
    changes.extend(state.addresses.iter().map(|address| Change::Suppression {
        channel: names.of(&address.channel),
        address: address.address.as_str().into(),
        is_suppressed: address.is_suppressed,
    }));
    let gone = state.gone.iter();
    changes.extend(gone.map(|profile| Change::ProfileGone { profile: *profile }));
    for person in &state.people {
        changes.push(Change::Profile(profile(person, &mut names)));
    }
    changes.extend(state.seen.iter().map(|seen| Change::Seen {
        profile: seen.id,
        first_at: seen.first_at,
        last_at: seen.last_at,
    }));
    for (profile, consents) in &state.consents {
        changes.push(Change::Consents {
            profile: *profile,
            consents: consents
                .iter()
                .map(|one| consent(one, &mut names))
                .collect(),
        });
    }
    for (profile, events) in &state.timelines {
        changes.push(Change::Events {
            profile: *profile,
            events: events.iter().map(|one| event(one, &mut names)).collect(),
        });
    }
    for one in &state.events {
        changes.push(Change::Event(event(one, &mut names)));
    }
    Batch { changes, position }
}

fn term(term: &changes::Term) -> Option<Change> {
    let kind = match term.kind {
        1 => TermKind::Product,
        2 => TermKind::Category,
        3 => TermKind::Brand,
        _ => return None,
    };
    Some(Change::Term(Term {
        id: term.id,
        kind,
        value: term.value.as_str().into(),
        parent: term.parent,
    }))
}

fn profile(person: &Person, names: &mut Names) -> Profile {
    let mut facts = Vec::with_capacity(person.fields.len() + person.attributes.len());
    for (name, field) in &person.fields {
        let value = match field {
            FieldValue::Text(text) => Value::Text(text.as_str().into()),
            FieldValue::Boolean(value) => Value::Boolean(*value),
            FieldValue::Instant(at) => Value::Instant(*at),
        };
        facts.push((FactKey::Field(names.of(name)), value));
    }
    for (key, json) in &person.attributes {
        if let Some(value) = value(json) {
            facts.push((FactKey::Attribute(names.of(key)), value));
        }
    }
    Profile {
        id: person.id,
        facts,
    }
}

fn consent(consent: &changes::Consent, names: &mut Names) -> Consent {
    Consent {
        channel: names.of(&consent.channel),
        purpose: names.of(&consent.purpose),
        is_granted: consent.is_granted,
        expires_at: consent.expires_at,
    }
}

fn event(event: &changes::Event, names: &mut Names) -> Event {
    let mut properties = Vec::with_capacity(event.properties.len());
    for (key, json) in &event.properties {
        if let Some(value) = value(json) {
            properties.push((names.of(key), value));
        }
    }
    Event {
        id: event.id,
        profile: event.profile,
        occurred_at: event.occurred_at,
        name: event.name,
        product: event.product,
        category: event.category,
        amount: event.amount,
        quantity: event.quantity,
        order: event.order,
        campaign: event.campaign,
        delivery: event.delivery,
        flags: u8::try_from(event.flags & 0xff).unwrap_or_default(),
        origin: event.origin,
        properties,
    }
}

/// `null` is absent; the elements of a list that are no texts are left out, as SQL leaves them out.
fn value(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => return None,
        Json::Bool(value) => Value::Boolean(*value),
        Json::Number(number) => Value::Number(number.as_f64()?),
        Json::String(text) => Value::Text(text.as_str().into()),
        Json::Array(all) => {
            Value::List(all.iter().filter_map(Json::as_str).map(Box::from).collect())
        }
        Json::Object(_) => Value::Other,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_becomes_what_the_rule_language_can_test() {
        assert_eq!(value(&json!(null)), None);
        assert_eq!(value(&json!(2)), Some(Value::Number(2.0)));
        assert_eq!(value(&json!({"a": 1})), Some(Value::Other));
        assert_eq!(
            value(&json!(["a", 1, "b"])),
            Some(Value::List(["a".into(), "b".into()].into()))
        );
    }
}
