//! What rows of the feed touched, and whether that wakes a segment.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kernel::feed::{BY_RULE, Change, ChangeKind};

use super::Cause;
use crate::index::{Looks, Mentions};

/// What changed about one profile.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Touch {
    kinds: BTreeSet<Cause>,
    is_seen: Seen,
    /// The numbers of events that came, first and last of each row.
    pub events: Vec<(i64, i64)>,
}

/// Whether the first or latest sign of a customer may have moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
enum Seen {
    #[default]
    Before,
    Anew,
}

impl Touch {
    /// Tells whether the profile may just have come.
    pub fn may_be_new(&self) -> bool {
        self.kinds.contains(&Cause::Profile)
    }

    /// Returns why the profile is no more, when these changes say so.
    pub fn gone_by(&self) -> Option<Cause> {
        [Cause::Erase, Cause::Merge]
            .into_iter()
            .find(|cause| self.kinds.contains(cause))
    }

    /// Returns the strongest reason of all, whatever a segment looks at.
    pub fn cause(&self) -> Cause {
        let order = [
            Cause::Erase,
            Cause::Merge,
            Cause::Event,
            Cause::Consent,
            Cause::Profile,
            Cause::Backfill,
        ];
        let found = order.into_iter().find(|cause| self.kinds.contains(cause));
        found.unwrap_or(Cause::Event)
    }

    /// Returns the same but for which events came: beside their names that is all that [`Touch::wakes`] looks at.
    #[must_use]
    pub fn without_events(&self) -> Self {
        Self {
            kinds: self.kinds.clone(),
            is_seen: self.is_seen,
            events: Vec::new(),
        }
    }

    /// Returns why a segment must look at the profile again; `names` are those of the events that came.
    pub fn wakes(&self, mentions: &Mentions, names: &BTreeSet<i32>) -> Option<Cause> {
        if let Some(cause) = self.gone_by() {
            return Some(cause);
        }
        let looks = |at: Looks| mentions.looks.contains(&at);
        // The sweep of each minute sees to it: to measure everybody anew for one change would not be worth it.
        if looks(Looks::Others) {
            return None;
        }
        let has_come = names.iter().any(|name| mentions.names.contains(name));
        if has_come || (self.is_seen == Seen::Anew && looks(Looks::Seen)) {
            return Some(Cause::Event);
        }
        if self.kinds.contains(&Cause::Consent)
            && (looks(Looks::Consents) || looks(Looks::Addresses))
        {
            return Some(Cause::Consent);
        }
        // What a changed rule computed is as silent as that rule's own filling.
        let other = [Cause::Profile, Cause::Backfill].into_iter();
        let other = other.filter(|_| looks(Looks::Facts) || looks(Looks::Seen));
        other.into_iter().find(|cause| self.kinds.contains(cause))
    }
}

/// What a stretch of the feed touched.
#[derive(Debug, Clone, Default)]
pub struct Touches {
    /// Profiles in the order in which they came up first.
    order: Vec<i64>,
    by_profile: HashMap<i64, Touch>,
    /// Segments that were made, edited, put away or taken back.
    pub has_new_rules: bool,
    /// Products, categories or event names came or moved.
    pub has_new_words: bool,
    /// Addresses were suppressed, whoever has them.
    pub has_suppressed: bool,
    /// Uploaded lists that were changed.
    pub lists: BTreeSet<i64>,
}

impl Touches {
    /// Takes further rows in.
    pub fn add(&mut self, changes: &[Change]) {
        for change in changes {
            self.add_one(change);
        }
    }

    fn add_one(&mut self, change: &Change) {
        let profile = change.profile.raw();
        match change.kind {
            ChangeKind::Profile if change.b == BY_RULE => self.touch(profile, Cause::Backfill),
            ChangeKind::Profile => self.touch(profile, Cause::Profile),
            ChangeKind::Consent | ChangeKind::Friend => self.touch(profile, Cause::Consent),
            ChangeKind::Erase => self.touch(profile, Cause::Erase),
            ChangeKind::Events | ChangeKind::Acted => {
                self.touch(profile, Cause::Event);
                self.of_mut(profile).events.push((change.a, change.b));
            }
            ChangeKind::Seen => self.of_mut(profile).is_seen = Seen::Anew,
            ChangeKind::Merge | ChangeKind::Unmerge => {
                self.touch(profile, Cause::Merge);
                self.touch(change.a, Cause::Merge);
            }
            ChangeKind::Rewritten => self.touch(profile, Cause::Event),
            ChangeKind::Suppressed => self.has_suppressed = true,
            ChangeKind::Term | ChangeKind::EventName => self.has_new_words = true,
            ChangeKind::Segment => self.has_new_rules = true,
            ChangeKind::List => {
                self.lists.insert(change.a);
            }
            // What this worker wrote itself; a sign of life that nothing looks at before it is written down; and what
            // is computed, of which a row of its own says that the facts changed.
            ChangeKind::SegmentEnter
            | ChangeKind::SegmentLeave
            | ChangeKind::Met
            | ChangeKind::Turned
            | ChangeKind::Declared => {}
        }
    }

    fn of_mut(&mut self, profile: i64) -> &mut Touch {
        let order = &mut self.order;
        self.by_profile.entry(profile).or_insert_with(|| {
            order.push(profile);
            Touch::default()
        })
    }

    fn touch(&mut self, profile: i64, cause: Cause) {
        self.of_mut(profile).kinds.insert(cause);
    }

    /// Tells whether customers were merged or parted.
    pub fn has_merged(&self) -> bool {
        let mut touches = self.by_profile.values();
        touches.any(|touch| touch.kinds.contains(&Cause::Merge))
    }

    /// Returns how many profiles were touched.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Tells whether no profile was touched.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Returns what changed about a profile.
    pub fn of(&self, profile: i64) -> Option<&Touch> {
        self.by_profile.get(&profile)
    }

    /// Lists the profiles in the order in which they came up.
    pub fn iter(&self) -> impl Iterator<Item = (i64, &Touch)> {
        let touch = |profile: &i64| Some((*profile, self.by_profile.get(profile)?));
        self.order.iter().filter_map(touch)
    }

    /// Returns the strongest cause by profile.
    pub fn causes(&self) -> BTreeMap<i64, Cause> {
        self.iter()
            .map(|(profile, touch)| (profile, touch.cause()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use kernel::id::{ProfileId, WorkspaceId};

    use super::*;

    fn touches(rows: &[(i64, ChangeKind, i64)]) -> Touches {
        let mut touches = Touches::default();
        for (profile, kind, a) in rows {
            touches.add(&[Change {
                a: *a,
                b: *a,
                ..Change::of(
                    WorkspaceId::from_raw(1),
                    ProfileId::from_raw(*profile),
                    *kind,
                )
            }]);
        }
        touches
    }

    fn mentions(looks: &[Looks], names: &[i32]) -> Mentions {
        Mentions {
            looks: looks.iter().copied().collect(),
            names: names.iter().copied().collect(),
            ..Mentions::default()
        }
    }

    #[test]
    fn an_event_wakes_only_the_segments_that_mention_it() {
        let touches = touches(&[(1, ChangeKind::Acted, 10), (2, ChangeKind::Seen, 0)]);
        let touch = touches.of(1).unwrap();
        let came = BTreeSet::from([7]);
        let wakes = |looks: &[Looks], names: &[i32]| touch.wakes(&mentions(looks, names), &came);
        assert_eq!(wakes(&[Looks::Time], &[7, 8]), Some(Cause::Event));
        assert_eq!(wakes(&[Looks::Time], &[8]), None);
        assert_eq!(wakes(&[Looks::Facts, Looks::Consents], &[]), None);
        assert_eq!(wakes(&[Looks::Seen], &[]), None, "not written down yet");
        assert_eq!(
            wakes(&[Looks::Others, Looks::Time], &[7]),
            None,
            "left to the sweep"
        );
        let seen = touches.of(2).unwrap();
        let seen = seen.wakes(&mentions(&[Looks::Seen], &[]), &BTreeSet::new());
        assert_eq!(seen, Some(Cause::Event));
    }

    #[test]
    fn the_cause_is_what_the_segment_looks_at() {
        let touches = touches(&[
            (1, ChangeKind::Profile, 0),
            (1, ChangeKind::Consent, 0),
            (2, ChangeKind::Merge, 1),
        ]);
        let touch = touches.of(1).unwrap();
        assert_eq!(touch.gone_by(), Some(Cause::Merge), "merged into 2");
        assert_eq!(
            touches.iter().map(|(id, _)| id).collect::<Vec<_>>(),
            [1, 2],
            "in the order of the feed"
        );
        let touches = self::touches(&[(1, ChangeKind::Profile, 0), (1, ChangeKind::Consent, 0)]);
        let touch = touches.of(1).unwrap();
        let wakes = |looks: &[Looks]| touch.wakes(&mentions(looks, &[]), &BTreeSet::new());
        assert_eq!(wakes(&[Looks::Facts]), Some(Cause::Profile));
        assert_eq!(wakes(&[Looks::Consents]), Some(Cause::Consent));
        assert_eq!(wakes(&[Looks::Addresses]), Some(Cause::Consent));
        assert_eq!(wakes(&[]), None);
    }

    #[test]
    fn what_a_changed_rule_computed_is_silent_unless_something_happened_too() {
        let rule = Change {
            b: BY_RULE,
            ..Change::of(
                WorkspaceId::from_raw(1),
                ProfileId::from_raw(1),
                ChangeKind::Profile,
            )
        };
        let mut touches = Touches::default();
        touches.add(&[rule]);
        let facts = mentions(&[Looks::Facts], &[]);
        let wakes = |touches: &Touches| touches.of(1).unwrap().wakes(&facts, &BTreeSet::new());
        assert_eq!(wakes(&touches), Some(Cause::Backfill));
        assert_eq!(touches.of(1).unwrap().cause(), Cause::Backfill);
        touches.add(&[Change { b: 0, ..rule }]);
        assert_eq!(wakes(&touches), Some(Cause::Profile));
    }

    #[test]
    fn what_speaks_of_nobody_is_told_apart() {
        let touches = touches(&[
            (0, ChangeKind::Term, 3),
            (0, ChangeKind::Suppressed, 9),
            (0, ChangeKind::Segment, 5),
            (4, ChangeKind::SegmentEnter, 5),
        ]);
        assert!(touches.is_empty());
        assert!(touches.has_new_words && touches.has_suppressed && touches.has_new_rules);
    }
}
