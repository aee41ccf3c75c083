//! When customers were last seen: told with each message, written down later.

use kernel::{
    feed::ChangeKind,
    time::{Clock, DAY, HOUR, MINUTE, Millis},
};
use profiles::seen;
use serde_json::json;
use storage::feed::reader::Reader;

use crate::world::{World, both};

/// Writes down what has been told, once all of it can be seen.
async fn catch_up(world: &World) -> usize {
    let (db, workspace) = (&world.kit.db, world.kit.workspace);
    world.visible().await;
    let now = world.kit.clock.now();
    seen::catch_up(db, workspace, now, &*world.kit.ids)
        .await
        .unwrap()
}

async fn last_seen(world: &World, who: &str) -> Millis {
    let id = world.owner(who).await.raw();
    let text = format!("SELECT last_seen_at FROM profile WHERE id = {id}");
    Millis(world.number(&text).await)
}

#[tokio::test]
async fn a_visit_an_event_and_a_change_of_facts_all_count() {
    for world in both().await {
        let name = world.name;
        let say = json!([
            {"type": "identify", "userId": "visits"},
            {"type": "identify", "userId": "buys"},
            {"type": "identify", "userId": "changes"},
            {"type": "identify", "userId": "stays away"}
        ]);
        world.send(say).await;
        let first = world.kit.clock.now();
        assert_eq!(catch_up(&world).await, 0, "{name}: they were made just now");

        world.kit.clock.advance(HOUR);
        let say = json!([
            {"type": "identify", "userId": "visits"},
            {"type": "track", "event": "Own", "userId": "buys"},
            {"type": "identify", "userId": "changes", "traits": {"plan": "gold"}}
        ]);
        world.send(say).await;
        let before = world.position().await;
        assert_eq!(
            catch_up(&world).await,
            2,
            "{name}: the change of facts brought its own"
        );
        let now = world.kit.clock.now();
        for who in ["visits", "buys", "changes"] {
            assert_eq!(last_seen(&world, who).await, now, "{name}: {who}");
        }
        assert_eq!(last_seen(&world, "stays away").await, first, "{name}");
        let told = world.changes(before).await;
        let kinds: Vec<ChangeKind> = told.iter().map(|change| change.kind).collect();
        assert_eq!(
            kinds,
            [ChangeKind::Seen; 2],
            "{name}: the index hears of it"
        );
        assert_eq!(catch_up(&world).await, 0, "{name}: nothing is left");
    }
}

#[tokio::test]
async fn what_happened_long_ago_moves_nothing_and_a_minute_is_exact_enough() {
    for world in both().await {
        let name = world.name;
        world
            .send(json!([{"type": "identify", "userId": "u"}]))
            .await;
        let first = world.kit.clock.now();
        let event = |at: Millis| json!([{"type": "track", "event": "Own", "userId": "u", "timestamp": at.to_string()}]);
        world.send(event(first.plus(-90 * DAY))).await;
        assert_eq!(catch_up(&world).await, 0, "{name}");
        assert_eq!(last_seen(&world, "u").await, first, "{name}");

        world.kit.clock.advance(MINUTE / 2);
        world.send(event(world.kit.clock.now())).await;
        assert_eq!(catch_up(&world).await, 0, "{name}: within a minute");

        world.kit.clock.advance(5 * HOUR);
        let late = first.plus(2 * HOUR);
        world.send(event(late)).await;
        assert_eq!(catch_up(&world).await, 1, "{name}");
        assert_eq!(
            last_seen(&world, "u").await,
            late,
            "{name}: when it happened, not when it came"
        );
    }
}

#[tokio::test]
async fn the_sign_of_a_customer_merged_meanwhile_counts_for_the_survivor() {
    for world in both().await {
        let name = world.name;
        world
            .send(json!([{"type": "identify", "userId": "u"}]))
            .await;
        world.kit.clock.advance(HOUR);
        world
            .send(json!([{"type": "track", "event": "Signed In", "anonymousId": "a"}]))
            .await;
        world.kit.clock.advance(HOUR);
        let page = json!([{"type": "track", "event": "Signed In", "anonymousId": "a"}]);
        world.send(page).await;
        let seen_at = world.kit.clock.now();
        world.kit.clock.advance(HOUR);
        // What joins the two tells of a time long before.
        let joins = json!([{"type": "identify", "userId": "u", "anonymousId": "a",
            "timestamp": seen_at.plus(-90 * DAY).to_string()}]);
        world.send(joins).await;
        assert_eq!(world.owner("a").await, world.owner("u").await, "{name}");
        assert_eq!(catch_up(&world).await, 1, "{name}");
        assert_eq!(last_seen(&world, "u").await, seen_at, "{name}");
    }
}

#[tokio::test]
async fn one_server_writes_at_a_time_and_another_takes_over_from_one_that_died() {
    for world in both().await {
        let name = world.name;
        world
            .send(json!([{"type": "identify", "userId": "u"}]))
            .await;
        world.kit.clock.advance(HOUR);
        world
            .send(json!([{"type": "identify", "userId": "u"}]))
            .await;
        let seen_at = world.kit.clock.now();
        let reader = Reader {
            workspace: world.kit.workspace,
            name: "seen",
        };
        let begun = reader
            .begin(&world.kit.db, seen_at, seen_at.plus(5 * MINUTE))
            .await;
        assert!(begun.unwrap().is_some(), "{name}");
        assert_eq!(catch_up(&world).await, 0, "{name}: another is at it");
        world.kit.clock.advance(5 * MINUTE);
        assert_eq!(catch_up(&world).await, 1, "{name}: it never came back");
        assert_eq!(last_seen(&world, "u").await, seen_at, "{name}");
    }
}
