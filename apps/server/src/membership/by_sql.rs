//! A round without the index: every segment is asked by SQL as a whole, every few minutes.
//!
//! It is slower to notice, and says less of why: the cause is what the feed tells of the customer since the last such
//! round, whatever the segment looks at, or time when it tells nothing.

use std::collections::{BTreeMap, HashSet};

use kernel::{
    feed::Cursor,
    id::{ProfileId, SegmentId},
    time::{MINUTE, Millis},
};
use segmentation::{
    At, all_members,
    membership::{
        self, Cause, Definition, Direction, Progress, Step, Touches, Transition, Way, definitions,
        filled,
    },
};
use storage::feed;
use tokio::time::Instant;

use super::keeper::{Fault, Keeper};
use crate::{audience::Unavailable, keeping::Next};

/// How often all segments are asked.
const EVERY: i64 = 5 * MINUTE;
/// At most one part in so many of the time goes into asking.
const SHARE: i64 = 20;
const ROWS: u32 = 5_000;

/// When SQL was asked, and is asked next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    since: Millis,
    /// None before it was asked at all.
    pause: Option<i64>,
}

impl Pace {
    pub(super) const fn begun(now: Millis) -> Self {
        Self {
            since: now,
            pause: None,
        }
    }

    fn is_due(self, why: Option<Unavailable>, now: Millis) -> bool {
        let first = match why {
            Some(Unavailable::Stopped) => return false,
            // An index that is being made is waited for; where there will be none, SQL is asked at once.
            Some(Unavailable::Building | Unavailable::Behind) => EVERY,
            Some(Unavailable::TooLarge | Unavailable::Off) | None => 0,
        };
        let next = self.since.plus(self.pause.unwrap_or(first));
        // A clock that was set back does not stop the work.
        now >= next || now < self.since
    }
}

impl Keeper {
    pub(super) async fn by_sql(
        &mut self,
        why: Option<Unavailable>,
        now: Millis,
    ) -> Result<Next, Fault> {
        if !self.pace.is_due(why, now) {
            return Ok(Next::Wait);
        }
        let started = Instant::now();
        let at = self.at(now).await?;
        // What changes from here on may be seen already, and is told again next time.
        let head = feed::head(self.means.db.reader()).await?;
        let touches = self.touches(&at, head).await?;
        let causes = touches.causes();
        let (defined, unreadable) =
            definitions(self.means.db.reader(), at.workspace, at.zone).await?;
        let stored = filled(self.means.db.reader(), at.workspace).await?;
        let known: HashSet<SegmentId> = defined
            .iter()
            .map(|definition| definition.id)
            .chain(unreadable)
            .collect();
        for definition in &defined {
            let is_whole = stored
                .get(&definition.id)
                .is_some_and(|filled| filled.rule == definition.rule);
            let otherwise = if definition.stands_on(&touches.lists) {
                Cause::List
            } else {
                Cause::Time
            };
            let causes = is_whole.then_some((&causes, otherwise));
            self.compare(definition, causes, &at).await?;
        }
        for (segment, filled) in stored {
            if !filled.is_put_away() && !known.contains(&segment) {
                let open = self.open(&at, segment).await?;
                let leaving = moves(segment, &open, &[], |_| Cause::Backfill);
                let step = Step::PutAway(segment);
                let progress = self.lease.progress;
                self.write(&leaving, Some(&step), progress, |_| ()).await?;
            }
        }
        self.lease.progress = Progress {
            cursor: head,
            read_at: now,
            own: Way::Sql,
        };
        self.lease
            .keep(&self.means.db, self.means.clock.now())
            .await?;
        let took = i64::try_from(started.elapsed().as_millis()).unwrap_or(EVERY);
        self.pace = Pace {
            since: now,
            pause: Some(EVERY.max(took.saturating_mul(SHARE))),
        };
        Ok(Next::Wait)
    }

    /// Reads why customers may have moved since the last round.
    async fn touches(&self, at: &At, head: Cursor) -> Result<Touches, Fault> {
        let mut touches = Touches::default();
        let mut cursor = self.lease.progress.cursor;
        while cursor < head {
            let reader = self.means.db.reader();
            let stretch = feed::read_of(reader, at.workspace, cursor, head, ROWS).await?;
            touches.add(&stretch.changes);
            cursor = stretch.position;
        }
        Ok(touches)
    }

    /// Compares a segment with its open intervals; without causes it is filled silently.
    async fn compare(
        &mut self,
        definition: &Definition,
        causes: Option<(&BTreeMap<i64, Cause>, Cause)>,
        at: &At,
    ) -> Result<(), Fault> {
        let reader = self.means.db.reader();
        let members = match all_members(reader, at, &definition.document).await {
            Ok(members) => members,
            Err(
                error
                @ (segmentation::SegmentError::Db(_) | segmentation::SegmentError::Storage(_)),
            ) => {
                return Err(error.into());
            }
            Err(error) => {
                let id = definition.id.raw();
                tracing::warn!(%error, segment.id = id, "a segment cannot be asked: its members stay as they are");
                return Ok(());
            }
        };
        let members: Vec<i64> = members.into_iter().map(ProfileId::raw).collect();
        let open = self.open(at, definition.id).await?;
        let mut leaving = open.clone();
        let inside: HashSet<i64> = members.iter().copied().collect();
        leaving.retain(|profile| !inside.contains(profile));
        let gone = membership::gone(self.means.db.reader(), at.workspace, &leaving).await?;
        let cause = |profile: i64| match (gone.get(&profile), causes) {
            (Some(gone), _) => *gone,
            (None, None) => Cause::Backfill,
            (None, Some((causes, otherwise))) => causes.get(&profile).copied().unwrap_or(otherwise),
        };
        let found = moves(definition.id, &open, &members, cause);
        let step = Step::Filled(definition.id, definition.rule.clone());
        let step = causes.is_none().then_some(&step);
        if causes.is_none() && found.len() > membership::MAX_BATCH {
            // Marked first, so that a fill that breaks off is gone on with silently.
            let filling = Step::Filling(definition.id);
            let progress = self.lease.progress;
            self.write(&[], Some(&filling), progress, |_| ()).await?;
        }
        let progress = self.lease.progress;
        self.write(&found, step, progress, |_| ()).await
    }

    async fn open(&self, at: &At, segment: SegmentId) -> Result<Vec<i64>, Fault> {
        let reader = self.means.db.reader();
        Ok(membership::open(reader, at.workspace, segment, None, i64::MAX).await?)
    }
}

/// Compares two ascending lists.
fn moves(
    segment: SegmentId,
    open: &[i64],
    members: &[i64],
    cause: impl Fn(i64) -> Cause,
) -> Vec<Transition> {
    let (was, is): (HashSet<i64>, HashSet<i64>) = (
        open.iter().copied().collect(),
        members.iter().copied().collect(),
    );
    let transition = |profile: &i64, direction| Transition {
        segment,
        profile: ProfileId::from_raw(*profile),
        direction,
        cause: cause(*profile),
    };
    let leaving = open.iter().filter(|profile| !is.contains(profile));
    let entering = members.iter().filter(|profile| !was.contains(profile));
    leaving
        .map(|profile| transition(profile, Direction::Leave))
        .chain(entering.map(|profile| transition(profile, Direction::Enter)))
        .collect()
}
