//! What a worker holds in memory: every segment's rule, and whom its open intervals hold.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use index::{Bits, View};
use kernel::id::{ProfileId, SegmentId};
use sea_orm::ConnectionTrait;
use segmentation::{
    At, Resolved, SegmentError,
    index::{Looks, Mentions, Rule, compile},
    language::Document,
    membership::{self, Cause, Definition, Direction, Transition, definitions, filled},
    resolve_words,
};

use super::keeper::Fault;

/// Intervals that are read at once.
const PAGE: i64 = 50_000;

/// Everything, by the index's numbers of customers.
pub(super) struct Held {
    pub(super) generation: u64,
    pub(super) segments: Vec<Kept>,
    places: HashMap<SegmentId, usize>,
    /// Whom every segment has judged since the worker began.
    pub(super) known: Bits,
    /// Segments that were put away and whose members are still to leave.
    pub(super) put_away: Vec<SegmentId>,
}

/// A segment.
pub(super) struct Kept {
    pub(super) definition: Definition,
    pub(super) members: Bits,
    pub(super) fill: Fill,
    /// None while the rule cannot be asked: the members stay.
    pub(super) rule: Option<Ruled>,
}

/// Whether the intervals of a segment follow its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fill {
    /// They do.
    Whole,
    /// They are being made to, silently.
    Open,
}

/// A rule whose words have been looked up.
pub(super) struct Ruled {
    resolved: Arc<Resolved>,
    pub(super) mentions: Mentions,
    written: Vec<String>,
    /// The rule, when it looks at no time and so is the same at every moment.
    fixed: Option<Arc<Rule>>,
}

impl Ruled {
    fn new(document: &Document, resolved: Arc<Resolved>, at: &At) -> Self {
        let rule = compile(document, &resolved, at);
        let mentions = rule.mentions();
        Self {
            written: rule.written(),
            fixed: (!mentions.looks.contains(&Looks::Time)).then(|| Arc::new(rule)),
            mentions,
            resolved,
        }
    }
}

impl Kept {
    /// Returns the rule for a moment, when the segment can be judged.
    pub(super) fn at(&self, at: &At) -> Option<Arc<Rule>> {
        let ruled = self.rule.as_ref()?;
        Some(match &ruled.fixed {
            Some(rule) => Arc::clone(rule),
            None => Arc::new(compile(&self.definition.document, &ruled.resolved, at)),
        })
    }

    /// Tells whether its rule asks for one of some lists.
    fn stands_on(&self, lists: &BTreeSet<i64>) -> bool {
        let rule = self.rule.as_ref();
        rule.is_some_and(|rule| !rule.mentions.lists.is_disjoint(lists))
    }

    pub(super) fn looks_at(&self, what: Looks) -> bool {
        let rule = self.rule.as_ref();
        rule.is_some_and(|rule| rule.mentions.looks.contains(&what))
    }
}

/// Profiles whose intervals are open and whom the index does not know as customers: they are no more.
#[derive(Debug, Default)]
pub(super) struct Strangers(pub(super) Vec<(SegmentId, i64)>);

impl Held {
    /// Holds nothing yet.
    pub(super) fn new(generation: u64) -> Self {
        Self {
            generation,
            segments: Vec::new(),
            places: HashMap::new(),
            known: Bits::default(),
            put_away: Vec::new(),
        }
    }

    /// Returns a segment.
    pub(super) fn get(&self, segment: SegmentId) -> Option<&Kept> {
        self.segments.get(*self.places.get(&segment)?)
    }

    /// Makes room for customers that came since.
    pub(super) fn grow(&mut self, view: &View) {
        let n = view.n_ordinals();
        self.known.grow(n);
        for kept in &mut self.segments {
            kept.members.grow(n);
        }
    }

    /// Reads the segments as they are defined now. Those that are new here come with their open intervals.
    pub(super) async fn define(
        &mut self,
        db: &impl ConnectionTrait,
        view: &View,
        at: &At,
    ) -> Result<Strangers, Fault> {
        let (defined, unreadable) = definitions(db, at.workspace, at.zone).await?;
        let stored = filled(db, at.workspace).await?;
        let mut old: HashMap<SegmentId, Kept> = self
            .segments
            .drain(..)
            .map(|kept| (kept.definition.id, kept))
            .collect();
        let mut strangers = Strangers::default();
        for definition in defined {
            let follows = stored
                .get(&definition.id)
                .is_some_and(|filled| filled.rule == definition.rule);
            let members = match old.remove(&definition.id) {
                Some(kept) => kept.members,
                None => read_members(db, view, at, definition.id, &mut strangers).await?,
            };
            self.segments.push(Kept {
                definition,
                members,
                fill: if follows { Fill::Whole } else { Fill::Open },
                rule: None,
            });
        }
        let places = self.segments.iter().enumerate();
        self.places = places
            .map(|(place, kept)| (kept.definition.id, place))
            .collect();
        let known: HashSet<&SegmentId> = self.places.keys().chain(&unreadable).collect();
        self.put_away = stored
            .iter()
            .filter(|(id, filled)| !filled.is_put_away() && !known.contains(id))
            .map(|(id, _)| *id)
            .collect();
        self.put_away.sort_unstable();
        if !unreadable.is_empty() {
            tracing::error!(
                segments = ?unreadable,
                "some segments cannot be read: their members stay as they are"
            );
        }
        self.look_up(db, at).await?;
        Ok(strangers)
    }

    /// Looks up what the words of all rules stand for, and returns the segments whose rules changed by it.
    pub(super) async fn look_up(
        &mut self,
        db: &impl ConnectionTrait,
        at: &At,
    ) -> Result<Vec<SegmentId>, Fault> {
        let documents: Vec<&Document> = self
            .segments
            .iter()
            .map(|kept| &kept.definition.document)
            .collect();
        let together = match resolve_words(db, at, &documents).await {
            Ok(resolved) => Some(Arc::new(resolved)),
            Err(error) => {
                unless_invalid(error)?;
                None
            }
        };
        let mut changed = Vec::new();
        for kept in &mut self.segments {
            let document = &kept.definition.document;
            let resolved = match &together {
                Some(resolved) => Some(Arc::clone(resolved)),
                // One of them is at fault: the others go on.
                None => match resolve_words(db, at, &[document]).await {
                    Ok(resolved) => Some(Arc::new(resolved)),
                    Err(error) => {
                        unless_invalid(error)?;
                        tracing::warn!(
                            segment.id = kept.definition.id.raw(),
                            "a segment cannot be asked: its members stay as they are"
                        );
                        None
                    }
                },
            };
            let ruled = resolved.map(|resolved| Ruled::new(document, resolved, at));
            let written = |rule: &Option<Ruled>| rule.as_ref().map(|rule| rule.written.clone());
            if kept.rule.is_some() && written(&kept.rule) != written(&ruled) {
                changed.push(kept.definition.id);
            }
            kept.rule = ruled;
        }
        Ok(changed)
    }

    /// Lists the segments that ask for one of some lists, with the cause of what changes in them.
    pub(super) fn standing_on(&self, lists: &BTreeSet<i64>) -> BTreeMap<SegmentId, Cause> {
        let asking = self.segments.iter().filter(|kept| kept.stands_on(lists));
        asking
            .map(|kept| (kept.definition.id, Cause::List))
            .collect()
    }

    /// Tells whether any segment looks at something.
    pub(super) fn looks_at(&self, what: Looks) -> bool {
        self.segments.iter().any(|kept| kept.looks_at(what))
    }

    /// Takes in what has been written.
    pub(super) fn apply(&mut self, view: &View, written: &[Transition]) {
        for one in written {
            let place = self.places.get(&one.segment);
            let kept = place.and_then(|place| self.segments.get_mut(*place));
            if let (Some(kept), Some(ordinal)) = (kept, view.ordinal(one.profile.raw())) {
                kept.members.put(ordinal, one.direction == Direction::Enter);
            }
        }
    }
}

impl Strangers {
    /// Lets them leave for the reason that is stored; `None` when one of them is there after all, so that the index
    /// must catch up first.
    pub(super) async fn leave(
        self,
        db: &impl ConnectionTrait,
        at: &At,
    ) -> Result<Option<Vec<Transition>>, Fault> {
        let profiles: Vec<i64> = self.0.iter().map(|(_, profile)| *profile).collect();
        let gone: HashMap<i64, Cause> = membership::gone(db, at.workspace, &profiles).await?;
        let leave = |(segment, profile): (SegmentId, i64)| {
            Some(Transition {
                segment,
                profile: ProfileId::from_raw(profile),
                direction: Direction::Leave,
                cause: *gone.get(&profile)?,
            })
        };
        Ok(self.0.into_iter().map(leave).collect())
    }
}

/// A rule that is wrong is passed over; a database that does not answer is not.
fn unless_invalid(error: SegmentError) -> Result<(), SegmentError> {
    match error {
        SegmentError::Db(_) | SegmentError::Storage(_) => Err(error),
        _ => Ok(()),
    }
}

async fn read_members(
    db: &impl ConnectionTrait,
    view: &View,
    at: &At,
    segment: SegmentId,
    strangers: &mut Strangers,
) -> Result<Bits, Fault> {
    let mut members = Bits::none(view.n_ordinals());
    let mut after = None;
    loop {
        let page = membership::open(db, at.workspace, segment, after, PAGE).await?;
        for profile in &page {
            // The row that tells of a merge may have been passed over by a worker that begins at the end of the feed.
            let living = view.ordinal(*profile);
            match living.filter(|ordinal| view.active().contains(*ordinal)) {
                Some(ordinal) => members.insert(ordinal),
                None => strangers.0.push((segment, *profile)),
            }
        }
        after = page.last().copied();
        if i64::try_from(page.len()).unwrap_or(PAGE) < PAGE {
            return Ok(members);
        }
    }
}
