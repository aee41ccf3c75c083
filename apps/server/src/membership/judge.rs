//! Comparing what rules say with what is stored: pure, and off the threads that serve.

use std::{cell::OnceCell, collections::BTreeSet, sync::Arc};

use index::{Bits, Customer, View};
use kernel::id::{ProfileId, SegmentId};
use segmentation::{
    At,
    index::Rule,
    membership::{Cause, Direction, MAX_BATCH, Step, Touch, Touches, Transition},
};

use super::held::{Fill, Held, Kept};

/// With so many profiles touched, asking each rule of everybody costs less than asking each customer.
const MANY: usize = 2_000;

/// A rule for this moment, made when it is first asked.
#[derive(Default)]
struct Asked {
    rule: OnceCell<Option<Arc<Rule>>>,
    everybody: OnceCell<Option<Bits>>,
}

/// Lists who enters and leaves by what was touched, in the order of the feed.
pub(super) fn touched(held: &mut Held, view: &View, at: &At, touches: &Touches) -> Vec<Transition> {
    let asked: Vec<Asked> = held.segments.iter().map(|_| Asked::default()).collect();
    let mut found = Vec::new();
    for (profile, touch) in touches.iter() {
        let Some(ordinal) = view.ordinal(profile) else {
            continue;
        };
        let person = Person { profile, ordinal };
        if !view.active().contains(ordinal) {
            // Merged or erased by a row that is still to come, unless this is the one.
            if let Some(cause) = touch.gone_by() {
                found.extend(person.leaves_all(held, cause));
            }
        } else if touches.len() > MANY {
            let is_in = |kept: &Kept, asked: &Asked| {
                let everybody = asked
                    .everybody
                    .get_or_init(|| Some(kept.at(at)?.members(view, None)));
                Some((everybody.as_ref()?.contains(ordinal), touch.cause()))
            };
            found.extend(person.moves(held, &asked, is_in));
        } else if let Some(customer) = view.customer(profile) {
            let is_new = touch.may_be_new() && !held.known.contains(ordinal);
            let names = names(&customer, touch);
            let is_in = |kept: &Kept, asked: &Asked| {
                let mentions = &kept.rule.as_ref()?.mentions;
                let woken = touch.wakes(mentions, &names);
                let cause = woken.or(is_new.then(|| touch.cause()))?;
                let rule = asked.rule.get_or_init(|| kept.at(at)).as_ref()?;
                Some((rule.of_one(&customer) == Some(true), cause))
            };
            found.extend(person.moves(held, &asked, is_in));
            if is_new {
                held.known.insert(ordinal);
            }
        }
    }
    found
}

fn names(customer: &Customer<'_>, touch: &Touch) -> BTreeSet<i32> {
    let rows = touch.events.iter();
    rows.flat_map(|(first, last)| customer.names_between(*first, *last))
        .collect()
}

/// A profile that was touched.
struct Person {
    profile: i64,
    ordinal: u32,
}

impl Person {
    fn leaves_all(&self, held: &Held, cause: Cause) -> Vec<Transition> {
        let was_in = held
            .segments
            .iter()
            .filter(|kept| kept.members.contains(self.ordinal));
        was_in
            .map(|kept| self.transition(kept.definition.id, Direction::Leave, cause))
            .collect()
    }

    /// `is_in` tells whether and why; none where the segment need not look.
    fn moves(
        &self,
        held: &Held,
        asked: &[Asked],
        is_in: impl Fn(&Kept, &Asked) -> Option<(bool, Cause)>,
    ) -> Vec<Transition> {
        let mut found = Vec::new();
        for (kept, asked) in held.segments.iter().zip(asked) {
            if kept.fill == Fill::Open {
                continue;
            }
            let Some((is_in, cause)) = is_in(kept, asked) else {
                continue;
            };
            if is_in != kept.members.contains(self.ordinal) {
                let direction = if is_in {
                    Direction::Enter
                } else {
                    Direction::Leave
                };
                found.push(self.transition(kept.definition.id, direction, cause));
            }
        }
        found
    }

    const fn transition(
        &self,
        segment: SegmentId,
        direction: Direction,
        cause: Cause,
    ) -> Transition {
        Transition {
            segment,
            profile: ProfileId::from_raw(self.profile),
            direction,
            cause,
        }
    }
}

/// Lists who enters and leaves some segments, everybody looked at, with the segments that were asked. Each has the cause
/// that its differences get; at least one is asked, the others while there is time.
pub(super) fn swept(
    held: &Held,
    view: &View,
    at: &At,
    due: &[(SegmentId, Cause)],
    has_time: impl Fn() -> bool,
) -> (Vec<Transition>, Vec<SegmentId>) {
    let (mut found, mut asked) = (Vec::new(), Vec::new());
    for (id, cause) in due {
        if !asked.is_empty() && !has_time() {
            break;
        }
        asked.push(*id);
        if let Some(kept) = held.get(*id).filter(|kept| kept.fill == Fill::Whole) {
            found.extend(differences(kept, view, at, *cause, usize::MAX));
        }
    }
    (found, asked)
}

/// Lists some of those who enter and leave a segment that is being filled, and how it stands afterwards.
pub(super) fn filled(
    held: &Held,
    view: &View,
    at: &At,
    place: usize,
) -> Option<(Vec<Transition>, Step)> {
    let kept = held.segments.get(place)?;
    kept.rule.as_ref()?;
    let mut found = differences(kept, view, at, Cause::Backfill, MAX_BATCH + 1);
    let id = kept.definition.id;
    let step = if found.len() > MAX_BATCH {
        found.truncate(MAX_BATCH);
        Step::Filling(id)
    } else {
        Step::Filled(id, kept.definition.rule.clone())
    };
    Some((found, step))
}

fn differences(kept: &Kept, view: &View, at: &At, cause: Cause, most: usize) -> Vec<Transition> {
    let Some(rule) = kept.at(at) else {
        return Vec::new();
    };
    let members = rule.members(view, None);
    let mut entering = members.clone();
    entering.take(&kept.members);
    let mut leaving = kept.members.clone();
    leaving.take(&members);
    // Who is no more leaves by the row of the feed that says why.
    leaving.keep(view.active());
    let transition = |ordinal, direction| {
        Some(Transition {
            segment: kept.definition.id,
            profile: ProfileId::from_raw(view.profile(ordinal)?),
            direction,
            cause,
        })
    };
    let leaving = leaving
        .iter()
        .filter_map(|one| transition(one, Direction::Leave));
    let entering = entering
        .iter()
        .filter_map(|one| transition(one, Direction::Enter));
    leaving.chain(entering).take(most).collect()
}
