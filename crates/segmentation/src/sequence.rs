//! Following a sequence through one customer's events: for the index, which asks of many, and for explanations.

use crate::language::{Sequence, Span};

/// An event that can be a part of a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    /// When it happened.
    pub(crate) at: i64,
    /// What it can be: a number of [`Sequence::picks`].
    pub(crate) letter: usize,
}

/// What became of the time after the last step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nothing followed, and nothing can any more.
    Held,
    /// Something may still follow until this instant, which belongs to it.
    Open(i64),
    /// This event followed: its place among the events.
    Broken(usize),
}

/// A sequence made ready to be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Course {
    legs: Vec<Leg>,
    /// The letter of what must not follow, and for how long.
    then_not: Option<(usize, Option<i64>)>,
}

/// The way to a step from the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Leg {
    within: Option<i64>,
    /// The letter of what must not lie between.
    without: Option<usize>,
}

impl Course {
    pub(crate) fn new(sequence: &Sequence) -> Self {
        let mut letter = sequence.steps.len();
        let mut next = || {
            letter += 1;
            letter - 1
        };
        let legs = sequence.steps.iter().map(|step| Leg {
            within: step.within.map(Span::millis),
            without: step.without.as_ref().map(|_| next()),
        });
        let legs = legs.collect();
        let then_not = sequence.then_not.as_ref();
        Self {
            legs,
            then_not: then_not.map(|not| (next(), not.within.map(Span::millis))),
        }
    }

    /// Returns how many steps must have happened.
    pub(crate) fn n_steps(&self) -> usize {
        self.legs.len()
    }

    /// Tells whether a letter is what must not follow, which may lie beyond the window.
    pub(crate) fn is_last(&self, letter: usize) -> bool {
        self.then_not.is_some_and(|(own, _)| own == letter)
    }

    /// Returns for how long after the last step something must not follow, when that is limited.
    pub(crate) fn open_for(&self) -> Option<i64> {
        self.then_not.and_then(|(_, within)| within)
    }

    /// Says of each event that can be a step which event can be the step before: the latest that can.
    ///
    /// `seen` is ordered by time. Calls `reach` with the step, the event and the one before.
    pub(crate) fn follow(&self, seen: &[Seen], mut reach: impl FnMut(usize, usize, Option<usize>)) {
        let n = self.legs.len();
        // Of each step the latest event, and of each way the latest of what must not lie on it, before this instant.
        let mut latest: Vec<Option<usize>> = vec![None; n];
        let mut between: Vec<Option<i64>> = vec![None; n];
        let mut reached: Vec<(usize, usize)> = Vec::new();
        let mut start = 0;
        for instant in seen.chunk_by(|a, b| a.at == b.at) {
            for (place, event) in (start..).zip(instant) {
                let step = event.letter;
                let Some(leg) = self.legs.get(step) else {
                    continue;
                };
                let before = step
                    .checked_sub(1)
                    .map(|before| latest.get(before).copied());
                let before = match before {
                    None => None,
                    Some(Some(Some(before))) => {
                        let since = seen.get(before).map_or(event.at, |before| before.at);
                        let blocked = between.get(step).copied().flatten();
                        if leg.within.is_some_and(|within| event.at - since > within)
                            || blocked.is_some_and(|blocked| blocked > since)
                        {
                            continue;
                        }
                        Some(before)
                    }
                    Some(_) => continue,
                };
                reach(step, place, before);
                reached.push((step, place));
            }
            for (step, place) in reached.drain(..) {
                if let Some(latest) = latest.get_mut(step) {
                    *latest = Some(place);
                }
            }
            for (leg, between) in self.legs.iter().zip(&mut between) {
                let is_in = |event: &Seen| leg.without == Some(event.letter);
                if let Some(event) = instant.iter().find(|event| is_in(event)) {
                    *between = Some(event.at);
                }
            }
            start += instant.len();
        }
    }

    /// Returns when what must not follow happened, and its place among the events.
    pub(crate) fn nots(&self, seen: &[Seen]) -> Vec<(i64, usize)> {
        let all = seen.iter().enumerate();
        all.filter(|(_, event)| self.is_last(event.letter))
            .map(|(place, event)| (event.at, place))
            .collect()
    }

    /// Says what became of the time after the last step, which happened at an instant.
    pub(crate) fn fate(&self, nots: &[(i64, usize)], end: i64, now: i64) -> Fate {
        let Some((_, within)) = self.then_not else {
            return Fate::Held;
        };
        let next = nots.get(nots.partition_point(|(at, _)| *at <= end));
        let deadline = within.map(|within| end.saturating_add(within));
        match (next, deadline) {
            (Some((_, place)), None) => Fate::Broken(*place),
            (Some((at, place)), Some(deadline)) if *at <= deadline => Fate::Broken(*place),
            (_, Some(deadline)) if deadline >= now => Fate::Open(deadline),
            _ => Fate::Held,
        }
    }

    /// Tells whether the sequence is there. `seen` is ordered by time and holds nothing at or after now.
    pub(crate) fn holds(&self, seen: &[Seen], now: i64) -> bool {
        let mut ends: Vec<i64> = Vec::new();
        self.follow(seen, |step, place, _| {
            if step + 1 == self.legs.len()
                && let Some(event) = seen.get(place)
            {
                ends.push(event.at);
            }
        });
        ends.dedup();
        let nots = self.nots(seen);
        ends.into_iter()
            .any(|end| self.fate(&nots, end, now) == Fate::Held)
    }
}
