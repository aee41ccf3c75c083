//! What the process keeps for contents: compiled emails, product blocks, the pace of test sends.

use std::{collections::HashMap, num::NonZeroU32};

use access::Actor;
use contents::store::CompiledCache;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use kernel::{
    id::{ProfileId, WorkspaceId},
    time::{HOUR, Millis},
};
use offers::Blocks;
use parking_lot::Mutex;

/// Test mails a workspace may send at once.
const BURST: NonZeroU32 = NonZeroU32::new(30).expect("thirty is not zero");
/// Test mails a minute thereafter.
const PER_MINUTE: NonZeroU32 = NonZeroU32::new(10).expect("ten is not zero");
/// How many openings are remembered before all are forgotten.
const OPENINGS: usize = 4_096;

/// Who looked (kind and number) at whom.
type Opening = (&'static str, Option<i64>, i64);

/// One per process.
pub struct ContentParts {
    /// Compiled emails by content and version.
    pub compiled: CompiledCache,
    /// Product blocks, what everybody shares of them cached.
    pub blocks: Blocks,
    tests: DefaultKeyedRateLimiter<i64>,
    openings: Mutex<HashMap<Opening, Millis>>,
}

impl Default for ContentParts {
    fn default() -> Self {
        Self {
            compiled: CompiledCache::default(),
            blocks: Blocks::default(),
            tests: RateLimiter::keyed(Quota::per_minute(PER_MINUTE).allow_burst(BURST)),
            openings: Mutex::default(),
        }
    }
}

impl ContentParts {
    /// Counts test mails of a workspace; `false` when they are too many.
    pub(super) fn may_test(&self, workspace: WorkspaceId, n: NonZeroU32) -> bool {
        matches!(self.tests.check_key_n(&workspace.raw(), n), Ok(Ok(())))
    }

    /// Tells whether an opening is to be logged: an editor asks for the same preview at every pause of
    /// typing, and one line an hour says as much as a thousand.
    pub(super) fn is_new_opening(&self, actor: Actor, profile: ProfileId, now: Millis) -> bool {
        let mut openings = self.openings.lock();
        if openings.len() >= OPENINGS {
            openings.clear();
        }
        let key = (actor.kind(), actor.raw(), profile.raw());
        match openings.get(&key) {
            Some(last) if now.0 - last.0 < HOUR => false,
            _ => {
                openings.insert(key, now);
                true
            }
        }
    }
}
