//! Comparing what rules say with what is stored: pure, and off the threads that serve.

use std::{cell::OnceCell, sync::Arc};

use index::{Bits, View};
use kernel::id::{ProfileId, SegmentId};
use segmentation::{
    At,
    index::Rule,
    membership::{Cause, Direction, MAX_BATCH, Step, Touches, Transition},
};

use super::{
    held::{Fill, Held, Kept},
    woken::{self, Wakes, Woken},
};

/// A segment asks everybody at once when it must look at more than one in so many customers...
const SHARE: usize = 128;
/// ... and at more than so many.
const FEW: usize = 500;

/// A rule for this moment, made when it is first asked.
#[derive(Default)]
struct Asked {
    rule: OnceCell<Option<Arc<Rule>>>,
    everybody: OnceCell<Option<Bits>>,
}

/// Lists who enters and leaves by what was touched, in the order of the feed.
pub(super) fn touched(held: &mut Held, view: &View, at: &At, touches: &Touches) -> Vec<Transition> {
    let woken = woken::by(held, view, touches);
    let many = (usize::try_from(view.n_ordinals()).unwrap_or(usize::MAX) / SHARE).max(FEW);
    let asked: Vec<Asked> = held.segments.iter().map(|_| Asked::default()).collect();
    let mut found = Vec::new();
    for one in &woken.people {
        let segments = match &one.wakes {
            Wakes::Gone(cause) => {
                found.extend(leaves_all(held, one, *cause));
                continue;
            }
            Wakes::Segments(segments) => segments,
        };
        let customer = OnceCell::new();
        for (place, cause) in segments.iter() {
            let place = *place;
            let (Some(kept), Some(asked)) = (held.segments.get(place), asked.get(place)) else {
                continue;
            };
            let is_in = if woken.n_looks.get(place).is_some_and(|n| *n > many) {
                let everybody = || Some(kept.at(at)?.members(view, None));
                let everybody = asked.everybody.get_or_init(everybody);
                everybody.as_ref().map(|all| all.contains(one.ordinal))
            } else {
                let rule = asked.rule.get_or_init(|| kept.at(at));
                let customer = customer.get_or_init(|| view.customer(one.profile));
                let both = rule.as_ref().zip(customer.as_ref());
                both.map(|(rule, customer)| rule.of_one(customer) == Some(true))
            };
            let was_in = kept.members.contains(one.ordinal);
            if let Some(is_in) = is_in.filter(|is_in| *is_in != was_in) {
                let direction = if is_in {
                    Direction::Enter
                } else {
                    Direction::Leave
                };
                found.push(transition(kept, one, direction, *cause));
            }
        }
    }
    found
}

fn leaves_all(held: &Held, one: &Woken, cause: Cause) -> Vec<Transition> {
    let segments = held.segments.iter();
    segments
        .filter(|kept| kept.members.contains(one.ordinal))
        .map(|kept| transition(kept, one, Direction::Leave, cause))
        .collect()
}

const fn transition(kept: &Kept, one: &Woken, direction: Direction, cause: Cause) -> Transition {
    Transition {
        segment: kept.definition.id,
        profile: ProfileId::from_raw(one.profile),
        direction,
        cause,
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
