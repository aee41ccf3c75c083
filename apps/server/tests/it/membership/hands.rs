//! A worker turned by hand, and what must hold of what it wrote.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use kernel::{
    feed::{ChangeKind, Cursor},
    id::{Id, ProfileId, SegmentId, WorkspaceId},
    time::{Clock, MINUTE, Millis},
};
use profiles::changes::Pages;
use segmentation::{
    At, language,
    membership::{self, Cause},
    store::{self, Author, Draft, Shelf},
};
use serde_json::{Value as Json, json};
use server::{
    audience::{Audience, Follower, Options},
    keeping::{Keep, Next},
    membership::{Fault, Indexing, Keeper, Means},
};
use storage::{lease::LeaseError, sql};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::app::TestApp;

/// A node of the cluster: an index, and the means to keep memberships with it.
pub(super) struct Node {
    pub(super) means: Means,
    follower: Option<Arc<Follower>>,
    stopping: CancellationToken,
    _folder: tempfile::TempDir,
}

impl Node {
    pub(super) fn start(app: &TestApp, indexing: Indexing) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            folder: folder.path().to_owned(),
            limit: usize::MAX,
            save_every: Duration::from_hours(1),
            pages: Pages::default(),
        };
        let clock = Arc::new(app.kit.clock.clone());
        let audience = Audience::new(app.kit.db.clone(), clock.clone(), options);
        let (tasks, stopping) = (TaskTracker::new(), CancellationToken::new());
        let follower = (indexing == Indexing::On).then(|| {
            audience.start(&tasks, &stopping);
            audience.follow(app.kit.workspace, &tasks, &stopping)
        });
        Self {
            means: Means {
                db: app.kit.db.clone(),
                clock,
                ids: app.kit.ids.clone(),
                audience,
                indexing,
            },
            follower,
            stopping,
            _folder: folder,
        }
    }

    pub(super) async fn claim(&self, workspace: WorkspaceId) -> Keeper {
        Keeper::claim(&self.means, workspace)
            .await
            .unwrap()
            .unwrap()
    }

    /// Waits until the index has taken in what has been written.
    pub(super) async fn caught_up(&self, app: &TestApp) {
        if let Some(follower) = &self.follower {
            follower.wait_for(position(app).await).await.unwrap();
        }
    }

    /// Lets the time pass after which all segments are asked again, where there is no index.
    pub(super) fn let_sql_be_asked(&self, app: &TestApp) {
        if self.follower.is_none() {
            // Five minutes, or twenty times what the last round took.
            app.kit.clock.advance(30 * MINUTE);
        }
    }

    /// Lets the worker do all there is to do.
    pub(super) async fn settle(&self, app: &TestApp, keeper: &mut Keeper) {
        // Its own writes move the feed on: once more finds nothing.
        for _ in 0..2 {
            self.caught_up(app).await;
            while self.round(app, keeper).await == Next::AtOnce {}
        }
    }

    /// Goes round once. After a sleep of many days the worker must claim anew.
    pub(super) async fn round(&self, app: &TestApp, keeper: &mut Keeper) -> Next {
        loop {
            match keeper.round().await {
                Ok(next) => return next,
                Err(Fault::Lease(LeaseError::Lost)) => {
                    *keeper = self.claim(app.kit.workspace).await;
                }
                Err(fault) => panic!("{fault:?}"),
            }
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

/// Returns the position of the newest change.
pub(super) async fn position(app: &TestApp) -> Cursor {
    let text = "SELECT xid, id FROM feed ORDER BY xid DESC, id DESC LIMIT 1";
    let rows = sql::rows(app.kit.db.reader(), text, []).await.unwrap();
    rows.first().map_or(Cursor::default(), |row| Cursor {
        xid: row.try_get_by_index(0).unwrap(),
        id: row.try_get_by_index(1).unwrap(),
    })
}

/// A minute begins, so that what turns by time is looked at.
pub(super) fn next_minute(app: &TestApp) {
    let now = app.kit.clock.now();
    let into = now.0.rem_euclid(MINUTE);
    app.kit.clock.advance(MINUTE - into);
}

fn author(app: &TestApp, workspace: WorkspaceId) -> Author {
    Author {
        workspace,
        user: None,
        now: app.kit.clock.now(),
    }
}

fn draft(root: &Json) -> Draft {
    let document = language::read(&json!({"version": 1, "root": root}));
    Draft {
        name: "部分".to_owned(),
        description: String::new(),
        document: document.unwrap_or_else(|invalid| panic!("{root}: {invalid:?}")),
        template: None,
    }
}

pub(super) async fn segment(app: &TestApp, root: &Json) -> SegmentId {
    segment_in(app, app.kit.workspace, root).await
}

pub(super) async fn segment_in(app: &TestApp, workspace: WorkspaceId, root: &Json) -> SegmentId {
    let author = author(app, workspace);
    let saved = store::insert(&app.kit.db, author, &*app.kit.ids, draft(root)).await;
    saved.unwrap().id
}

pub(super) async fn edit(app: &TestApp, id: SegmentId, root: &Json) {
    let held = store::find(app.kit.db.reader(), app.kit.workspace, id).await;
    let version = held.unwrap().unwrap().version;
    let tx = app.kit.db.begin().await.unwrap();
    let author = author(app, app.kit.workspace);
    store::update_in_txn(&tx, author, id, version, draft(root))
        .await
        .unwrap()
        .unwrap();
    tx.commit().await.unwrap();
}

/// Puts a segment away or takes it back; one that others use stays.
pub(super) async fn shelve(app: &TestApp, id: SegmentId, shelf: Shelf) {
    let tx = app.kit.db.begin().await.unwrap();
    let author = author(app, app.kit.workspace);
    if store::set_shelf_in_txn(&tx, author, id, shelf)
        .await
        .is_ok()
    {
        tx.commit().await.unwrap();
    }
}

/// Whom a segment holds by its open intervals.
pub(super) async fn open(app: &TestApp, id: SegmentId) -> Vec<i64> {
    let db = app.kit.db.reader();
    membership::open(db, app.kit.workspace, id, None, i64::MAX)
        .await
        .unwrap()
}

/// An interval as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) segment: i64,
    pub(super) profile: i64,
    pub(super) entered: (i64, Cause),
    pub(super) left: Option<(i64, Cause)>,
}

/// All intervals of a workspace, by segment, customer and age.
pub(super) async fn intervals(app: &TestApp) -> Vec<Stored> {
    let text =
        "SELECT segment_id, profile_id, entered_at, entered_by, left_at, left_by FROM membership
                WHERE workspace_id = $1 ORDER BY segment_id, profile_id, id";
    let binds = [app.kit.workspace.raw().into()];
    let rows = sql::rows(app.kit.db.reader(), text, binds).await.unwrap();
    let cause = |code| Cause::from_code(code).unwrap();
    let stored = |row: &sea_orm::QueryResult| Stored {
        segment: row.try_get_by_index(0).unwrap(),
        profile: row.try_get_by_index(1).unwrap(),
        entered: (
            row.try_get_by_index(2).unwrap(),
            cause(row.try_get_by_index(3).unwrap()),
        ),
        left: row
            .try_get_by_index::<Option<i64>>(4)
            .unwrap()
            .map(|at| (at, cause(row.try_get_by_index(5).unwrap()))),
    };
    rows.iter().map(stored).collect()
}

/// What the feed tells of memberships: direction, segment, customer, cause, instant, in order.
pub(super) async fn told(app: &TestApp) -> Vec<(i16, i64, i64, i64, i64)> {
    let text = "SELECT kind, a, profile_id, b, written_at FROM feed WHERE workspace_id = $1 AND kind IN (7, 8)
                ORDER BY xid, id";
    let binds = [app.kit.workspace.raw().into()];
    let rows = sql::rows(app.kit.db.reader(), text, binds).await.unwrap();
    let told = |row: &sea_orm::QueryResult| {
        (
            row.try_get_by_index(0).unwrap(),
            row.try_get_by_index(1).unwrap(),
            row.try_get_by_index(2).unwrap(),
            row.try_get_by_index(3).unwrap(),
            row.try_get_by_index(4).unwrap(),
        )
    };
    rows.iter().map(told).collect()
}

/// Intervals follow one another, and the feed tells each end exactly once, in order, with the cause.
pub(super) async fn is_sound(app: &TestApp, run: &str) {
    let stored = intervals(app).await;
    for pair in stored.windows(2) {
        let (one, next) = (&pair[0], &pair[1]);
        if (one.segment, one.profile) == (next.segment, next.profile) {
            let left = one
                .left
                .unwrap_or_else(|| panic!("{run}: in twice: {one:?} {next:?}"));
            assert!(left.0 <= next.entered.0, "{run}: {one:?} {next:?}");
        }
    }
    let mut expected = Vec::new();
    for one in &stored {
        let row = |kind: ChangeKind, (at, cause): (i64, Cause)| {
            let told = (
                kind.code(),
                one.segment,
                one.profile,
                i64::from(cause.code()),
                at,
            );
            (!cause.is_silent()).then_some(told)
        };
        expected.extend(row(ChangeKind::SegmentEnter, one.entered));
        if let Some(left) = one.left {
            assert!(left.0 > one.entered.0, "{run}: empty: {one:?}");
            expected.extend(row(ChangeKind::SegmentLeave, left));
        }
    }
    let mut told = told(app).await;
    assert!(
        told.is_sorted_by_key(|(.., at)| *at),
        "{run}: the feed is in the order of time"
    );
    told.sort_unstable();
    expected.sort_unstable();
    assert_eq!(
        told, expected,
        "{run}: the feed tells the ends of the intervals"
    );
}

/// The open intervals are what SQL says of everybody now.
pub(super) async fn is_right(app: &TestApp, segments: &BTreeMap<SegmentId, Json>, run: &str) {
    let at = At {
        workspace: app.kit.workspace,
        now: app.kit.clock.now(),
        zone: chrono_tz::Asia::Tokyo,
    };
    for (id, root) in segments {
        let stored = store::find(app.kit.db.reader(), app.kit.workspace, *id).await;
        let stored = stored.unwrap().unwrap();
        let expected: Vec<i64> = if stored.archived_at.is_some() {
            Vec::new()
        } else {
            let found = segmentation::all_members(app.kit.db.reader(), &at, &stored.document).await;
            found.unwrap().into_iter().map(Id::raw).collect()
        };
        assert_eq!(open(app, *id).await, expected, "{run}: {root}");
    }
}

/// The instant of the last write.
pub(super) async fn mark(app: &TestApp) -> Millis {
    let text = "SELECT MAX(marked_at) FROM membership_worker";
    Millis(sql::number(app.kit.db.reader(), text, []).await.unwrap())
}

/// Who was in at an instant.
pub(super) async fn at_instant(app: &TestApp, id: SegmentId, at: Millis) -> Vec<i64> {
    let (db, most) = (app.kit.db.reader(), u64::from(u32::MAX));
    let found = membership::members_at(db, app.kit.workspace, id, at, None, most).await;
    found.unwrap().into_iter().map(ProfileId::raw).collect()
}
