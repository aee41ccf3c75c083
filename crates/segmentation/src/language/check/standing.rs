//! The checks of a standing among buyers.

use kernel::invalid::{FieldError, Invalid};

use super::spot::{Emptiness, Spot};
use crate::language::{Cut, Node, Place, Standing, Window};

/// The most groups of one cut.
pub(crate) const MAX_GROUPS: u32 = 20;

/// The most windows of a document: for each, all buyers are looked at once.
const MAX_WINDOWS: usize = 8;

/// Refuses standings in too many different windows.
pub(super) fn windows(places: &[Place<'_>], found: &mut Invalid) {
    let mut known: Vec<Window> = Vec::new();
    for place in places {
        let Node::Standing(standing) = place.node else {
            continue;
        };
        if known.contains(&standing.within) {
            continue;
        }
        known.push(standing.within);
        if known.len() > MAX_WINDOWS {
            found.push(FieldError::new(
                format!("{}/standing/within", place.pointer),
                "too_many",
                format!("standings may look at {MAX_WINDOWS} different windows at most"),
                format!("購入者の中での位置を調べる期間は{MAX_WINDOWS}種類までです"),
            ));
            return;
        }
    }
}

impl Spot {
    pub(super) fn standing(&self, standing: &Standing, found: &mut Invalid) {
        self.to("/within").window(standing.within, found);
        self.cut(&standing.cut, found);
        let place = self.to("/in");
        let n = standing.cut.n_groups();
        place.list_len(
            standing.groups.len(),
            MAX_GROUPS as usize,
            Emptiness::Refused,
            found,
        );
        for (i, group) in standing.groups.iter().enumerate() {
            if !(1..=n).contains(group) {
                place.to(&format!("/{i}")).say(
                    found,
                    "range",
                    format!("the groups are 1 to {n}"),
                    format!("グループは1から{n}までです"),
                );
            }
        }
    }

    fn cut(&self, cut: &Cut, found: &mut Invalid) {
        let (word, n) = match cut {
            Cut::EqualCounts(n) => ("equal_counts", *n),
            Cut::EqualValues(n) => ("equal_values", *n),
            Cut::EqualRanks(n) => ("equal_ranks", *n),
            Cut::Breaks(breaks) => return self.to("/cut/breaks").breaks(breaks, found),
        };
        if !(2..=MAX_GROUPS).contains(&n) {
            self.to(&format!("/cut/{word}")).say(
                found,
                "range",
                format!("from 2 to {MAX_GROUPS} groups"),
                format!("グループの数は2から{MAX_GROUPS}までです"),
            );
        }
    }

    fn breaks(&self, breaks: &[i64], found: &mut Invalid) {
        let most = MAX_GROUPS as usize - 1;
        self.list_len(breaks.len(), most, Emptiness::Refused, found);
        let pairs = breaks.iter().zip(breaks.iter().skip(1));
        if let Some(i) = pairs.into_iter().position(|(low, high)| low >= high) {
            self.to(&format!("/{}", i + 1)).say(
                found,
                "order",
                "each break must be greater than the one before",
                "区切りは小さい順に、重ならないように並べてください",
            );
        }
    }
}
