//! Whom a compiled rule selects: a page of them, some of them, and whom several rules share.

use std::collections::BinaryHeap;

use index::{Answer, Bits, LeafCache, View};
use kernel::id::ProfileId;

use super::Rule;
use crate::{
    parts::Parts,
    query::{self, SPREAD},
};

/// Returns up to `limit` members after a position, in the order of their ids.
pub fn page(
    view: &View,
    rule: &Rule,
    after: Option<ProfileId>,
    limit: usize,
    cache: Option<&LeafCache>,
) -> Vec<ProfileId> {
    let after = after.map_or(i64::MIN, ProfileId::raw);
    let members = rule.members(view, cache);
    let found = smallest(limit, profiles(view, &members).filter(|id| *id > after));
    found.into_iter().map(ProfileId::from_raw).collect()
}

/// Returns `n` members that look picked at random: the same ones as [`crate::examples`] for the same seed.
pub fn examples(
    view: &View,
    rule: &Rule,
    seed: u32,
    n: u32,
    cache: Option<&LeafCache>,
) -> Vec<ProfileId> {
    let factor = query::factor(seed);
    let members = rule.members(view, cache);
    let keys = profiles(view, &members).map(|id| (((id % SPREAD) * factor) % SPREAD, id));
    let found = smallest(usize::try_from(n).unwrap_or(usize::MAX), keys);
    let ids = found.into_iter().map(|(_, id)| ProfileId::from_raw(id));
    ids.collect()
}

/// Says of everybody whether they are among some; `otherwise` is what is known of all others.
pub(super) fn among(view: &View, ids: &[i64], otherwise: Option<bool>) -> Answer {
    let n = view.n_ordinals();
    let mut members = Bits::none(n);
    for ordinal in ids.iter().filter_map(|id| view.ordinal(*id)) {
        members.insert(ordinal);
    }
    match otherwise {
        Some(_) => Answer::known(members),
        None => Answer::doubtful(members, Bits::all(n)),
    }
}

/// Counts how up to [`parts::MOST`](crate::parts::MOST) rules overlap.
pub fn parts(view: &View, rules: &[&Rule], cache: Option<&LeafCache>) -> Parts {
    let members: Vec<Bits> = rules.iter().map(|rule| rule.members(view, cache)).collect();
    let within = |set: usize| {
        let mut chosen = members.iter().enumerate();
        let mut chosen = chosen.by_ref().filter(|(rule, _)| set & (1 << rule) != 0);
        let Some((_, first)) = chosen.next() else {
            return 0;
        };
        let mut all = first.clone();
        chosen.for_each(|(_, other)| all.keep(other));
        i64::try_from(all.count()).unwrap_or(i64::MAX)
    };
    Parts::of_intersections(rules.len(), within)
}

fn profiles<'a>(view: &'a View, members: &'a Bits) -> impl Iterator<Item = i64> + 'a {
    members.iter().filter_map(|ordinal| view.profile(ordinal))
}

/// Returns the `n` smallest in ascending order. Few are wanted of many: sorting everybody would take longer than
/// finding them.
fn smallest<K: Ord>(n: usize, keys: impl Iterator<Item = K>) -> Vec<K> {
    let mut kept = BinaryHeap::new();
    for key in keys {
        if kept.len() < n {
            kept.push(key);
        } else if let Some(mut greatest) = kept.peek_mut()
            && key < *greatest
        {
            *greatest = key;
        }
    }
    kept.into_sorted_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_are_found_in_order() {
        let keys = [5, 3, 9, 1, 7];
        assert_eq!(smallest(0, keys.into_iter()), [0; 0]);
        assert_eq!(smallest(2, keys.into_iter()), [1, 3]);
        assert_eq!(smallest(5, keys.into_iter()), [1, 3, 5, 7, 9]);
        assert_eq!(smallest(usize::MAX, keys.into_iter()), [1, 3, 5, 7, 9]);
    }
}
