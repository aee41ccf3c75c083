//! Answers of conditions that were asked before: several segments share conditions, and a person who edits
//! a rule asks the same ones again and again.

use std::sync::Arc;

use hashbrown::HashMap;
use parking_lot::Mutex;

use crate::{answer::Answer, view::View};

/// Answers by condition. It may be emptied at any time. It belongs to one index: versions of another, also of
/// one that was built anew, say nothing here.
#[derive(Debug)]
pub struct LeafCache {
    held: Mutex<Held>,
    /// The most bytes that answers may take with what they are known by.
    limit: usize,
}

/// What an entry takes beside its answer and the text of its condition. In a workspace of a hundred customers
/// this is nearly all of it.
const ENTRY: usize = 160;

#[derive(Debug, Default)]
struct Held {
    answers: HashMap<Key, Entry>,
    bytes: usize,
    /// Counts questions, so that the answer that was used longest ago is known.
    tick: u64,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    leaf: Box<str>,
    version: u64,
    moment: i64,
    n_ordinals: u32,
}

#[derive(Debug)]
struct Entry {
    answer: Arc<Answer>,
    used: u64,
    bytes: usize,
}

/// What an answer holds for.
#[derive(Debug, Clone, Copy)]
pub struct Leaf<'a> {
    /// The condition, written so that two that differ are written differently.
    pub condition: &'a str,
    /// When what it looks at changed last: [`View::version_of_events`], [`View::version_of_column`].
    pub version: u64,
    /// The present moment as it was rounded; any fixed number for a condition without time.
    pub moment: i64,
}

impl LeafCache {
    /// Makes an empty cache.
    pub fn new(limit: usize) -> Self {
        Self {
            held: Mutex::default(),
            limit,
        }
    }

    /// Returns the answer of a condition, and makes it if it is not there.
    pub fn answer(
        &self,
        view: &View,
        leaf: Leaf<'_>,
        make: impl FnOnce() -> Answer,
    ) -> Arc<Answer> {
        let key = Key {
            leaf: leaf.condition.into(),
            version: leaf.version,
            moment: leaf.moment,
            n_ordinals: view.n_ordinals(),
        };
        if let Some(known) = self.held.lock().find(&key) {
            return known;
        }
        // Made without the lock: two who ask at once both make it, and nobody waits.
        let answer = Arc::new(make());
        self.held.lock().keep(key, Arc::clone(&answer), self.limit);
        answer
    }

    /// Forgets everything.
    pub fn clear(&self) {
        *self.held.lock() = Held::default();
    }

    /// Returns the bytes that answers take with what they are known by.
    pub fn bytes(&self) -> usize {
        self.held.lock().bytes
    }
}

impl Held {
    fn find(&mut self, key: &Key) -> Option<Arc<Answer>> {
        self.tick += 1;
        let entry = self.answers.get_mut(key)?;
        entry.used = self.tick;
        Some(Arc::clone(&entry.answer))
    }

    fn keep(&mut self, key: Key, answer: Arc<Answer>, limit: usize) {
        let bytes = ENTRY + key.leaf.len() + answer.bytes();
        if bytes > limit {
            return;
        }
        if self.bytes + bytes > limit {
            self.drop_older_half();
        }
        let used = self.tick;
        let entry = Entry {
            answer,
            used,
            bytes,
        };
        self.bytes += bytes;
        if let Some(before) = self.answers.insert(key, entry) {
            self.bytes -= before.bytes;
        }
    }

    /// Makes room: the half that was used longest ago goes.
    fn drop_older_half(&mut self) {
        let mut used: Vec<u64> = self.answers.values().map(|entry| entry.used).collect();
        used.sort_unstable();
        let middle = used.get(used.len() / 2).copied().unwrap_or(0);
        self.answers.retain(|_, entry| entry.used > middle);
        self.bytes = self.answers.values().map(|entry| entry.bytes).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_made_once_for_the_same_data_and_moment() {
        let (cache, view) = (LeafCache::new(2_500), View::default());
        let mut made = 0;
        let mut ask = |condition: &str, version, moment| {
            let leaf = Leaf {
                condition,
                version,
                moment,
            };
            cache.answer(&view, leaf, || {
                made += 1;
                Answer::everybody(640, true)
            });
            made
        };
        assert_eq!(ask("a", 1, 0), 1);
        assert_eq!(ask("a", 1, 0), 1);
        assert_eq!(ask("b", 1, 0), 2);
        assert_eq!(ask("a", 2, 0), 3, "the data changed");
        assert_eq!(ask("a", 2, 60), 4, "time went on");
        for version in 3..40 {
            ask("a", version, 0);
        }
        assert!(cache.bytes() <= 2_500);
        assert_eq!(ask("a", 39, 0), 41, "the latest are kept");
        cache.clear();
        assert_eq!(cache.bytes(), 0);
        assert_eq!(ask("a", 39, 0), 42);
    }

    #[test]
    fn conditions_are_counted_and_not_only_their_answers() {
        let (cache, view) = (LeafCache::new(10_000), View::default());
        let mut made = 0;
        for moment in 0..1_000 {
            let leaf = Leaf {
                condition: "a condition of a workspace with sixty-four customers",
                version: 1,
                moment,
            };
            cache.answer(&view, leaf, || {
                made += 1;
                Answer::everybody(64, true)
            });
        }
        assert_eq!(made, 1_000);
        assert!(cache.bytes() <= 10_000);
        assert!(
            cache.held.lock().answers.len() <= 10_000 / ENTRY,
            "each moment leaves an entry behind"
        );
        let long = "a".repeat(20_000);
        let leaf = Leaf {
            condition: &long,
            version: 1,
            moment: 0,
        };
        let before = cache.bytes();
        cache.answer(&view, leaf, || Answer::everybody(64, true));
        assert_eq!(cache.bytes(), before, "a list of that length is not kept");
    }
}
