//! What a batch of feed rows asks to be read again, each thing once.

use std::collections::{BTreeMap, BTreeSet};

use kernel::feed::{Change, ChangeKind};

/// What some rows of the feed name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touched {
    /// Whose facts.
    pub(super) facts: BTreeSet<i64>,
    /// Whose first and latest sign.
    pub(super) seen: BTreeSet<i64>,
    /// Whose consents, and the suppressions of whose addresses.
    pub(super) consents: BTreeSet<i64>,
    /// Whose events, all of them.
    pub(super) timelines: BTreeSet<i64>,
    /// Whose events between two numbers.
    pub(super) events: BTreeMap<i64, (i64, i64)>,
    /// Addresses suppressed at these instants.
    pub(super) suppressed_at: BTreeSet<i64>,
    /// Terms.
    pub(super) terms: BTreeSet<i64>,
    /// Event names.
    pub(super) event_names: BTreeSet<i64>,
}

impl Touched {
    /// Gathers what rows of one workspace name.
    pub fn by(changes: &[Change]) -> Self {
        let mut touched = Self::default();
        for change in changes {
            touched.add(change);
        }
        touched
            .seen
            .retain(|profile| !touched.facts.contains(profile));
        touched
            .events
            .retain(|profile, _| !touched.timelines.contains(profile));
        touched
    }

    fn add(&mut self, change: &Change) {
        let profile = change.profile.raw();
        match change.kind {
            ChangeKind::Profile => {
                self.facts.insert(profile);
            }
            ChangeKind::Seen => {
                self.seen.insert(profile);
            }
            ChangeKind::Events | ChangeKind::Acted => {
                // A span may hold events of others and older ones of the same customer: they are read again.
                let span = self.events.entry(profile).or_insert((change.a, change.b));
                *span = (span.0.min(change.a), span.1.max(change.b));
            }
            // Who follows is told beside the consents.
            ChangeKind::Consent | ChangeKind::Friend => {
                self.consents.insert(profile);
            }
            ChangeKind::Merge | ChangeKind::Unmerge => {
                self.everything(profile);
                self.everything(change.a);
            }
            ChangeKind::Erase => self.everything(profile),
            ChangeKind::Rewritten => {
                self.timelines.insert(profile);
            }
            ChangeKind::Suppressed => {
                self.suppressed_at.insert(change.a);
            }
            ChangeKind::Term => {
                self.terms.insert(change.a);
            }
            ChangeKind::EventName => {
                self.event_names.insert(change.a);
            }
            // Who is in a segment follows from what is read here; a sign of life moves nothing until it is kept.
            ChangeKind::SegmentEnter
            | ChangeKind::SegmentLeave
            | ChangeKind::Segment
            | ChangeKind::List
            | ChangeKind::Turned
            | ChangeKind::Declared
            | ChangeKind::Met => {}
        }
    }

    fn everything(&mut self, profile: i64) {
        self.facts.insert(profile);
        self.consents.insert(profile);
        self.timelines.insert(profile);
    }
}

#[cfg(test)]
mod tests {
    use kernel::id::{ProfileId, WorkspaceId};

    use super::*;

    fn change(profile: i64, kind: ChangeKind, a: i64, b: i64) -> Change {
        Change {
            a,
            b,
            ..Change::of(WorkspaceId::from_raw(1), ProfileId::from_raw(profile), kind)
        }
    }

    #[test]
    fn each_thing_is_asked_for_once() {
        let touched = Touched::by(&[
            change(1, ChangeKind::Events, 10, 12),
            change(1, ChangeKind::Acted, 14, 14),
            change(1, ChangeKind::Profile, 0, 0),
            change(2, ChangeKind::Events, 13, 13),
            change(3, ChangeKind::Merge, 2, 0),
            change(4, ChangeKind::Seen, 0, 0),
            change(0, ChangeKind::Suppressed, 99, 0),
            change(5, ChangeKind::SegmentEnter, 7, 0),
            change(6, ChangeKind::Met, 7, 0),
            change(7, ChangeKind::Events, 15, 15),
            change(7, ChangeKind::Rewritten, 0, 0),
            change(8, ChangeKind::Friend, 0, 0),
        ]);
        assert_eq!(touched.facts, [1, 2, 3].into());
        assert_eq!(touched.seen, [4].into());
        assert_eq!(touched.timelines, [2, 3, 7].into());
        assert_eq!(touched.events, [(1, (10, 14))].into());
        assert_eq!(touched.consents, [2, 3, 8].into());
        assert_eq!(touched.suppressed_at, [99].into());
    }
}
