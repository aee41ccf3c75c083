//! How far a sequence got: the steps that were found, what broke it, and until when it is open.

use std::collections::HashMap;

use kernel::{id::ProfileId, time::Millis};
use sea_orm::FromQueryResult;
use storage::{ConnectionTrait, Dialect, sql};

use super::{
    Happened, LOOKED_THROUGH, Reached,
    future::{window_edges, window_shifts},
};
use crate::{
    SegmentError,
    language::{Sequence, Window},
    resolve::{At, Resolved},
    sequence::{Course, Fate, Seen},
    sql::{Binds, Letters, Reach},
};

/// An event that can be a part of the sequence.
#[derive(Debug, Clone, FromQueryResult)]
struct Part {
    occurred_at: i64,
    alike: i64,
    /// A bit for each of the sequence's choices of events.
    letters: i64,
    amount: Option<i64>,
    quantity: Option<i64>,
    product: Option<String>,
    category: Option<String>,
}

impl Part {
    fn happened(&self) -> Happened {
        Happened {
            at: Millis(self.occurred_at),
            product: self.product.clone(),
            category: self.category.clone(),
            amount: self.amount,
            quantity: self.quantity,
        }
    }
}

/// A sequence with all that a person did about it, the earliest first.
pub(super) struct Followed {
    course: Course,
    within: Window,
    parts: Vec<Part>,
}

/// The furthest that a sequence got: the parts that are its steps, and what became of it after the last.
struct Furthest<'a> {
    steps: Vec<&'a Part>,
    fate: Option<Fate>,
    broken_by: Option<&'a Part>,
}

impl Followed {
    /// Reads what one person did about a sequence.
    pub(super) async fn load(
        db: &impl ConnectionTrait,
        at: &At,
        resolved: &Resolved,
        sequence: &Sequence,
        profile: ProfileId,
    ) -> Result<Self, SegmentError> {
        let mut binds = Binds::new(Dialect::of(db.get_database_backend()));
        let whose = (Some(profile.raw()), Reach::UpToNow);
        let letters = Letters::new(&mut binds, at, resolved, sequence, whose);
        let each = letters.each.iter().enumerate();
        let bits = each.map(|(i, when)| format!("CASE WHEN {when} THEN {} ELSE 0 END", 1 << i));
        let alike = sequence.same.map_or("0", |same| same.column());
        let text = format!(
            "SELECT e.occurred_at, CAST({alike} AS BIGINT) AS alike, CAST({} AS BIGINT) AS letters, e.amount, e.quantity,
                    product.value AS product, category.value AS category
             FROM event e LEFT JOIN term product ON product.id = e.product_id
             LEFT JOIN term category ON category.id = e.category_id
             WHERE {} ORDER BY e.occurred_at DESC, e.id DESC LIMIT {LOOKED_THROUGH}",
            bits.collect::<Vec<_>>().join(" + "),
            letters.wheres.join(" AND ")
        );
        let mut parts: Vec<Part> = sql::all(db, text, binds.into_values()).await?;
        parts.reverse();
        Ok(Self {
            course: Course::new(sequence),
            within: sequence.within,
            parts,
        })
    }

    /// Tells whether everything could be read.
    pub(super) fn is_whole(&self) -> bool {
        self.parts.len() < LOOKED_THROUGH
    }

    /// Returns what is alike, each in the order of time, with the part that each event is.
    fn alike(&self, at: &At) -> Vec<Vec<(Seen, &Part)>> {
        let (from, until) = self.within.range(at.now, at.zone);
        let mut groups: Vec<Vec<(Seen, &Part)>> = Vec::new();
        let mut places: HashMap<i64, usize> = HashMap::new();
        for part in &self.parts {
            let instant = part.occurred_at;
            let is_inside = from.is_none_or(|from| from.0 <= instant) && instant < until.0;
            let group = *places.entry(part.alike).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            let Some(group) = groups.get_mut(group) else {
                continue;
            };
            for letter in (0..64).filter(|letter| part.letters >> letter & 1 == 1) {
                if instant < at.now.0 && (is_inside || self.course.is_last(letter)) {
                    let seen = Seen {
                        at: instant,
                        letter,
                    };
                    group.push((seen, part));
                }
            }
        }
        groups
    }

    pub(super) fn holds(&self, at: &At) -> bool {
        self.alike(at).iter().any(|group| {
            let seen: Vec<Seen> = group.iter().map(|(seen, _)| *seen).collect();
            self.course.holds(&seen, at.now.0)
        })
    }

    pub(super) fn instants(&self, at: &At) -> Vec<i64> {
        let mut shifts = window_shifts(self.within);
        // What must not follow can no longer follow a millisecond after the last instant that counts.
        let open = self.course.open_for();
        shifts.extend(open.map(|open| open.saturating_add(1)));
        let shifted = |part: &Part| {
            let at = part.occurred_at;
            let shifts = shifts.iter().map(move |shift| at.saturating_add(*shift));
            shifts.collect::<Vec<_>>()
        };
        let parts = self.parts.iter().flat_map(shifted);
        parts.chain(window_edges(self.within, at)).collect()
    }

    pub(super) fn reached(&self, at: &At) -> Reached {
        let groups = self.alike(at);
        let furthest = groups.iter().filter_map(|group| self.furthest(group, at));
        let rank = |found: &Furthest<'_>| {
            let fate = match found.fate {
                Some(Fate::Held) => 2,
                Some(Fate::Open(_)) => 1,
                Some(Fate::Broken(_)) | None => 0,
            };
            let latest = found.steps.last().map(|part| part.occurred_at);
            (found.steps.len(), fate, latest)
        };
        let Some(found) = furthest.max_by_key(rank) else {
            return Reached::default();
        };
        Reached {
            steps: found.steps.iter().map(|part| part.happened()).collect(),
            open_until: match found.fate {
                Some(Fate::Open(until)) => Some(Millis(until)),
                _ => None,
            },
            broken_by: found.broken_by.map(Part::happened),
        }
    }

    /// Returns the furthest that one group got: the latest, and rather one that is not broken.
    fn furthest<'a>(&self, group: &[(Seen, &'a Part)], at: &At) -> Option<Furthest<'a>> {
        let seen: Vec<Seen> = group.iter().map(|(seen, _)| *seen).collect();
        let mut reached: HashMap<(usize, usize), Option<usize>> = HashMap::new();
        self.course.follow(&seen, |step, place, before| {
            reached.insert((step, place), before);
        });
        let nots = self.course.nots(&seen);
        let fate = |(step, place): (usize, usize)| {
            let is_last = step + 1 == self.course.n_steps();
            let end = seen.get(place).filter(|_| is_last)?;
            Some(self.course.fate(&nots, end.at, at.now.0))
        };
        let rank = |at: &&(usize, usize)| {
            let fate = match fate(**at) {
                Some(Fate::Held) => 2,
                Some(Fate::Open(_)) => 1,
                Some(Fate::Broken(_)) | None => 0,
            };
            (at.0, fate, at.1)
        };
        let end = *reached.keys().max_by_key(rank)?;
        let part = |place: usize| group.get(place).map(|(_, part)| *part);
        let mut steps = Vec::new();
        let mut next = Some(end.1);
        for step in (0..=end.0).rev() {
            let Some(place) = next else { break };
            steps.extend(part(place));
            next = reached.get(&(step, place)).copied().flatten();
        }
        steps.reverse();
        let fate = fate(end);
        let broken_by = match fate {
            Some(Fate::Broken(place)) => part(place),
            _ => None,
        };
        Some(Furthest {
            steps,
            fate,
            broken_by,
        })
    }
}
