//! Sequences, read plainly: every way to choose an event for each step is tried.

use segmentation::language::{Events, Filter, Machine, Same, Sequence, Since, Step};

use super::Naive;
use crate::{
    flaws::Flaw,
    world::{Happening, Person},
};

impl Naive<'_> {
    pub(super) fn sequence(&self, sequence: &Sequence, person: &Person) -> bool {
        let own = |event: &&Happening| event.profile == person.id;
        let own: Vec<&Happening> = self.world.events.iter().filter(own).collect();
        self.goes_on(sequence, &own, &[])
    }

    /// Tells whether some choice for the steps that are left makes the sequence whole.
    fn goes_on(&self, sequence: &Sequence, own: &[&Happening], done: &[&Happening]) -> bool {
        let Some(step) = sequence.steps.get(done.len()) else {
            return self.stays(sequence, own, done);
        };
        let mut candidates: Vec<&Happening> = own
            .iter()
            .copied()
            .filter(|event| self.in_window(event.at, sequence.within))
            .filter(|event| self.fits(&step.names, &step.filters, step.machine, event))
            .filter(|event| self.is_alike(sequence, done.first().unwrap_or(event), event))
            .filter(|event| {
                done.last()
                    .is_none_or(|last| self.is_later(last.at, event.at))
            })
            .collect();
        if self.has(Flaw::EarliestStepOnly) {
            candidates.sort_by_key(|event| event.at);
            candidates.truncate(1);
        }
        candidates.into_iter().any(|event| {
            let is_near = done.is_empty() || self.is_near(step, done, event);
            let done: Vec<&Happening> = done.iter().copied().chain([event]).collect();
            is_near
                && self.is_clear(sequence, step, own, &done)
                && self.goes_on(sequence, own, &done)
        })
    }

    fn is_later(&self, first: i64, second: i64) -> bool {
        first < second || self.has(Flaw::SameInstantFollows) && first == second
    }

    fn is_near(&self, step: &Step, done: &[&Happening], event: &Happening) -> bool {
        let since = if self.has(Flaw::SpanFromFirstStep) {
            done[0].at
        } else {
            done[done.len() - 1].at
        };
        step.within.is_none_or(|span| {
            let gap = event.at - since;
            gap < span.millis() || !self.has(Flaw::SpanEndLeftOut) && gap == span.millis()
        })
    }

    /// Nothing that must not lie between the last two lies there.
    fn is_clear(
        &self,
        sequence: &Sequence,
        step: &Step,
        own: &[&Happening],
        done: &[&Happening],
    ) -> bool {
        let (Some(without), [.., first, second]) = (&step.without, done) else {
            return true;
        };
        !own.iter().any(|event| {
            let is_between = if self.has(Flaw::WithoutAfterwards) {
                second.at < event.at && event.at < self.now.0
            } else {
                first.at < event.at && event.at < second.at
            };
            is_between
                && self.in_window(event.at, sequence.within)
                && self.is_alike(sequence, first, event)
                && self.fits(&without.names, &without.filters, without.machine, event)
        })
    }

    /// What must not follow the last step did not, and can no longer.
    fn stays(&self, sequence: &Sequence, own: &[&Happening], done: &[&Happening]) -> bool {
        let Some(then_not) = &sequence.then_not else {
            return true;
        };
        let end = done[done.len() - 1];
        let last = then_not.within.map(|span| end.at + span.millis());
        let has_passed = match last {
            None => true,
            Some(_) if self.has(Flaw::NotYetIsNever) => true,
            Some(last) => last < self.now.0 || self.has(Flaw::DeadlineIsOver) && last == self.now.0,
        };
        let followed = own.iter().any(|event| {
            end.at < event.at
                && event.at < self.now.0
                && last.is_none_or(|last| event.at <= last)
                && self.is_alike(sequence, end, event)
                && self.fits(&then_not.names, &then_not.filters, then_not.machine, event)
                && (!self.has(Flaw::NotFollowedInWindowOnly)
                    || self.in_window(event.at, sequence.within))
        });
        has_passed && !followed
    }

    fn is_alike(&self, sequence: &Sequence, one: &Happening, other: &Happening) -> bool {
        let Some(same) = sequence.same else {
            return true;
        };
        if self.has(Flaw::SameForgotten) {
            return true;
        }
        let key = |event: &Happening| match same {
            Same::Product => event.product.clone(),
            Same::Category => event.category.clone(),
            Same::Order => event.order.map(|order| order.to_string()),
        };
        let is_there = key(one).is_some() || self.has(Flaw::AbsentIsAlike);
        is_there && key(one) == key(other)
    }

    /// Tells whether an event came after the other one that the condition names.
    pub(super) fn is_since(&self, events: &Events, event: &Happening) -> bool {
        let Some(since) = &events.since else {
            return true;
        };
        let (Since::Latest(of) | Since::First(of)) = since;
        let others = self.world.events.iter().filter(|other| {
            other.profile == event.profile
                && other.at < self.now.0
                && self.fits(&of.names, &of.filters, of.machine, other)
        });
        let is_latest = matches!(since, Since::Latest(_)) && !self.has(Flaw::SinceTheFirstInstead);
        let instants = others.map(|other| other.at);
        let other = if is_latest {
            instants.max()
        } else {
            instants.min()
        };
        match other {
            None => self.has(Flaw::SinceNothingIsEver),
            Some(other) => {
                other < event.at || self.has(Flaw::SinceTakesItsInstant) && other == event.at
            }
        }
    }

    pub(super) fn fits(
        &self,
        names: &[String],
        filters: &[Filter],
        machine: Machine,
        event: &Happening,
    ) -> bool {
        let counts =
            machine == Machine::Included || event.flags & 1 == 0 || self.has(Flaw::MachinesCount);
        let holds = |filter: &Filter| self.filter(event, filter) == Some(true);
        counts && names.contains(&event.name) && filters.iter().all(holds)
    }
}
