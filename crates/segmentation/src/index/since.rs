//! Counting in the index only what came after another event.

use index::{Aggregate, Answer, Customer, EventFilter, EventQuery, View};

use super::rule::Ask;

/// What is asked of the events after another one.
#[derive(Debug)]
pub(super) struct After {
    /// The other event: the latest or the first of these.
    pub(super) of: EventQuery,
    pub(super) which: Aggregate,
    /// What is asked, as if all events counted.
    pub(super) asked: Ask,
}

impl After {
    pub(super) fn of_everybody(&self, view: &View) -> Answer {
        // Whoever never did it has nothing after it.
        let n = usize::try_from(view.n_ordinals()).unwrap_or(usize::MAX);
        let mut after = vec![i64::MAX; n];
        let found = view.measure(&self.of, self.which);
        for (person, instant) in found.people.iter().zip(&found.values) {
            let place = usize::try_from(*person).unwrap_or(usize::MAX);
            if let Some(place) = after.get_mut(place) {
                *place = *instant;
            }
        }
        let after = EventFilter::After(after.into());
        self.asked
            .narrowed(|query| query.filters.push(after))
            .of_everybody(view)
    }

    pub(super) fn of_one(&self, customer: &Customer<'_>) -> Option<bool> {
        let after = customer.measure(&self.of, self.which).unwrap_or(i64::MAX);
        let from = after.saturating_add(1);
        self.asked
            .narrowed(|query| query.from = Some(query.from.unwrap_or(from).max(from)))
            .of_one(customer)
    }

    /// Returns the numbers of all event names.
    pub(super) fn names(&self) -> Vec<i32> {
        let asked = self.asked.query().map(|query| &query.names);
        let names = asked.into_iter().flatten().chain(&self.of.names);
        names.copied().collect()
    }
}
