//! Membership in the past, read plainly: millisecond by millisecond, at those where anything can differ.

use segmentation::language::{Bounds, Moment, OnList, WasIn, When, Window};

use super::{Naive, Truth};
use crate::{
    flaws::Flaw,
    world::{EDITION, LIST, Listed, Person, Stay},
};

impl Naive<'_> {
    pub(super) fn was_in(&self, was_in: &WasIn, person: &Person) -> Truth {
        let stays = self.world.stays.iter();
        let stays = stays
            .filter(|stay| stay.segment == was_in.id.raw() && self.is_own(stay.profile, person));
        let stays: Vec<&Stay> = stays.collect();
        let since = self.world.kept_since.iter();
        let since = since.filter(|(segment, _)| *segment == was_in.id.raw());
        let since = since.map(|(_, since)| *since).next();
        // Beginnings and ends, and what lies beside them: between those nothing changes.
        let mut edges = vec![self.now.0, since.unwrap_or_default()];
        edges.extend(
            stays
                .iter()
                .flat_map(|stay| [Some(stay.from), stay.left])
                .flatten(),
        );
        edges.extend(self.own_edges(was_in));
        let instants: Vec<i64> = edges
            .into_iter()
            .flat_map(|edge| [edge - 1, edge, edge + 1])
            .filter(|at| *at < self.now.0 && self.is_asked(was_in, *at))
            .collect();
        let is_inside = |stay: &&Stay, at: i64| {
            let last = i64::from(self.has(Flaw::StayEndIncluded));
            stay.from <= at && stay.left.is_none_or(|left| at < left + last)
        };
        if instants
            .iter()
            .any(|at| stays.iter().any(|stay| is_inside(stay, *at)))
        {
            return Some(true);
        }
        let is_open = matches!(
            was_in.when,
            When::Within(Window::Ever | Window::Between(Bounds { from: None, .. }))
        );
        let earliest = instants.into_iter().min();
        let is_known = earliest.is_none_or(|at| since.is_some_and(|since| since <= at));
        (is_open || is_known || self.has(Flaw::UnkeptIsOut)).then_some(false)
    }

    /// Tells whether rows of a profile are those of a customer.
    fn is_own(&self, id: i64, person: &Person) -> bool {
        let people = self.world.people.iter();
        let mut others = people.filter(|other| other.merged_into == Some(person.id));
        id == person.id || !self.has(Flaw::RowOfMergedLost) && others.any(|other| other.id == id)
    }

    pub(super) fn is_on(&self, list: OnList, person: &Person) -> bool {
        assert_eq!(list.id.raw(), LIST);
        let is_seen = |row: &&Listed| {
            (row.added <= EDITION || self.has(Flaw::UnfinishedIsSeen))
                && (row.removed.is_none_or(|edition| edition > EDITION)
                    || self.has(Flaw::TakenOffStays))
        };
        let rows = self.world.listed.iter().filter(is_seen);
        let mut rows = rows.filter(|row| self.is_own(row.profile, person));
        rows.next().is_some()
    }

    fn is_asked(&self, was_in: &WasIn, at: i64) -> bool {
        match was_in.when {
            When::At(Moment::Date(day)) => self.local(at) == day,
            When::At(moment) => at == self.first(moment),
            When::Within(window) => self.in_window(at, window),
        }
    }

    /// Where the condition itself begins and ends.
    fn own_edges(&self, was_in: &WasIn) -> Vec<i64> {
        let first = |moment: Moment| self.first(moment);
        let ends = |moment: Moment| match moment {
            Moment::Date(day) => {
                vec![first(moment), first(Moment::Date(day.succ_opt().unwrap()))]
            }
            other => vec![first(other)],
        };
        match was_in.when {
            When::At(moment) => ends(moment),
            When::Within(Window::Ever) => Vec::new(),
            When::Within(Window::Last(span)) => vec![first(Moment::Ago(span))],
            When::Within(Window::Between(Bounds { from, until })) => {
                from.into_iter().chain(until).flat_map(ends).collect()
            }
            // Every midnight that may be one of the calendar's.
            When::Within(Window::This(_) | Window::LastFull(_)) => {
                let today = self.local(self.now.0);
                let back = std::iter::successors(Some(today), chrono::NaiveDate::pred_opt);
                back.take(1_600)
                    .map(|day| first(Moment::Date(day)))
                    .collect()
            }
        }
    }
}
