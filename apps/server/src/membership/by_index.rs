//! A round with the audience index: the feed first, then rules that changed, then what time has changed.

use std::{collections::BTreeMap, sync::Arc};

use index::View;
use kernel::{
    feed::Cursor,
    id::SegmentId,
    time::{MINUTE, Millis},
};
use segmentation::{
    At,
    index::Looks,
    membership::{self, Cause, Direction, MAX_BATCH, Progress, Step, Touches, Transition, Way},
};
use storage::feed;

use super::{
    held::{Fill, Held},
    judge,
    keeper::{Fault, Keeper},
};
use crate::{audience::Standing, keeping::Next};

/// Rows of the feed that are read at once.
const ROWS: u32 = 5_000;
/// Rows that are judged together when the worker is far behind.
const BACKLOG: usize = 50_000;

/// How long segments are asked of everybody before the feed is looked at again: who did something waits no longer.
const SLICE_MILLIS: i64 = 25;

/// Segments that are to be asked of everybody, and why. They are asked in turn, so that none waits for ever.
#[derive(Debug, Default)]
pub(super) struct Due {
    causes: BTreeMap<SegmentId, Cause>,
    last: Option<SegmentId>,
}

impl Due {
    /// Adds a segment; what it was due for before stays.
    fn add(&mut self, segment: SegmentId, cause: Cause) {
        self.causes.entry(segment).or_insert(cause);
    }

    /// Returns all of them, beginning after the one that was asked last.
    fn in_turn(&self) -> Vec<(SegmentId, Cause)> {
        let is_behind = |id: &SegmentId| self.last.is_some_and(|last| *id <= last);
        let (behind, ahead): (Vec<_>, Vec<_>) = self
            .causes
            .iter()
            .map(|(id, cause)| (*id, *cause))
            .partition(|(id, _)| is_behind(id));
        [ahead, behind].concat()
    }

    /// Takes out those that have been asked, in their order.
    fn done(&mut self, asked: &[SegmentId]) {
        for id in asked {
            self.causes.remove(id);
        }
        self.last = asked.last().copied().or(self.last);
    }
}

/// Whether segments were made, edited, put away or taken back.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Rules {
    #[default]
    Same,
    Changed,
}

impl Keeper {
    pub(super) async fn by_index(
        &mut self,
        standing: Standing,
        now: Millis,
    ) -> Result<Next, Fault> {
        let at = self.at(now).await?;
        let taken = self.held.take();
        let held = taken.filter(|held| held.generation == standing.generation);
        let Some(mut held) = (match held {
            Some(held) => Some(held),
            None => self.load(&standing, &at).await?,
        }) else {
            return Ok(Next::Wait);
        };
        held.grow(&standing.view);
        let mut rules = Rules::default();
        held = self.catch_up(held, &standing, &at, &mut rules).await?;
        let is_new_minute = self.is_new_minute(now);
        if rules == Rules::Changed || is_new_minute {
            let strangers = held.define(self.means.db.reader(), &standing.view, &at);
            if !self.dismiss(strangers.await?, &at).await? {
                return Ok(Next::Wait);
            }
        }
        let is_first = self.minute.is_none();
        for kept in held.segments.iter().filter(|_| is_new_minute) {
            if kept.looks_at(Looks::Time) {
                self.due.add(kept.definition.id, Cause::Time);
            } else if is_first {
                // Words that moved may have been read by a worker that ended before it had asked everybody.
                self.due.add(kept.definition.id, Cause::Catalogue);
            }
        }
        self.minute = Some(now.0.div_euclid(MINUTE));
        held = self.sweep(held, &standing.view, &at).await?;
        let (held, next) = self.fill(held, &standing.view, &at).await?;
        self.held = Some(held);
        Ok(if self.due.causes.is_empty() {
            next
        } else {
            Next::AtOnce
        })
    }

    /// Reads what is stored; none when the index does not know yet what the stored intervals speak of.
    async fn load(&mut self, standing: &Standing, at: &At) -> Result<Option<Held>, Fault> {
        let mut held = Held::new(standing.generation);
        let strangers = held
            .define(self.means.db.reader(), &standing.view, at)
            .await?;
        Ok(self.dismiss(strangers, at).await?.then_some(held))
    }

    /// Lets go whom the index does not know because they are no more; false when it must catch up first.
    async fn dismiss(&mut self, strangers: super::held::Strangers, at: &At) -> Result<bool, Fault> {
        let Some(leaving) = strangers.leave(self.means.db.reader(), at).await? else {
            return Ok(false);
        };
        let progress = self.lease.progress;
        self.write(&leaving, None, progress, |_| ()).await?;
        Ok(true)
    }

    /// Reads the feed up to where the index stands.
    async fn catch_up(
        &mut self,
        mut held: Held,
        standing: &Standing,
        at: &At,
        rules: &mut Rules,
    ) -> Result<Held, Fault> {
        while self.lease.progress.cursor < standing.position {
            let (touches, cursor) = self.read_on(standing, at).await?;
            self.note(&mut held, at, &touches, rules).await?;
            // Before the cursor moves past the row that tells of a list: a write that fails is made again.
            let lists = held.standing_on(&touches.lists);
            held = self.sweep_whole(held, &standing.view, at, lists).await?;
            let (view, at) = (Arc::clone(&standing.view), *at);
            let work = move || {
                let found = judge::touched(&mut held, &view, &at, &touches);
                (held, found)
            };
            let (judged, found) = tokio::task::spawn_blocking(work).await?;
            held = judged;
            let progress = Progress {
                cursor,
                read_at: at.now,
                own: Way::Index,
            };
            self.write(&found, None, progress, |written| {
                held.apply(&standing.view, written);
            })
            .await?;
        }
        self.lease.progress.read_at = at.now;
        self.lease.progress.own = Way::Index;
        Ok(held)
    }

    /// Reads on in the feed; more at once when far behind.
    async fn read_on(&self, standing: &Standing, at: &At) -> Result<(Touches, Cursor), Fault> {
        let mut touches = Touches::default();
        let (mut cursor, mut n_rows) = (self.lease.progress.cursor, 0);
        while cursor < standing.position && n_rows < BACKLOG {
            let reader = self.means.db.reader();
            let stretch =
                feed::read_of(reader, at.workspace, cursor, standing.position, ROWS).await?;
            touches.add(&stretch.changes);
            n_rows += stretch.changes.len();
            cursor = stretch.position;
        }
        Ok((touches, cursor))
    }

    /// Notes what rows ask for that speak of no customer. Words are looked up before anybody is judged by them.
    async fn note(
        &mut self,
        held: &mut Held,
        at: &At,
        touches: &Touches,
        rules: &mut Rules,
    ) -> Result<(), Fault> {
        // What was written of a merged customer is the other's from now on.
        let has_moved = touches.has_merged() && held.looks_at(Looks::Rolls);
        if touches.has_new_words || has_moved || !touches.lists.is_empty() {
            let changed = held.look_up(self.means.db.reader(), at).await?;
            for id in changed {
                self.due.add(id, Cause::Catalogue);
            }
        }
        if touches.has_new_rules {
            *rules = Rules::Changed;
        }
        if touches.has_suppressed {
            let looking = held.segments.iter();
            for kept in looking.filter(|kept| kept.looks_at(Looks::Addresses)) {
                self.due.add(kept.definition.id, Cause::Consent);
            }
        }
        Ok(())
    }

    /// Asks some of the segments that are due. They stay due until what was found is written.
    async fn sweep(&mut self, held: Held, view: &Arc<View>, at: &At) -> Result<Held, Fault> {
        let due = self.due.in_turn();
        if due.is_empty() {
            return Ok(held);
        }
        let clock = Arc::clone(&self.means.clock);
        let end = clock.now().plus(SLICE_MILLIS);
        let has_time = move || clock.now() < end;
        let (held, asked) = self.ask(held, view, at, due, has_time).await?;
        self.due.done(&asked);
        Ok(held)
    }

    /// Asks these segments, however long it takes.
    async fn sweep_whole(
        &mut self,
        held: Held,
        view: &Arc<View>,
        at: &At,
        due: BTreeMap<SegmentId, Cause>,
    ) -> Result<Held, Fault> {
        if due.is_empty() {
            return Ok(held);
        }
        let due = due.into_iter().collect();
        let (held, _) = self.ask(held, view, at, due, || true).await?;
        Ok(held)
    }

    /// Asks segments of everybody while there is time and writes what differs; returns those that were asked.
    async fn ask(
        &mut self,
        mut held: Held,
        view: &Arc<View>,
        at: &At,
        due: Vec<(SegmentId, Cause)>,
        has_time: impl Fn() -> bool + Send + 'static,
    ) -> Result<(Held, Vec<SegmentId>), Fault> {
        let (seen, at) = (Arc::clone(view), *at);
        let work = move || {
            let swept = judge::swept(&held, &seen, &at, &due, has_time);
            (held, swept)
        };
        let (judged, (found, asked)) = tokio::task::spawn_blocking(work).await?;
        held = judged;
        let progress = self.lease.progress;
        self.write(&found, None, progress, |written| held.apply(view, written))
            .await?;
        Ok((held, asked))
    }

    /// Goes on with segments that are being filled or have been put away: a batch of each, so that nothing else waits
    /// for long.
    async fn fill(
        &mut self,
        mut held: Held,
        view: &Arc<View>,
        at: &At,
    ) -> Result<(Held, Next), Fault> {
        let mut next = Next::Wait;
        for place in 0..held.segments.len() {
            let is_open = |held: &Held| {
                let kept = held.segments.get(place);
                kept.is_some_and(|kept| kept.fill == Fill::Open)
            };
            if !is_open(&held) {
                continue;
            }
            let (seen, at) = (Arc::clone(view), *at);
            let work = move || {
                let filled = judge::filled(&held, &seen, &at, place);
                (held, filled)
            };
            let (judged, filled) = tokio::task::spawn_blocking(work).await?;
            held = judged;
            let Some((found, step)) = filled else {
                continue;
            };
            let progress = self.lease.progress;
            self.write(&found, Some(&step), progress, |written| {
                held.apply(view, written);
            })
            .await?;
            match step {
                Step::Filled(..) => {
                    if let Some(kept) = held.segments.get_mut(place) {
                        kept.fill = Fill::Whole;
                    }
                }
                Step::Filling(_) | Step::PutAway(_) => next = Next::AtOnce,
            }
        }
        if self.empty(&mut held, at).await? == Next::AtOnce {
            next = Next::AtOnce;
        }
        Ok((held, next))
    }

    /// Lets the members of segments go that were put away.
    async fn empty(&mut self, held: &mut Held, at: &At) -> Result<Next, Fault> {
        let mut left = Vec::new();
        for segment in std::mem::take(&mut held.put_away) {
            let most = i64::try_from(MAX_BATCH).unwrap_or(i64::MAX);
            let reader = self.means.db.reader();
            let open = membership::open(reader, at.workspace, segment, None, most).await?;
            let is_last = open.len() < MAX_BATCH;
            let leaving: Vec<Transition> = open
                .into_iter()
                .map(|profile| Transition {
                    segment,
                    profile: kernel::id::ProfileId::from_raw(profile),
                    direction: Direction::Leave,
                    cause: Cause::Backfill,
                })
                .collect();
            let step = if is_last {
                Step::PutAway(segment)
            } else {
                left.push(segment);
                Step::Filling(segment)
            };
            let progress = self.lease.progress;
            self.write(&leaving, Some(&step), progress, |_| ()).await?;
        }
        held.put_away = left;
        Ok(if held.put_away.is_empty() {
            Next::Wait
        } else {
            Next::AtOnce
        })
    }
}
