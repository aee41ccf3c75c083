//! Sequences in the index: of everybody at once, or of one.

use index::{Answer, Customer, EventQuery, Step, View};

use crate::{
    language::{Same, Sequence},
    sequence::{Course, Seen},
};

/// A sequence for one present moment.
#[derive(Debug)]
pub(super) struct Steps {
    course: Course,
    same: Option<Same>,
    /// What an event can be, in the order of the course.
    pub(super) letters: Vec<EventQuery>,
    now: i64,
}

impl Steps {
    pub(super) fn new(sequence: &Sequence, letters: Vec<EventQuery>, now: i64) -> Self {
        Self {
            course: Course::new(sequence),
            same: sequence.same,
            letters,
            now,
        }
    }

    /// Returns the numbers of all event names.
    pub(super) fn names(&self) -> Vec<i32> {
        let names = self.letters.iter().flat_map(|query| &query.names);
        let mut names: Vec<i32> = names.copied().collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    pub(super) fn of_everybody(&self, view: &View) -> Answer {
        // Who lacks one of the steps does not have it: only the others are looked through.
        let mut steps = self.letters.iter().take(self.course.n_steps());
        let Some(first) = steps.next() else {
            return Answer::everybody(view.n_ordinals(), false);
        };
        let mut who = view.any(first);
        for step in steps {
            who.keep(&view.any(step));
        }
        Answer::known(view.sequences(&who, &self.letters, |steps| self.holds(steps)))
    }

    pub(super) fn of_one(&self, customer: &Customer<'_>) -> bool {
        let mut steps: Vec<Step> = Vec::new();
        for (letter, query) in (0..).zip(&self.letters) {
            steps.extend(customer.events(query).map(|event| Step {
                at: event.occurred_at,
                letter,
                id: event.id,
                product: event.product,
                category: event.category,
                order: event.order,
            }));
        }
        steps.sort_unstable();
        self.holds(&steps)
    }

    fn holds(&self, steps: &[Step]) -> bool {
        let seen = |step: &Step| Seen {
            at: step.at,
            letter: usize::try_from(step.letter).unwrap_or(usize::MAX),
        };
        let Some(same) = self.same else {
            let seen: Vec<Seen> = steps.iter().map(seen).collect();
            return self.course.holds(&seen, self.now);
        };
        let key = |step: &Step| match same {
            Same::Product => step.product,
            Same::Category => step.category,
            Same::Order => step.order,
        };
        let keyed = steps
            .iter()
            .filter_map(|step| Some((key(step)?, seen(step))));
        let mut keyed: Vec<(i64, Seen)> = keyed.collect();
        // Stable: within a key the order of time stays.
        keyed.sort_by_key(|(key, _)| *key);
        keyed.chunk_by(|a, b| a.0 == b.0).any(|alike| {
            let seen: Vec<Seen> = alike.iter().map(|(_, seen)| *seen).collect();
            self.course.holds(&seen, self.now)
        })
    }
}
