//! One workspace's index: a draft that takes changes, and the view that queries see.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use parking_lot::{Mutex, RwLock};

use crate::{
    Batch, IndexError,
    memory::{Limit, Memory},
    view::View,
};

/// The audience index of one workspace. Shared by all who query and the one who feeds it.
#[derive(Debug, Default)]
pub struct Index {
    writer: Mutex<Writer>,
    view: RwLock<Arc<View>>,
    /// The version of the last batch that was taken in whole.
    newest: AtomicU64,
    compaction: Mutex<()>,
    limit: Limit,
}

#[derive(Debug, Default)]
struct Writer {
    draft: View,
    /// The draft holds what the view does not show yet.
    is_ahead: bool,
    /// What came while a compaction is under way.
    log: Option<Vec<Batch>>,
}

/// How much may gather beside the base before it is made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slack {
    /// Events that came or went, at least.
    pub events: u64,
    /// And at least one in so many of the base's.
    pub events_share: u64,
    /// Values that changed in one column, at least.
    pub values: usize,
    /// And at least one in so many customers.
    pub values_share: usize,
}

impl Slack {
    /// While following: queries stay fast.
    pub const FOLLOWING: Self = Self {
        events: 50_000,
        events_share: 64,
        values: 20_000,
        values_share: 32,
    };
    /// While loading: nobody asks yet, and what waits takes several times the room of what is packed.
    pub const LOADING: Self = Self {
        events: 100_000,
        events_share: 8,
        values: 16_000,
        values_share: 16,
    };
}

/// The catch-up of a compaction ends when at most so many changes are left to be taken under the lock.
const FEW: usize = 2_000;

impl Index {
    /// Makes an empty index.
    pub fn new(limit: Limit) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// Makes an index that begins with a state.
    pub(crate) fn with(view: View, limit: Limit) -> Self {
        Self {
            writer: Mutex::new(Writer {
                draft: view.clone(),
                ..Writer::default()
            }),
            view: RwLock::new(Arc::new(view)),
            limit,
            ..Self::default()
        }
    }

    /// Returns the present state: every batch that was taken in before the call. It never changes; ask again
    /// to see more.
    ///
    /// The draft is shown only when somebody looks, so that a writer whom nobody watches copies nothing. Who is
    /// the first to look after a batch waits for the one that is being taken in, never for a compaction.
    pub fn view(&self) -> Arc<View> {
        let newest = self.newest.load(Ordering::Acquire);
        let shown = Arc::clone(&self.view.read());
        if shown.version >= newest {
            return shown;
        }
        let mut writer = self.writer.lock();
        if writer.is_ahead {
            self.publish(&mut writer);
        }
        Arc::clone(&self.view.read())
    }

    /// Takes a batch in: all of it, or nothing.
    pub fn apply(&self, batch: Batch) -> Result<(), IndexError> {
        let mut writer = self.writer.lock();
        let used = writer.draft.memory().total() + crate::memory::weight(&batch);
        if used > self.limit.0 {
            return Err(IndexError::MemoryLimit {
                used,
                limit: self.limit.0,
            });
        }
        writer.draft.take(&batch)?;
        if let Some(log) = &mut writer.log {
            log.push(batch);
        }
        writer.is_ahead = true;
        self.newest.store(writer.draft.version, Ordering::Release);
        Ok(())
    }

    /// Tells whether more has gathered beside the base than there should be.
    pub fn is_slack(&self, slack: &Slack) -> bool {
        let draft = &self.writer.lock().draft;
        let pending: u64 = draft
            .pending
            .values()
            .map(|pending| pending.len() as u64)
            .sum();
        let gone: u64 = draft.gone.values().map(|gone| gone.len()).sum();
        let values = draft
            .changed
            .values()
            .map(|changed| changed.rows.len())
            .max()
            .unwrap_or(0);
        let n_people = crate::number::at(draft.base.people.len());
        pending + gone > slack.events.max(draft.base.n_events() / slack.events_share)
            || values > slack.values.max(n_people / slack.values_share)
    }

    /// Makes a new base as [`Index::compact`] does, on one core, so that those who serve meanwhile have the others.
    pub fn compact_aside(&self) {
        match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
            Ok(one) => one.install(|| self.compact()),
            Err(_) => self.compact(),
        }
    }

    /// Makes a new base of everything, off to the side; neither queries nor changes wait for it.
    ///
    /// What comes meanwhile is taken in by both, and in the end by the new one alone.
    pub fn compact(&self) {
        let _only_one = self.compaction.lock();
        let start = {
            let mut writer = self.writer.lock();
            if writer.draft.is_compact() {
                return;
            }
            writer.draft.close();
            writer.log = Some(Vec::new());
            writer.draft.clone()
        };
        let mut next = start.compacted();
        drop(start);
        loop {
            let mut writer = self.writer.lock();
            let came = writer.log.as_mut().map(std::mem::take).unwrap_or_default();
            let n: usize = came.iter().map(|batch| batch.changes.len()).sum();
            if n <= FEW {
                catch_up(&mut next, &came);
                writer.draft = next;
                writer.log = None;
                self.publish(&mut writer);
                return;
            }
            drop(writer);
            catch_up(&mut next, &came);
        }
    }

    /// Makes a new base of everything in place: changes and a first look wait for it, and each column stands there
    /// twice only while it is made. For a loader, whom nobody asks yet.
    pub fn pack(&self) {
        let _only_one = self.compaction.lock();
        let mut writer = self.writer.lock();
        if writer.draft.is_compact() {
            return;
        }
        writer.draft.close();
        writer.draft.pack_columns();
        writer.draft = writer.draft.compacted();
        writer.is_ahead = true;
    }

    /// Returns what the index holds, by part.
    pub fn memory(&self) -> Memory {
        self.writer.lock().draft.memory()
    }

    fn publish(&self, writer: &mut Writer) {
        writer.draft.close();
        *self.view.write() = Arc::new(writer.draft.clone());
        writer.is_ahead = false;
    }
}

fn catch_up(next: &mut View, came: &[Batch]) {
    for batch in came {
        // It was taken once, so it can be taken again: the limits are those of the first time.
        let _ = next.take(batch);
    }
}
