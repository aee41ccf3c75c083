use kernel::{
    feed::{ChangeKind, Cursor},
    id::WorkspaceId,
};
use profiles::{
    Source,
    consent::{self, ConsentChange},
    ingest::Verdict,
};
use serde_json::json;

use crate::world;

#[tokio::test]
async fn a_repeat_is_taken_once_and_a_reused_id_is_put_aside() {
    for world in world::both().await {
        let message = json!([{"type": "track", "event": "Seminar Joined", "userId": "u1", "messageId": "m1", "properties": {"a": 1}}]);
        assert_eq!(
            world.send(message.clone()).await,
            [Verdict::Taken],
            "{}",
            world.name
        );
        assert_eq!(world.send(message).await, [Verdict::Repeated]);
        let twice = json!([
            {"type": "track", "event": "Seminar Joined", "userId": "u1", "messageId": "m2"},
            {"type": "track", "event": "Seminar Joined", "userId": "u1", "messageId": "m2"},
            {"type": "track", "event": "Other", "userId": "u1", "messageId": "m2"},
            {"type": "track", "event": "Other", "userId": "u1", "messageId": "m1"}]);
        let verdicts = world.send(twice).await;
        assert_eq!(verdicts[..2], [Verdict::Taken, Verdict::Repeated]);
        assert_eq!(
            world.quarantined().await,
            ["message_id_reused", "message_id_reused"]
        );
        assert_eq!(world.number("SELECT COUNT(*) FROM event").await, 2);
        assert_eq!(world.number("SELECT COUNT(*) FROM profile").await, 1);
    }
}

#[tokio::test]
async fn concurrent_duplicates_are_taken_once() {
    for world in world::both().await {
        let sends = (0..20).map(|_| {
            world
                .send(json!([{"type": "track", "event": "A", "userId": "u1", "messageId": "same"}]))
        });
        let verdicts = futures::future::join_all(sends).await.concat();
        assert_eq!(
            verdicts
                .iter()
                .filter(|verdict| **verdict == Verdict::Taken)
                .count(),
            1,
            "{}",
            world.name
        );
        assert_eq!(world.number("SELECT COUNT(*) FROM event").await, 1);
    }
}

#[tokio::test]
async fn two_servers_share_a_workspace_without_doubling_anybody() {
    let world = world::World::new(testkit::postgres().await).await;
    let limits = profiles::ingest::Limits::default();
    let clock = std::sync::Arc::new(world.kit.clock.clone());
    let (other, task) =
        profiles::IngestService::new(world.kit.db.clone(), clock, world.kit.ids.clone(), limits);
    tokio::spawn(task);
    let send = |service: profiles::IngestService, n: usize| {
        let message = json!({"batch": [
            {"type": "identify", "userId": format!("u{}", n % 7), "anonymousId": format!("a{}", n % 13), "messageId": format!("m{}", n % 40)},
            {"type": "track", "event": format!("Event {}", n % 5), "anonymousId": format!("a{}", n % 13), "properties": {"sku": format!("s{}", n % 3)}}]});
        let body = profiles::ingest::body::read(message.to_string().as_bytes(), None).unwrap();
        let workspace = world.kit.workspace;
        async move {
            service
                .submit(workspace, Source::Server, body)
                .await
                .unwrap()
        }
    };
    let sends = (0..200).map(|n| {
        send(
            if n % 2 == 0 {
                world.service.clone()
            } else {
                other.clone()
            },
            n,
        )
    });
    futures::future::join_all(sends).await;
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM identity WHERE kind = 1")
            .await,
        7
    );
    assert_eq!(
        world
            .number("SELECT COUNT(*) FROM identity WHERE kind = 3")
            .await,
        13
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM event").await, 200);
    assert_eq!(world.number("SELECT COUNT(*) FROM event e JOIN profile p ON p.id = e.profile_id WHERE p.state = 0").await, 200);
    assert_eq!(
        world
            .number("SELECT COUNT(DISTINCT name_id) FROM event")
            .await,
        5
    );
}

#[tokio::test]
async fn traits_become_facts_and_typed_attributes() {
    for world in world::both().await {
        let batch = json!([
            {"type": "identify", "userId": "u1", "anonymousId": null, "traits": null,
             "context": {"traits": {"email": " Taro@Example.jp", "lastName": "𠮷田", "firstName": "太郎🎉", "age": 41, "since": "2020-04-01",
                                    "vip": true, "tags": ["a", "b"], "nul": "a\u{0}b", "null": null}, "timezone": "Asia/Tokyo"}},
            {"type": "identify", "userId": "u1", "traits": {"age": "forty", "vip": null, "rank": "gold", "email": null}}]);
        assert_eq!(
            world.send(batch).await,
            [Verdict::Taken, Verdict::Taken],
            "{}",
            world.name
        );
        assert_eq!(world.quarantined().await, ["attribute_type"]);
        let attributes = world
            .texts("SELECT CAST(attributes AS TEXT) FROM profile")
            .await;
        let attributes: serde_json::Value = serde_json::from_str(&attributes[0]).unwrap();
        assert_eq!(
            attributes,
            json!({"age": 41, "since": "2020-04-01", "tags": ["a", "b"], "nul": "ab", "rank": "gold"})
        );
        assert_eq!(
            world
                .texts("SELECT full_name || '|' || email || '|' || time_zone FROM profile")
                .await,
            ["𠮷田 太郎🎉|taro@example.jp|Asia/Tokyo"]
        );
        assert_eq!(
            world
                .texts("SELECT key || ':' || value_type FROM attribute_def ORDER BY key")
                .await,
            [
                "age:number",
                "nul:text",
                "rank:text",
                "since:date",
                "tags:list",
                "vip:boolean"
            ]
        );
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM profile WHERE search_text LIKE '%𠮷田太郎%'")
                .await,
            1
        );
    }
}

#[tokio::test]
async fn an_unchanged_identify_is_a_mere_sign_of_life() {
    for world in world::both().await {
        let identify = json!([{"type": "identify", "userId": "u1", "traits": {"email": "a@example.jp", "n": 1.5}}]);
        world.send(identify.clone()).await;
        let before = world.position().await;
        world.send(identify).await;
        let told = world.changes(before).await;
        let kinds: Vec<_> = told.iter().map(|change| change.kind).collect();
        assert_eq!(kinds, [ChangeKind::Met], "{}", world.name);
    }
}

#[tokio::test]
async fn every_change_is_told_to_the_feed() {
    for world in world::both().await {
        world.send(json!([
            {"type": "track", "event": "A", "anonymousId": "a1"},
            {"type": "page", "anonymousId": "a1", "name": "Top", "context": {"page": {"url": "https://x.jp/", "title": "T"}}},
            {"type": "screen", "anonymousId": "a1", "name": "Home"},
            {"type": "group", "userId": "u2", "groupId": "g1", "traits": {"plan": "pro"}}])).await;
        let rows = world.changes(Cursor::default()).await;
        let kinds: Vec<_> = rows.iter().map(|change| change.kind).collect();
        assert_eq!(
            kinds
                .iter()
                .filter(|kind| **kind == ChangeKind::Profile)
                .count(),
            2,
            "{}",
            world.name
        );
        let events: Vec<_> = rows
            .iter()
            .filter(|change| change.kind == ChangeKind::Acted)
            .collect();
        assert_eq!(events.len(), 2, "one row per person");
        for change in events {
            let n = world
                .number(&format!(
                    "SELECT COUNT(*) FROM event WHERE profile_id = {} AND id BETWEEN {} AND {}",
                    change.profile.raw(),
                    change.a,
                    change.b
                ))
                .await;
            assert!(n == 3 || n == 1);
        }
        assert_eq!(
            world.texts("SELECT name FROM event_name ORDER BY id").await,
            ["Page Viewed", "Screen Viewed", "Group Joined", "A"]
        );
        let page = world
            .texts("SELECT CAST(properties AS TEXT) FROM event WHERE name_id = 10")
            .await;
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&page[0]).unwrap(),
            json!({"name": "Top", "title": "T", "url": "https://x.jp/"})
        );
    }
}

#[tokio::test]
async fn what_cannot_be_taken_is_kept_aside_with_its_text() {
    for world in world::both().await {
        let big = "x".repeat(40_000);
        let batch = json!([
            {"type": "track", "event": "A"},
            {"type": "track", "userId": "u1"},
            {"type": "track", "event": "A", "userId": "undefined", "anonymousId": ""},
            {"type": "track", "event": "A", "userId": "u1", "messageId": "m".repeat(101)},
            {"type": "track", "event": "message_opened", "userId": "u1"},
            {"type": "alias", "userId": "u1"},
            {"type": "group", "userId": "u1"},
            {"type": "track", "event": "Order Completed", "userId": "u1", "properties": {"order_id": "1", "total": "0.5"}},
            {"type": "dance", "userId": "u1"},
            {"type": "track", "event": "A", "userId": "u1", "properties": {"big": big}},
            {"type": "track", "event": "Kept", "userId": "undefined", "anonymousId": "a1"}]);
        let verdicts = world.send(batch).await;
        assert_eq!(
            verdicts
                .iter()
                .filter(|verdict| **verdict == Verdict::Taken)
                .count(),
            1,
            "{}",
            world.name
        );
        let mut codes = world.quarantined().await;
        codes.sort();
        assert_eq!(
            codes,
            [
                "bad_amount",
                "bad_id",
                "bad_id",
                "message_id_too_long",
                "missing_field",
                "missing_field",
                "no_event_name",
                "no_identity",
                "reserved_name",
                "too_large",
                "unknown_type"
            ]
        );
        assert_eq!(world.number("SELECT COUNT(*) FROM event").await, 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM quarantine WHERE payload LIKE '%message_opened%' AND detail_ja <> ''").await, 1);
    }
}

#[tokio::test]
async fn times_are_corrected_and_the_original_kept() {
    for world in world::both().await {
        // The test begins at 2026-07-14T01:42:00Z.
        world.send(json!([
            {"type": "track", "event": "A", "userId": "u1", "originalTimestamp": "2026-07-14T00:41:00Z", "sentAt": "2026-07-14T00:42:00Z"},
            {"type": "track", "event": "B", "userId": "u1", "timestamp": "2027-01-01T00:00:00Z"},
            {"type": "track", "event": "C", "userId": "u1", "timestamp": "1999-01-01T00:00:00Z"}])).await;
        let at = |name: &str| {
            format!(
                "SELECT occurred_at FROM event e JOIN event_name n ON n.id = e.name_id WHERE n.name = '{name}'"
            )
        };
        assert_eq!(
            world.number(&at("A")).await,
            testkit::START.0 - 60_000,
            "{}",
            world.name
        );
        assert_eq!(world.number(&at("B")).await, testkit::START.0);
        assert_eq!(world.number(&at("C")).await, 915_148_800_000);
        assert_eq!(
            world
                .number(
                    "SELECT COUNT(*) FROM event WHERE CAST(properties AS TEXT) LIKE '%2027-01-01%'"
                )
                .await,
            1
        );
    }
}

#[tokio::test]
async fn behaviour_waits_for_consent_where_it_is_required() {
    for world in world::both().await {
        world.track_by("required").await;
        let behaviour = |id: &str| {
            json!([
            {"type": "page", "anonymousId": id, "name": "Top"},
            {"type": "track", "event": "Product Viewed", "anonymousId": id, "properties": {"sku": "A"}}])
        };
        assert_eq!(
            world.send(behaviour("a1")).await,
            [Verdict::Dropped, Verdict::Dropped],
            "{}",
            world.name
        );
        assert_eq!(
            world.number("SELECT COUNT(*) FROM profile").await,
            0,
            "nobody is created by what is dropped"
        );
        let kept = json!([
            {"type": "identify", "userId": "u1", "anonymousId": "a1"},
            {"type": "track", "event": "Order Completed", "userId": "u1", "properties": {"order_id": "1", "total": 100}},
            {"type": "page", "userId": "u1"}]);
        assert_eq!(
            world.send(kept).await,
            [Verdict::Taken, Verdict::Taken, Verdict::Dropped]
        );
        assert_eq!(
            world
                .number("SELECT n FROM dropped_count WHERE reason = 'no_tracking_consent'")
                .await,
            3
        );

        let say = |granted: bool| ConsentChange {
            profile: kernel::id::ProfileId::from_raw(0),
            channel: consent::ANY_CHANNEL.into(),
            purpose: consent::TRACKING.into(),
            granted,
            text_version: None,
            source: Source::Form,
            proof: None,
            occurred_at: testkit::START,
            expires_at: None,
        };
        let profile = world.owner("a1").await;
        let tx = world.begin().await;
        consent::set(
            world.ctx(&tx),
            ConsentChange {
                profile,
                ..say(true)
            },
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            world.send(behaviour("a1")).await,
            [Verdict::Taken, Verdict::Taken]
        );

        world.track_by("notice").await;
        assert_eq!(
            world.send(behaviour("a2")).await,
            [Verdict::Taken, Verdict::Taken],
            "notice keeps"
        );
        let tx = world.begin().await;
        consent::set(
            world.ctx(&tx),
            ConsentChange {
                profile,
                ..say(false)
            },
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            world.send(behaviour("a1")).await,
            [Verdict::Dropped, Verdict::Dropped],
            "a no holds in every mode"
        );
    }
}

#[tokio::test]
async fn workspaces_do_not_see_each_other() {
    for world in world::both().await {
        let other = WorkspaceId::from_raw(700_000_000_000_000_002);
        world.kit.add_workspace(other, "別会社").await;
        let message = json!([{"type": "track", "event": "A", "userId": "u1", "messageId": "m1", "properties": {"sku": "S"}}]);
        let both = futures::future::join(
            world.send(message.clone()),
            world.send_to(other, Source::Server, message),
        );
        let (ours, theirs) = both.await;
        assert_eq!(
            (ours, theirs),
            (vec![Verdict::Taken], vec![Verdict::Taken]),
            "{}",
            world.name
        );
        for table in [
            "profile",
            "identity",
            "event",
            "event_name",
            "term",
            "receipt",
        ] {
            let n = world
                .number(&format!("SELECT COUNT(DISTINCT workspace_id) FROM {table}"))
                .await;
            assert_eq!(n, 2, "{table}");
        }
        let nowhere = world
            .try_send(
                WorkspaceId::from_raw(5),
                Source::Server,
                json!([{"type": "page", "userId": "u"}]),
            )
            .await;
        assert!(nowhere.is_err());
    }
}

#[tokio::test]
async fn hostile_values_are_stored_or_put_aside_but_break_nothing() {
    for world in world::both().await {
        let batch = json!([
            {"type": "track", "event": "A\u{0}B", "userId": "u\u{0}1", "properties": {"a\u{0}": "\u{0}", "quote\"'\\": "{},\"NULL\"", "n": 1e308,
             "i": u64::MAX, "sku": "a,b}\"\\", "category": "> >", "price": "NaN", "quantity": 1e300}},
            {"type": "identify", "userId": "u'; DROP TABLE event; --", "traits": {"name": "\u{202e}🎉𠮷", "a\"b\\": "x", "": 1, "{}": "NULL"}},
            {"type": "track", "event": "NULL", "userId": "NULLS", "properties": []}]);
        assert_eq!(
            world.send(batch).await,
            [Verdict::Taken, Verdict::Taken, Verdict::Taken],
            "{}",
            world.name
        );
        assert_eq!(
            world
                .texts("SELECT name FROM event_name WHERE id >= 1000 ORDER BY name")
                .await,
            ["AB", "NULL"]
        );
        assert_eq!(world.texts("SELECT value FROM term").await, ["a,b}\"\\"]);
        assert_eq!(world.number("SELECT COUNT(*) FROM event").await, 2);
    }
}

#[tokio::test]
async fn a_flood_of_made_up_names_ends_at_the_limit() {
    for world in world::both().await {
        let batch: Vec<_> = (0..2_100)
            .map(|n| json!({"type": "track", "event": format!("E{n}"), "userId": "u1"}))
            .collect();
        let verdicts = world.send(json!(batch)).await;
        assert_eq!(
            verdicts
                .iter()
                .filter(|verdict| **verdict == Verdict::Taken)
                .count(),
            2_000,
            "{}",
            world.name
        );
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM quarantine WHERE code = 'too_many_names'")
                .await,
            100
        );
    }
}
