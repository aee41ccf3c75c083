//! The worker of one workspace: a round at a time, so that tests turn it by hand.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use computed::{
    Rule,
    person::{Computed, Rules},
    store::{
        Batch, Cause, MAX_BATCH,
        definition::{self, Definition, Shelf},
        lease::{self, Fill, Lease, Progress, Walk},
        value, wanted, write,
    },
};
use kernel::{
    feed::{Change, ChangeKind},
    id::WorkspaceId,
    time::Millis,
};
use profiles::computed::{
    acts::{Attributes, Wanted},
    bought,
};
use sea_orm::DbErr;
use storage::{feed, lease::LeaseError};

use super::Means;
use crate::keeping::{self, Keep, Next};

/// Rows of the feed that are read at once.
const ROWS: u32 = 5_000;

/// Why a round ended early; the next one begins with what is stored.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The lease: [`LeaseError::Lost`] means to stop, anything else to try again.
    #[error("failed to write computed attributes")]
    Lease(#[from] LeaseError),
    /// The database did not answer: try again.
    #[error("failed to read what attributes are computed from")]
    Db(#[from] DbErr),
}

impl keeping::Fault for Fault {
    fn is_lost(&self) -> bool {
        matches!(self, Self::Lease(LeaseError::Lost))
    }
}

/// The worker of one workspace.
pub struct Keeper {
    means: Means,
    lease: Lease,
    workspace: WorkspaceId,
}

/// What a round works by.
struct Declared {
    definitions: Vec<Definition>,
    rules: Rules,
    wanted: Wanted,
    now: Millis,
}

impl Declared {
    /// Lists the definitions that say something of everybody who is known, also of who has not bought.
    fn of_everybody(&self) -> impl Iterator<Item = i64> {
        let is_it = |one: &&Definition| {
            one.shelf == Shelf::Active
                && match &one.rule {
                    Rule::Lifecycle(_) => true,
                    Rule::Rank(rule) => rule.is_for_everybody(),
                    Rule::Dormancy(_) | Rule::Score(_) | Rule::Affinity(_) => false,
                }
        };
        self.definitions.iter().filter(is_it).map(|one| one.id)
    }
}

impl Keep for Keeper {
    type Means = Means;
    type Fault = Fault;
    const WHAT: &'static str = "computed attributes";

    async fn claim(means: &Means, workspace: WorkspaceId) -> Result<Option<Self>, LeaseError> {
        let lease = Lease::claim(&means.db, workspace, means.clock.now()).await?;
        Ok(lease.map(|lease| Self {
            means: means.clone(),
            lease,
            workspace,
        }))
    }

    /// Takes in what has changed: rules, then the feed, then what time has turned, then a part of everybody.
    async fn round(&mut self) -> Result<Next, Fault> {
        let now = self.means.clock.now();
        self.lease.renew(&self.means.db, now).await?;
        let mut declared = self.declared(now).await?;
        self.follow(&mut declared).await?;
        let is_due_left = self.turn(&declared).await?;
        let is_fill_left = self.fill(&declared).await?;
        if is_due_left || is_fill_left {
            return Ok(Next::AtOnce);
        }
        let due = value::next_due(self.means.db.reader(), self.workspace).await?;
        Ok(due.map_or(Next::Wait, Next::At))
    }

    async fn release(&mut self) {
        if let Err(error) = self.lease.release(&self.means.db).await {
            // It runs out by itself.
            tracing::debug!(%error, "failed to give the computed attributes back");
        }
    }
}

impl Keeper {
    /// Reads the rules; when they are others than the values follow from, everybody is to be computed.
    async fn declared(&mut self, now: Millis) -> Result<Declared, Fault> {
        let db = self.means.db.reader();
        let workspace = access::workspace::find(db, self.workspace).await;
        let workspace = workspace.map_err(|error| DbErr::Custom(error.to_string()))?;
        let zone = workspace.and_then(|workspace| workspace.time_zone.parse().ok());
        let zone = zone.unwrap_or(Tz::Asia__Tokyo);
        let mut definitions = definition::list(db, self.workspace).await?;
        let rules = definition::rules(&definitions, zone);
        let changed: Vec<_> = definitions
            .iter()
            .map(|one| (one, definition::basis(one, &rules)))
            .filter(|(one, basis)| one.basis != *basis)
            .collect();
        if !changed.is_empty() {
            lease::adopt(&mut self.lease, &self.means.db, now, &changed).await?;
            definitions = definition::list(self.means.db.writer(), self.workspace).await?;
        }
        let rules = definition::rules(&definitions, zone);
        Ok(Declared {
            wanted: wanted(self.means.db.reader(), self.workspace, &rules).await?,
            rules,
            definitions,
            now,
        })
    }

    /// Reads the feed to its end.
    async fn follow(&mut self, declared: &mut Declared) -> Result<(), Fault> {
        let db = self.means.db.clone();
        let head = feed::head(db.reader()).await?;
        while self.lease.progress.cursor < head {
            let from = self.lease.progress.cursor;
            let stretch = if declared.definitions.is_empty() {
                None
            } else {
                Some(feed::read_of(db.reader(), self.workspace, from, head, ROWS).await?)
            };
            let progress = Progress {
                cursor: stretch.as_ref().map_or(head, |stretch| stretch.position),
                ..self.lease.progress
            };
            let changes = stretch.map(|stretch| stretch.changes).unwrap_or_default();
            // Looked up here and not with the rules: a name may have come with these rows.
            declared.wanted = wanted(db.reader(), self.workspace, &declared.rules).await?;
            let woken = self.woken(declared, &changes).await?;
            self.compute(declared, woken, progress).await?;
        }
        self.lease.progress.read_at = declared.now;
        Ok(())
    }

    /// Tells who must be looked at because of some rows of the feed, and why.
    async fn woken(
        &self,
        declared: &Declared,
        changes: &[Change],
    ) -> Result<BTreeMap<i64, Cause>, Fault> {
        let (mut events, mut known) = (Vec::new(), BTreeSet::new());
        let mut woken = BTreeMap::new();
        let asks_attributes = declared.wanted.attributes == Attributes::With;
        for change in changes {
            let profile = change.profile.raw();
            match change.kind {
                ChangeKind::Events | ChangeKind::Acted => events.push(*change),
                ChangeKind::Profile => {
                    known.insert(profile);
                    if asks_attributes && change.b == 0 {
                        woken.insert(profile, Cause::Profile);
                    }
                }
                ChangeKind::Merge | ChangeKind::Unmerge => {
                    woken.insert(profile, Cause::Merge);
                    woken.insert(change.a, Cause::Merge);
                }
                ChangeKind::Erase => {
                    woken.insert(profile, Cause::Profile);
                }
                // Nothing that attributes are computed from.
                _ => {}
            }
        }
        let db = self.means.db.reader();
        for profile in bought::touched(db, self.workspace, &events, &declared.wanted).await? {
            woken.entry(profile).or_insert(Cause::Event);
        }
        for definition in declared.of_everybody() {
            // What this worker writes itself is told as a change of the profile, too: whoever has a stage stays out.
            for profile in value::strangers(db, self.workspace, definition, &known).await? {
                woken.entry(profile).or_insert(Cause::Profile);
            }
        }
        Ok(woken)
    }

    /// Computes customers and writes them, a batch a transaction; only the last one moves the progress.
    async fn compute(
        &mut self,
        declared: &Declared,
        woken: BTreeMap<i64, Cause>,
        progress: Progress,
    ) -> Result<(), Fault> {
        if woken.is_empty() && progress.own.fill == self.lease.progress.own.fill {
            // Kept in memory: it is stored with the next write, or when the lease is renewed.
            self.lease.progress = progress;
            return Ok(());
        }
        let woken: Vec<(i64, Cause)> = woken.into_iter().collect();
        let n_batches = woken.len().div_ceil(MAX_BATCH).max(1);
        for number in 0..n_batches {
            let part = woken.iter().skip(number * MAX_BATCH).take(MAX_BATCH);
            let people = self.judge(declared, part.copied().collect()).await?;
            let batch = Batch {
                definitions: &declared.definitions,
                people: &people,
                progress: if number + 1 == n_batches {
                    progress
                } else {
                    self.lease.progress
                },
            };
            let (db, ids) = (&self.means.db, &*self.means.ids);
            write(&mut self.lease, db, ids, declared.now, batch).await?;
            // Whoever waits for the writer comes first.
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    async fn judge(
        &self,
        declared: &Declared,
        woken: BTreeMap<i64, Cause>,
    ) -> Result<BTreeMap<i64, (Cause, Option<Computed>)>, Fault> {
        let ids: BTreeSet<i64> = woken.keys().copied().collect();
        let living = bought::read(
            self.means.db.reader(),
            self.workspace,
            &ids,
            &declared.wanted,
        )
        .await?;
        // Who is not found is no more.
        let mut people: BTreeMap<i64, (Cause, Option<Computed>)> = woken
            .into_iter()
            .map(|(profile, cause)| (profile, (cause, None)))
            .collect();
        for person in &living {
            if let Some((_, computed)) = people.get_mut(&person.id) {
                *computed = Some(declared.rules.compute(person, declared.now));
            }
        }
        Ok(people)
    }

    /// Looks at those whom time alone has turned; tells whether some are left.
    async fn turn(&mut self, declared: &Declared) -> Result<bool, Fault> {
        let db = self.means.db.reader();
        let due = value::due(db, self.workspace, declared.now, MAX_BATCH).await?;
        let is_left = due.len() == MAX_BATCH;
        let woken = due.into_iter().map(|profile| (profile, Cause::Time));
        let progress = self.lease.progress;
        self.compute(declared, woken.collect(), progress).await?;
        Ok(is_left)
    }

    /// Computes a part of everybody, where the rules have changed; tells whether some are left.
    async fn fill(&mut self, declared: &Declared) -> Result<bool, Fault> {
        let Some(fill) = self.lease.progress.own.fill else {
            return Ok(false);
        };
        let db = self.means.db.reader();
        let page = bought::page(db, self.workspace, fill.after, MAX_BATCH).await?;
        let is_left = page.len() == MAX_BATCH && page.last().is_some_and(|last| *last < fill.until);
        let n_page = i64::try_from(page.len()).unwrap_or(0);
        let progress = Progress {
            own: Walk {
                fill: page.last().filter(|_| is_left).map(|last| Fill {
                    after: *last,
                    ..fill
                }),
                n_filled: self.lease.progress.own.n_filled + n_page,
            },
            ..self.lease.progress
        };
        // Who went while nobody read the feed is in no page, but may still have a standing.
        let last = page.last().filter(|_| is_left).copied();
        let until = last.unwrap_or(i64::MAX);
        let held = value::between(db, self.workspace, fill.after, until).await?;
        let woken = page.into_iter().chain(held);
        let woken = woken.map(|profile| (profile, Cause::Backfill));
        self.compute(declared, woken.collect(), progress).await?;
        Ok(is_left)
    }
}
