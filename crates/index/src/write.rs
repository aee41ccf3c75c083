//! Taking changes in. A draft is a view that nobody reads yet; what readers still share is copied
//! before it is changed.

mod events;
mod facts;

pub(crate) use events::codebook;

use std::sync::Arc;

use crate::{
    IndexError,
    bits::Bits,
    change::{Batch, Change},
    view::View,
};

impl View {
    /// Takes a batch in. Fails before anything is changed, or not at all.
    pub(crate) fn take(&mut self, batch: &Batch) -> Result<(), IndexError> {
        self.check_room(batch)?;
        self.version += 1;
        for change in &batch.changes {
            self.take_change(change);
        }
        if let Some(position) = batch.position {
            self.position = position;
        }
        Ok(())
    }

    /// Closes what is open, so that a copy shares everything.
    pub(crate) fn close(&mut self) {
        for pending in self.pending.values_mut() {
            if pending.n_open() > 0 {
                Arc::make_mut(pending).close();
            }
        }
    }

    fn take_change(&mut self, change: &Change) {
        match change {
            Change::Profile(profile) => self.take_profile(profile),
            Change::Seen {
                profile,
                first_at,
                last_at,
            } => self.take_seen(*profile, *first_at, *last_at),
            Change::ProfileGone { profile } => self.drop_profile(*profile),
            Change::Consents { profile, consents } => self.take_consents(*profile, consents),
            Change::Event(event) => self.take_event(event),
            Change::Events { profile, events } => self.take_events(*profile, events),
            Change::EventsMoved { from, to, which } => self.move_events(*from, *to, which),
            Change::EventGone {
                profile,
                occurred_at,
                id,
            } => self.drop_event(*profile, *occurred_at, *id),
            Change::Suppression {
                channel,
                address,
                is_suppressed,
            } => self.take_suppression(channel, address, *is_suppressed),
            Change::Membership {
                list,
                profile,
                is_member,
            } => self.take_membership(*list, *profile, *is_member),
            Change::Term(term) => {
                if self.words.term(term.id) != Some(term) {
                    Arc::make_mut(&mut self.words).learn(term);
                }
            }
            Change::EventName { id, name } => {
                if self.words.name(name) != Some(*id) {
                    Arc::make_mut(&mut self.words).call(*id, name);
                }
            }
        }
    }

    /// Returns the ordinal of a profile, a new one if need be.
    fn number(&mut self, profile: i64) -> u32 {
        if let Some(known) = self.ordinal(profile) {
            return known;
        }
        let young = Arc::make_mut(&mut self.young);
        // The room for new ordinals was checked before the batch was begun.
        let place = young.number(profile).unwrap_or(0);
        let ordinal = self.base.people.len() + place;
        grow(&mut self.active, ordinal + 1);
        ordinal
    }

    /// Checks that the batch fits, by counting generously.
    fn check_room(&self, batch: &Batch) -> Result<(), IndexError> {
        let n = self.n_ordinals() as usize + batch.changes.len() * 2;
        if u32::try_from(n).is_err() {
            return Err(IndexError::TooMany { what: "customers" });
        }
        let n_events = |change: &Change| match change {
            Change::Event(_) => 1,
            Change::Events { events, .. } => events.len() as u64,
            _ => 0,
        };
        let more: u64 = batch.changes.iter().map(n_events).sum();
        if self.n_events() + more >= u64::from(u32::MAX) {
            return Err(IndexError::TooMany { what: "events" });
        }
        Ok(())
    }
}

/// Makes room in the set of active customers, a block at a time so that it seldom moves.
fn grow(active: &mut Arc<Bits>, n: u32) {
    if active.len() < n {
        Arc::make_mut(active).grow(n);
    }
}
