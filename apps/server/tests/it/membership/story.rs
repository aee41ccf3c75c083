//! Told one by one: what wakes a segment, what time does, who may write.

use std::collections::BTreeMap;

use access::Role;
use kernel::{
    feed::ChangeKind,
    id::SegmentId,
    time::{Clock, DAY, HOUR, MINUTE, Millis},
};
use profiles::{Source, ingest::body, lists};
use segmentation::{membership::Cause, store::Shelf};
use serde_json::{Value as Json, json};
use server::{
    keeping::Keep,
    membership::{Fault, Indexing, Keeper},
};
use storage::lease::LeaseError;

use super::hands::{
    Node, edit, intervals, is_right, is_sound, next_minute, open, segment, segment_in, shelve, told,
};
use crate::app::TestApp;

pub(super) async fn say(app: &TestApp, message: Json) {
    say_all(app, &[message]).await;
}

pub(super) async fn say_all(app: &TestApp, messages: &[Json]) {
    let body = body::read(json!({ "batch": messages }).to_string().as_bytes(), None).unwrap();
    let ingest = &app.app.ingest;
    let verdicts = ingest.submit(app.kit.workspace, Source::Server, body).await;
    assert_eq!(verdicts.unwrap().len(), messages.len());
}

pub(super) fn did(user: &str, event: &str) -> Json {
    json!({"type": "track", "event": event, "userId": user, "properties": {}})
}

pub(super) fn has_done(event: &str) -> Json {
    json!({"events": {"names": [event], "test": {"count": {"times": {"at_least": 1}}}}})
}

const DORMANT: i64 = 60;

pub(super) fn dormant() -> Json {
    json!({"all": [
        {"events": {"names": ["Bought"], "test": {"count": {"times": {"at_least": 1}}}}},
        {"events": {"names": ["Bought"], "within": {"last": {"days": DORMANT}}, "test": "never"}}]})
}

/// The directions and causes that the feed tells of a segment.
pub(super) async fn of(app: &TestApp, id: SegmentId) -> Vec<(bool, Cause)> {
    let told = told(app).await.into_iter();
    told.filter(|(_, segment, ..)| *segment == id.raw())
        .map(|(kind, _, _, cause, _)| {
            let cause = Cause::from_code(i16::try_from(cause).unwrap()).unwrap();
            (kind == ChangeKind::SegmentEnter.code(), cause)
        })
        .collect()
}

#[tokio::test]
async fn an_event_lets_her_enter_the_segments_that_mention_it() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let (bought, viewed) = (
            segment(&app, &has_done("Bought")).await,
            segment(&app, &has_done("Viewed")).await,
        );
        let everybody = segment(&app, &json!({"all": []})).await;
        let node = Node::start(&app, Indexing::On);
        let mut keeper = node.claim(app.kit.workspace).await;
        say(&app, did("u1", "Other")).await;
        app.kit.clock.advance(1_000);
        node.settle(&app, &mut keeper).await;
        assert_eq!(told(&app).await, [], "a segment is filled silently");
        assert_eq!(open(&app, everybody).await.len(), 1);

        say(&app, did("u1", "Bought")).await;
        // The present instant does not count as past yet.
        app.kit.clock.advance(1_000);
        node.settle(&app, &mut keeper).await;
        assert_eq!(of(&app, bought).await, [(true, Cause::Event)]);
        assert_eq!(of(&app, viewed).await, []);
        say(&app, did("新しい人🎎", "Viewed")).await;
        app.kit.clock.advance(1_000);
        node.settle(&app, &mut keeper).await;
        assert_eq!(of(&app, viewed).await, [(true, Cause::Event)]);
        assert_eq!(of(&app, everybody).await, [(true, Cause::Event)]);
        // The same again changes nothing.
        say(&app, did("u1", "Bought")).await;
        app.kit.clock.advance(1_000);
        node.settle(&app, &mut keeper).await;
        assert_eq!(of(&app, bought).await.len(), 1);
        is_sound(&app, test.name()).await;
    }
}

#[tokio::test]
async fn what_did_not_follow_is_noticed_when_its_time_has_passed() {
    let left_behind = json!({"all": [{"sequence": {"steps": [{"names": ["Product Added"]}],
        "then_not": {"names": ["Bought"], "within": {"hours": 48}}}}]});
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let id = segment(&app, &left_behind).await;
        let node = Node::start(&app, Indexing::On);
        let mut keeper = node.claim(app.kit.workspace).await;
        node.settle(&app, &mut keeper).await;
        app.kit.clock.advance(12_345);
        let at = app.kit.clock.now();
        say(&app, did("u1", "Product Added")).await;
        say(&app, did("u2", "Product Added")).await;
        app.kit.clock.set(at.plus(24 * HOUR));
        node.settle(&app, &mut keeper).await;
        say(&app, did("u2", "Bought")).await;
        let last = at.plus(48 * HOUR);
        app.kit.clock.set(last);
        node.settle(&app, &mut keeper).await;
        assert_eq!(of(&app, id).await, [], "not a moment too early");
        app.kit.clock.set(last.plus(1));
        next_minute(&app);
        node.settle(&app, &mut keeper).await;
        assert_eq!(of(&app, id).await, [(true, Cause::Time)]);
        let entered = Millis(intervals(&app).await[0].entered.0);
        assert!(
            (last..last.plus(MINUTE + 1)).contains(&entered),
            "{entered}"
        );
        // The one who bought is never in; buying later takes nothing back.
        say(&app, did("u1", "Bought")).await;
        app.kit.clock.set(last.plus(24 * HOUR));
        node.settle(&app, &mut keeper).await;
        assert_eq!(of(&app, id).await, [(true, Cause::Time)], "{}", test.name());
        is_sound(&app, test.name()).await;
    }
}

#[tokio::test]
async fn a_changed_list_lets_those_enter_and_leave_whom_it_names_now() {
    for (test, indexing) in [
        (0, Indexing::On),
        (1, Indexing::On),
        (0, Indexing::Off),
        (1, Indexing::Off),
    ] {
        let test = &testkit::both().await[test];
        let app = TestApp::new(test).await;
        say(&app, json!({"type": "identify", "userId": "u1"})).await;
        say(&app, json!({"type": "identify", "userId": "u2"})).await;
        let writer = lists::Writer {
            workspace: app.kit.workspace,
            user: None,
            now: app.kit.clock.now(),
        };
        let tx = app.kit.db.begin().await.unwrap();
        let draft = lists::Draft {
            name: "名簿".to_owned(),
            description: String::new(),
        };
        let list = lists::insert(&tx, writer, &*app.kit.ids, draft)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let id = segment(
            &app,
            &json!({"all": [{"list": {"id": list.id.to_string()}}]}),
        )
        .await;
        let other = segment(&app, &json!({"not": {"list": {"id": list.id.to_string()}}})).await;
        let node = Node::start(&app, indexing);
        let mut keeper = node.claim(app.kit.workspace).await;
        node.settle(&app, &mut keeper).await;
        let folder = tempfile::tempdir().unwrap();
        let upload = async |mode, text: &str| {
            let path = folder.path().join("list.txt");
            std::fs::write(&path, text).unwrap();
            let upload = lists::Upload {
                list: list.id,
                mode,
                path,
            };
            let writer = lists::Writer {
                now: app.kit.clock.now(),
                ..writer
            };
            lists::upload(&app.kit.db, writer, &app.kit.clock, upload)
                .await
                .unwrap()
        };
        upload(lists::Mode::Add, "u1").await;
        app.kit.clock.advance(10 * MINUTE);
        node.settle(&app, &mut keeper).await;
        // Without the index a row of the feed may come to light only after what it tells of.
        let cause = |told: Vec<(bool, Cause)>| -> Vec<(bool, Cause)> {
            let cause = |cause| match indexing {
                Indexing::On => cause,
                Indexing::Off => Cause::List,
            };
            told.into_iter().map(|(way, of)| (way, cause(of))).collect()
        };
        let told = cause(of(&app, id).await);
        assert_eq!(told, [(true, Cause::List)], "{}", test.name());
        assert_eq!(cause(of(&app, other).await), [(false, Cause::List)]);
        upload(lists::Mode::Replace, "u2").await;
        app.kit.clock.advance(10 * MINUTE);
        node.settle(&app, &mut keeper).await;
        let mut told = cause(of(&app, id).await);
        told.sort();
        let expected = [
            (false, Cause::List),
            (true, Cause::List),
            (true, Cause::List),
        ];
        assert_eq!(told, expected, "{}", test.name());
        is_sound(&app, test.name()).await;
    }
}

#[tokio::test]
async fn who_was_in_a_segment_two_days_ago_enters_and_leaves_in_that_minute() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let looked = json!({"events": {"names": ["Looked"], "within": {"last": {"hours": 1}},
            "test": {"count": {"times": {"at_least": 1}}}}});
        let inner = segment(&app, &looked).await;
        let was = json!({"all": [{"was_in": {"id": inner.to_string(), "when": {"at": {"ago": {"days": 2}}}}}]});
        let id = segment(&app, &was).await;
        let node = Node::start(&app, Indexing::On);
        let mut keeper = node.claim(app.kit.workspace).await;
        node.settle(&app, &mut keeper).await;
        app.kit.clock.advance(12_345);
        say(&app, did("u1", "Looked")).await;
        app.kit.clock.advance(1_000);
        node.settle(&app, &mut keeper).await;
        app.kit.clock.advance(HOUR);
        next_minute(&app);
        node.settle(&app, &mut keeper).await;
        let stay = intervals(&app).await;
        let stay = stay.iter().find(|one| one.segment == inner.raw()).unwrap();
        let (from, left) = (Millis(stay.entered.0), Millis(stay.left.unwrap().0));
        app.kit.clock.set(from.plus(2 * DAY - 1));
        node.settle(&app, &mut keeper).await;
        assert_eq!(of(&app, id).await, [], "not a moment too early");
        app.kit.clock.set(from.plus(2 * DAY));
        next_minute(&app);
        node.settle(&app, &mut keeper).await;
        assert_eq!(of(&app, id).await, [(true, Cause::Time)]);
        app.kit.clock.set(left.plus(2 * DAY));
        next_minute(&app);
        node.settle(&app, &mut keeper).await;
        let told = of(&app, id).await;
        assert_eq!(
            told,
            [(true, Cause::Time), (false, Cause::Time)],
            "{}",
            test.name()
        );
        is_sound(&app, test.name()).await;
    }
}

#[tokio::test]
async fn what_turns_by_time_alone_is_noticed_within_its_minute() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let id = segment(&app, &dormant()).await;
        let node = Node::start(&app, Indexing::On);
        let mut keeper = node.claim(app.kit.workspace).await;
        node.settle(&app, &mut keeper).await;
        app.kit.clock.advance(12_345);
        let at = app.kit.clock.now();
        say(&app, did("u1", "Bought")).await;
        for day in 1..DORMANT {
            app.kit.clock.set(at.plus(day * DAY));
            node.settle(&app, &mut keeper).await;
        }
        let turns = at.plus(DORMANT * DAY);
        app.kit.clock.set(turns.plus(-1));
        node.settle(&app, &mut keeper).await;
        assert_eq!(open(&app, id).await.len(), 0, "not a moment too early");
        app.kit.clock.set(turns);
        next_minute(&app);
        node.settle(&app, &mut keeper).await;
        assert_eq!(of(&app, id).await, [(true, Cause::Time)]);
        let entered = Millis(intervals(&app).await[0].entered.0);
        assert!((turns..turns.plus(MINUTE)).contains(&entered), "{entered}");
        // She buys again, and is out at once.
        say(&app, did("u1", "Bought")).await;
        app.kit.clock.advance(1_000);
        node.settle(&app, &mut keeper).await;
        assert_eq!(
            of(&app, id).await,
            [(true, Cause::Time), (false, Cause::Event)],
            "{}",
            test.name()
        );
    }
}

#[tokio::test]
async fn after_a_merge_the_survivor_is_judged_by_herself_and_the_other_leaves() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let id = segment(&app, &has_done("Bought")).await;
        let node = Node::start(&app, Indexing::On);
        let mut keeper = node.claim(app.kit.workspace).await;
        say(&app, json!({"type": "identify", "userId": "u1"})).await;
        app.kit.clock.advance(1_000);
        say(
            &app,
            json!({"type": "track", "event": "Bought", "anonymousId": "a1", "properties": {}}),
        )
        .await;
        app.kit.clock.advance(1_000);
        node.settle(&app, &mut keeper).await;
        let merged = open(&app, id).await;
        say(
            &app,
            json!({"type": "identify", "userId": "u1", "anonymousId": "a1"}),
        )
        .await;
        app.kit.clock.advance(1_000);
        node.settle(&app, &mut keeper).await;
        let survivor = open(&app, id).await;
        assert!(survivor.len() == 1 && survivor != merged, "{survivor:?}");
        let found = intervals(&app).await;
        let of_merged = found.iter().find(|one| one.profile == merged[0]).unwrap();
        assert_eq!(of_merged.left.unwrap().1, Cause::Merge, "{}", test.name());
        let of_survivor = found.iter().find(|one| one.profile == survivor[0]).unwrap();
        assert_eq!(of_survivor.entered.1, Cause::Merge);
        is_sound(&app, test.name()).await;
    }
}

#[tokio::test]
async fn one_worker_at_a_time_and_a_paused_one_writes_nothing() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let workspace = app.kit.workspace;
        let id = segment(&app, &has_done("Bought")).await;
        let (one, other) = (
            Node::start(&app, Indexing::On),
            Node::start(&app, Indexing::On),
        );
        let mut first = one.claim(workspace).await;
        one.settle(&app, &mut first).await;
        let nobody = Keeper::claim(&other.means, workspace).await.unwrap();
        assert!(nobody.is_none(), "the first one lives");

        say(&app, did("u1", "Bought")).await;
        // The first one sleeps past the end of its lease.
        app.kit.clock.advance(HOUR);
        let mut second = other.claim(workspace).await;
        other.settle(&app, &mut second).await;
        assert_eq!(of(&app, id).await, [(true, Cause::Event)]);
        let lost = first.round().await;
        assert!(
            matches!(lost, Err(Fault::Lease(LeaseError::Lost))),
            "{lost:?}"
        );
        assert_eq!(of(&app, id).await.len(), 1);
        // And gives back nothing that is another's.
        first.release().await;
        assert!(
            Keeper::claim(&one.means, workspace)
                .await
                .unwrap()
                .is_none()
        );
        second.release().await;
        let mut third = one.claim(workspace).await;
        say(&app, did("u2", "Bought")).await;
        app.kit.clock.advance(1_000);
        one.settle(&app, &mut third).await;
        assert_eq!(of(&app, id).await.len(), 2);
        is_sound(&app, test.name()).await;
    }
}

#[tokio::test]
async fn a_rule_that_is_edited_put_away_or_taken_back_tells_nobody() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let id = segment(&app, &has_done("Bought")).await;
        let node = Node::start(&app, Indexing::On);
        let mut keeper = node.claim(app.kit.workspace).await;
        for (user, event) in [("u1", "Bought"), ("u2", "Viewed"), ("u3", "Viewed")] {
            say(&app, did(user, event)).await;
        }
        app.kit.clock.advance(1_000);
        node.settle(&app, &mut keeper).await;
        let before = told(&app).await;
        assert_eq!(open(&app, id).await.len(), 1);
        edit(&app, id, &has_done("Viewed")).await;
        node.settle(&app, &mut keeper).await;
        assert_eq!(open(&app, id).await.len(), 2);
        shelve(&app, id, Shelf::Archived).await;
        node.settle(&app, &mut keeper).await;
        assert_eq!(open(&app, id).await.len(), 0);
        shelve(&app, id, Shelf::Active).await;
        node.settle(&app, &mut keeper).await;
        assert_eq!(open(&app, id).await.len(), 2);
        assert_eq!(told(&app).await, before, "{}", test.name());
        let causes = intervals(&app).await;
        let ends = causes.iter().filter_map(|one| one.left);
        assert!(
            ends.map(|left| left.1)
                .all(|cause| cause == Cause::Backfill)
        );
        // But who leaves afterwards is told of.
        say(&app, did("u2", "Bought")).await;
        edit(
            &app,
            id,
            &json!({"all": [has_done("Viewed"), {"not": has_done("Left")}]}),
        )
        .await;
        node.settle(&app, &mut keeper).await;
        say(&app, did("u2", "Left")).await;
        app.kit.clock.advance(1_000);
        node.settle(&app, &mut keeper).await;
        assert_eq!(of(&app, id).await.last(), Some(&(false, Cause::Event)));
        is_sound(&app, test.name()).await;
    }
}

#[tokio::test]
async fn thousands_at_once_are_written_in_batches_and_another_workspace_stays_as_it_is() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let other = kernel::id::WorkspaceId::from_raw(9);
        app.kit.add_workspace(other, "よその店").await;
        let id = segment(&app, &json!({"all": []})).await;
        let theirs = segment_in(&app, other, &json!({"all": []})).await;
        let node = Node::start(&app, Indexing::On);
        let mut keeper = node.claim(app.kit.workspace).await;
        node.settle(&app, &mut keeper).await;
        let n = 5_200;
        let mut batch = Vec::new();
        for person in 0..n {
            batch.push(json!({"type": "identify", "userId": format!("u{person}")}));
        }
        for some in batch.chunks(400) {
            let text = json!({ "batch": some }).to_string();
            let body = body::read(text.as_bytes(), None).unwrap();
            let ingest = &app.app.ingest;
            ingest
                .submit(app.kit.workspace, Source::Server, body)
                .await
                .unwrap();
        }
        app.kit.clock.advance(1_000);
        node.settle(&app, &mut keeper).await;
        assert_eq!(of(&app, id).await.len(), n, "each exactly once");
        let found = intervals(&app).await;
        assert!(found.iter().all(|one| one.segment != theirs.raw()));
        // A segment that is made later holds them silently, in several transactions.
        let late = segment(&app, &json!({"all": []})).await;
        node.settle(&app, &mut keeper).await;
        assert_eq!(
            (open(&app, late).await.len(), of(&app, late).await.len()),
            (n, 0)
        );
        let segments = BTreeMap::from([(id, json!("all")), (late, json!("all"))]);
        is_right(&app, &segments, test.name()).await;
        is_sound(&app, test.name()).await;
        assert!(found.len() > 4_000 && app.token(Role::Viewer).await.len() > 10);
    }
}
