//! Facts, consents, suppressions, lists.

use std::sync::Arc;

use crate::{
    change::{Consent, FactKey, Profile, Value},
    key::ColumnKey,
    value::ValueRef,
    view::View,
};

impl View {
    pub(super) fn take_profile(&mut self, profile: &Profile) {
        let person = self.number(profile.id);
        if !self.active.contains(person) {
            Arc::make_mut(&mut self.active).insert(person);
        }
        let mut named: Vec<&FactKey> = profile.facts.iter().map(|(key, _)| key).collect();
        named.sort_unstable();
        self.clear(
            person,
            |key| matches!(key, ColumnKey::Fact(key) if named.binary_search(&key).is_err()),
        );
        for (key, value) in &profile.facts {
            self.set(&ColumnKey::Fact(key.clone()), person, Some(value));
        }
    }

    pub(super) fn take_seen(&mut self, profile: i64, first_at: i64, last_at: i64) {
        let Some(person) = self.ordinal(profile) else {
            return;
        };
        if self.active.contains(person) {
            for (field, at) in [("first_seen_at", first_at), ("last_seen_at", last_at)] {
                self.set(&ColumnKey::field(field), person, Some(&Value::Instant(at)));
            }
        }
    }

    pub(super) fn take_consents(&mut self, profile: i64, consents: &[Consent]) {
        let person = self.number(profile);
        let is_named = |channel: &Arc<str>, purpose: &Arc<str>| {
            consents
                .iter()
                .any(|consent| consent.channel == *channel && consent.purpose == *purpose)
        };
        self.clear(person, |key| match key {
            ColumnKey::Fact(_) => false,
            ColumnKey::Consent(channel, purpose) | ColumnKey::ConsentEnd(channel, purpose) => {
                !is_named(channel, purpose)
            }
        });
        for consent in consents {
            let (channel, purpose) = (&consent.channel, &consent.purpose);
            let key = ColumnKey::Consent(Arc::clone(channel), Arc::clone(purpose));
            self.set(&key, person, Some(&Value::Boolean(consent.is_granted)));
            let key = ColumnKey::ConsentEnd(Arc::clone(channel), Arc::clone(purpose));
            let end = consent.expires_at.map(Value::Instant);
            self.set(&key, person, end.as_ref());
        }
    }

    pub(super) fn drop_profile(&mut self, profile: i64) {
        let Some(person) = self.ordinal(profile) else {
            return;
        };
        if self.active.contains(person) {
            Arc::make_mut(&mut self.active).remove(person);
        }
        self.clear(person, |_| true);
        let lists: Vec<i64> = self
            .lists
            .iter()
            .filter(|(_, members)| members.contains(person))
            .map(|(list, _)| *list)
            .collect();
        for list in lists {
            self.take_membership(list, profile, false);
        }
        self.drop_events_of(person);
    }

    pub(super) fn take_suppression(
        &mut self,
        channel: &Arc<str>,
        address: &str,
        is_suppressed: bool,
    ) {
        if self.is_suppressed(channel, address) == is_suppressed {
            return;
        }
        let addresses = Arc::make_mut(&mut self.suppressed)
            .entry(Arc::clone(channel))
            .or_default();
        if is_suppressed {
            addresses.insert(address.into());
        } else {
            addresses.remove(address);
        }
    }

    pub(super) fn take_membership(&mut self, list: i64, profile: i64, is_member: bool) {
        let person = self.number(profile);
        let members = self.lists.entry(list).or_default();
        if members.contains(person) != is_member {
            let members = Arc::make_mut(members);
            if is_member {
                members.insert(person);
            } else {
                members.remove(person);
            }
        }
    }

    /// Sets a value if it is another than now.
    fn set(&mut self, key: &ColumnKey, person: u32, value: Option<&Value>) {
        let now = self.value(key, person);
        let is_same = match (now, value.map(Value::as_ref)) {
            (None, None) => true,
            (Some(now), Some(value)) => now.is_same(&value),
            _ => false,
        };
        if is_same {
            return;
        }
        if !self.changed.contains_key(key) {
            self.changed.insert(key.clone(), Arc::default());
        }
        if let Some(changed) = self.changed.get_mut(key) {
            let changed = Arc::make_mut(changed);
            changed.heap += value.map_or(0, Value::heap);
            // A number is kept in the form in which it is compared.
            let value = value.map(|value| match value.as_ref() {
                ValueRef::Number(number) => Value::Number(number),
                _ => value.clone(),
            });
            changed.rows.insert(person, value);
        }
        if self.column_versions.get(key) != Some(&self.version) {
            self.column_versions.insert(key.clone(), self.version);
        }
    }

    /// Removes a person's values from the columns that are meant.
    fn clear(&mut self, person: u32, is_meant: impl Fn(&ColumnKey) -> bool) {
        let meant: Vec<ColumnKey> = self
            .columns()
            .filter(|key| is_meant(key) && self.value(key, person).is_some())
            .cloned()
            .collect();
        for key in meant {
            self.set(&key, person, None);
        }
    }
}
