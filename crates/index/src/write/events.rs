//! Events that come, change hands and go.

use std::sync::Arc;

use hashbrown::HashSet;

use crate::{
    change::{Event, Moved},
    event::{
        Row, period,
        row::{Part, Properties},
    },
    view::View,
    words::{Codebook, Words},
};

impl View {
    pub(super) fn take_event(&mut self, event: &Event) {
        let person = self.number(event.profile);
        let row = self.row(event, person);
        self.put_row(event.name, row);
    }

    pub(super) fn take_events(&mut self, profile: i64, events: &[Event]) {
        let person = self.number(profile);
        let mut kept = HashSet::with_capacity(events.len());
        for event in events {
            let row = self.row(event, person);
            kept.insert((event.name, row.at, row.id));
            self.put_row(event.name, row);
        }
        let mut left_over = Vec::new();
        self.each_event_of(person, |name, row| {
            if !kept.contains(&(name, row.at, row.id)) {
                left_over.push((name, row));
            }
        });
        for (name, row) in left_over {
            self.drop_row(name, &row);
        }
    }

    pub(super) fn move_events(&mut self, from: i64, to: i64, which: &Moved) {
        let Some(person) = self.ordinal(from).filter(|_| from != to) else {
            return;
        };
        let mut moving = Vec::new();
        self.each_event_of(person, |name, row| {
            let moves = match which {
                Moved::All => true,
                Moved::Only(ids) => ids.contains(&row.id),
            };
            if moves {
                moving.push((name, row));
            }
        });
        let home = self.number(to);
        for (name, row) in moving {
            self.drop_row(name, &row);
            let origin = row.get(Part::Origin).unwrap_or(from);
            let mut moved = row;
            moved.ordinal = home;
            moved.set(Part::Origin, Some(origin).filter(|origin| *origin != to));
            self.put_row(name, moved);
        }
    }

    pub(super) fn drop_event(&mut self, profile: i64, occurred_at: i64, id: i64) {
        let Some(person) = self.ordinal(profile) else {
            return;
        };
        let mut found = Vec::new();
        self.each_event_of(person, |name, row| {
            if row.at == occurred_at && row.id == id {
                found.push((name, row));
            }
        });
        for (name, row) in found {
            self.drop_row(name, &row);
        }
    }

    pub(super) fn drop_events_of(&mut self, person: u32) {
        let mut all = Vec::new();
        self.each_event_of(person, |name, row| all.push((name, row)));
        for (name, row) in all {
            self.drop_row(name, &row);
        }
    }

    /// Puts a row in the place of the one with its key; nothing happens when that says the same.
    fn put_row(&mut self, name: i32, row: Row) {
        let pending = self.pending.entry(name).or_default();
        if pending.get(row.key()).is_some_and(|now| now.is_same(&row)) {
            return;
        }
        // A greater id than any in the base is new for sure; most are.
        if row.id <= self.base.greatest_id
            && let Some(place) = self.find_in_base(name, row.ordinal, row.at, row.id)
        {
            let now = self
                .base
                .bucket(name, period(row.at))
                .map(|bucket| bucket.row_of(place, row.ordinal));
            if now.is_some_and(|now| now.is_same(&row)) {
                return;
            }
            self.mark_gone(name, period(row.at), place);
        }
        if let Some(pending) = self.pending.get_mut(&name) {
            Arc::make_mut(pending).insert(row);
        }
        self.name_versions.insert(name, self.version);
    }

    fn drop_row(&mut self, name: i32, row: &Row) {
        let was_pending = self
            .pending
            .get_mut(&name)
            .is_some_and(|pending| Arc::make_mut(pending).remove(row.key()));
        if !was_pending && let Some(place) = self.find_in_base(name, row.ordinal, row.at, row.id) {
            self.mark_gone(name, period(row.at), place);
        }
        self.name_versions.insert(name, self.version);
    }

    fn mark_gone(&mut self, name: i32, period: i64, place: u32) {
        let gone = self.gone.entry((name, period)).or_default();
        Arc::make_mut(gone).insert(place);
    }

    /// Writes an event with the codes of this index.
    fn row(&mut self, event: &Event, person: u32) -> Row {
        let mut row = Row::new(person, event.occurred_at, event.id);
        let codes = [
            (Part::Product, event.product),
            (Part::Category, event.category),
            (Part::Campaign, event.campaign),
        ];
        for (part, number) in codes {
            row.set(part, number.map(|number| self.code(part, number)));
        }
        row.set(Part::Amount, event.amount);
        row.set(Part::Quantity, event.quantity);
        row.set(Part::Order, event.order);
        row.set(Part::Delivery, event.delivery);
        let origin = event.origin.filter(|origin| *origin != event.profile);
        row.set(Part::Origin, origin);
        row.flags = event.flags;
        if !event.properties.is_empty() {
            let mut properties: Properties = event.properties.clone();
            properties.sort_by(|a, b| a.0.cmp(&b.0));
            row.properties = Some(Arc::new(properties));
        }
        row
    }

    fn code(&mut self, part: Part, number: i64) -> i64 {
        let known = codebook(&self.words, part).find(number);
        let code = known.unwrap_or_else(|| {
            let words = Arc::make_mut(&mut self.words);
            match part {
                Part::Product => words.products.code(number),
                Part::Category => words.categories.code(number),
                _ => words.campaigns.code(number),
            }
        });
        i64::from(code)
    }
}

/// The codebook of a coded column.
pub(crate) const fn codebook(words: &Words, part: Part) -> &Codebook {
    match part {
        Part::Product => &words.products,
        Part::Category => &words.categories,
        _ => &words.campaigns,
    }
}
