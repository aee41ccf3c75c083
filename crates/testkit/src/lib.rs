#![doc = include_str!("../README.md")]

mod database;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use kernel::{
    feed::{Change, Cursor},
    id::{IdSource, WorkspaceId},
    time::{Clock, Millis},
};
use storage::{Db, feed};

pub use database::{TestDb, both, postgres, sqlite};

/// 2026-07-14 10:42 in Tokyo: the instant at which every test begins.
pub const START: Millis = Millis(1_783_993_320_000);

/// A clock that moves only when a test turns it.
#[derive(Debug, Clone)]
pub struct FakeClock(Arc<AtomicI64>);

impl FakeClock {
    /// Makes a clock that shows an instant.
    pub fn at(now: Millis) -> Self {
        Self(Arc::new(AtomicI64::new(now.0)))
    }

    /// Moves the clock forward by milliseconds.
    pub fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    /// Sets the clock.
    pub fn set(&self, now: Millis) {
        self.0.store(now.0, Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }
}

/// Ids that count up from a large round number, the same in every run.
#[derive(Debug)]
pub struct CountingIds(AtomicI64);

impl Default for CountingIds {
    fn default() -> Self {
        Self(AtomicI64::new(800_000_000_000_000_000))
    }
}

impl IdSource for CountingIds {
    fn next_raw(&self) -> i64 {
        self.next_block(1)
    }
    fn next_block(&self, n: usize) -> i64 {
        self.0
            .fetch_add(i64::try_from(n.max(1)).unwrap_or(1), Ordering::SeqCst)
    }
}

/// What most tests need beside the database.
pub struct Kit {
    /// The database under test.
    pub db: Db,
    /// The clock, shared with the code under test.
    pub clock: FakeClock,
    /// The ids, shared with the code under test.
    pub ids: Arc<dyn IdSource>,
    /// A workspace that exists in the database (Tokyo, yen, Japanese, tracking by notice).
    pub workspace: WorkspaceId,
}

impl Kit {
    /// Makes the hands and one workspace.
    pub async fn new(test: &TestDb) -> Self {
        let workspace = WorkspaceId::from_raw(700_000_000_000_000_001);
        let kit = Self {
            db: test.db().clone(),
            clock: FakeClock::at(START),
            ids: Arc::new(CountingIds::default()),
            workspace,
        };
        kit.add_workspace(workspace, "青葉ストア").await;
        kit
    }

    /// Returns the position of the newest change.
    ///
    /// # Panics
    ///
    /// Panics if the database does not answer.
    pub async fn position(&self) -> Cursor {
        feed::newest(self.db.reader())
            .await
            .expect("the test database answers")
    }

    /// Returns the changes after a position, once all of them are to be seen: on PostgreSQL a change hides behind older
    /// transactions of the whole cluster, those of other tests too.
    ///
    /// # Panics
    ///
    /// Panics if the database does not answer.
    pub async fn changes(&self, after: Cursor) -> Vec<Change> {
        let db = self.db.reader();
        let text = "SELECT COUNT(*) FROM feed WHERE (xid, id) > ($1, $2)";
        let n = storage::sql::number(db, text, [after.xid.into(), after.id.into()])
            .await
            .expect("the test database answers");
        loop {
            let seen = feed::read(db, after, 10_000)
                .await
                .expect("the test database answers");
            if i64::try_from(seen.len()).is_ok_and(|seen| seen >= n) {
                return seen.into_iter().map(|(_, change)| change).collect();
            }
            tokio::task::yield_now().await;
        }
    }

    /// Adds a further workspace, to show that one does not see the other.
    ///
    /// # Panics
    ///
    /// Panics if the database refuses the row: a test that cannot set its stage has failed.
    pub async fn add_workspace(&self, id: WorkspaceId, name: &str) {
        let tx = self
            .db
            .begin()
            .await
            .expect("the test database takes a transaction");
        storage::sql::exec(
            &tx,
            "INSERT INTO workspace (id, name, time_zone, currency, locale, tracking_mode, settings, created_at)
             VALUES ($1, $2, 'Asia/Tokyo', 'JPY', 'ja', 'notice', $3, $4)",
            [
                id.raw().into(),
                name.into(),
                storage::Value::Json(Some(Box::new(serde_json::json!({})))),
                self.clock.now().0.into(),
            ],
        )
        .await
        .expect("the workspace is new");
        tx.commit().await.expect("the test database commits");
    }
}
