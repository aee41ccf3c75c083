//! Which segments each touched customer wakes, found out before any is asked.

use std::{
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use index::View;
use segmentation::membership::{Cause, Touch, Touches};

use super::held::{Fill, Held};

/// Places of segments, ascending, and why they must look.
type Places = Rc<[(usize, Cause)]>;

/// A customer who was touched.
pub(super) struct Woken {
    pub(super) profile: i64,
    pub(super) ordinal: u32,
    pub(super) wakes: Wakes,
}

/// What a touch leads to.
pub(super) enum Wakes {
    /// These segments must look again.
    Segments(Places),
    /// The customer is no more and leaves every segment.
    Gone(Cause),
}

/// Everybody who was touched, in the order of the feed, and how many each segment must look at.
pub(super) struct All {
    pub(super) people: Vec<Woken>,
    /// By place of the segment.
    pub(super) n_looks: Vec<usize>,
}

/// Finds out who wakes what. Whom no segment has judged before wakes all of them.
pub(super) fn by(held: &mut Held, view: &View, touches: &Touches) -> All {
    let mut all = All {
        people: Vec::with_capacity(touches.len()),
        n_looks: vec![0; held.segments.len()],
    };
    let mut alike = Alike::default();
    for (profile, touch) in touches.iter() {
        let Some(ordinal) = view.ordinal(profile) else {
            continue;
        };
        let wakes = if view.active().contains(ordinal) {
            let is_new = touch.may_be_new() && !held.known.contains(ordinal);
            let segments = alike.segments(held, touch, names(view, profile, touch), is_new.into());
            if is_new {
                held.known.insert(ordinal);
            }
            for (place, _) in segments.iter() {
                if let Some(n) = all.n_looks.get_mut(*place) {
                    *n += 1;
                }
            }
            Wakes::Segments(segments)
        } else if let Some(cause) = touch.gone_by() {
            Wakes::Gone(cause)
        } else {
            // Merged or erased by a row that is still to come.
            continue;
        };
        all.people.push(Woken {
            profile,
            ordinal,
            wakes,
        });
    }
    all
}

fn names(view: &View, profile: i64, touch: &Touch) -> BTreeSet<i32> {
    if touch.events.is_empty() {
        return BTreeSet::new();
    }
    let customer = view.customer(profile);
    let rows = touch.events.iter();
    rows.flat_map(|(first, last)| {
        customer
            .iter()
            .flat_map(|one| one.names_between(*first, *last))
    })
    .collect()
}

/// Whether a segment has ever judged the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Known {
    Yes,
    No,
}

impl From<bool> for Known {
    fn from(is_new: bool) -> Self {
        if is_new { Self::No } else { Self::Yes }
    }
}

/// What touches of one sort wake. Of the tens of thousands who were seen within a minute all are alike, and to ask
/// hundreds of segments for each of them anew would take longer than to judge them.
#[derive(Default)]
struct Alike(HashMap<(Touch, BTreeSet<i32>, Known), Places>);

impl Alike {
    fn segments(
        &mut self,
        held: &Held,
        touch: &Touch,
        names: BTreeSet<i32>,
        known: Known,
    ) -> Places {
        let sort = touch.without_events();
        let found = self
            .0
            .entry((sort, names, known))
            .or_insert_with_key(|(sort, names, _)| {
                let looking = held.segments.iter().enumerate();
                looking
                    .filter(|(_, kept)| kept.fill == Fill::Whole)
                    .filter_map(|(place, kept)| {
                        let woken = sort.wakes(&kept.rule.as_ref()?.mentions, names);
                        let unknown = (known == Known::No).then(|| sort.cause());
                        Some((place, woken.or(unknown)?))
                    })
                    .collect()
            });
        Rc::clone(found)
    }
}
