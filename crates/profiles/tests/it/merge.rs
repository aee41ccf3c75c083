mod deliveries;

use kernel::feed::{ChangeKind, Cursor};
use profiles::{
    Source,
    consent::{self, ConsentChange},
    merge::{self, UndoError},
};
use serde_json::json;

use crate::world::{self, World};

/// Everything that a merge moves, as one text per person.
async fn holdings(world: &World) -> Vec<String> {
    let mut all = Vec::new();
    for text in [
        "SELECT 'event ' || profile_id || ' ' || id || ' ' || COALESCE(order_id, 0) FROM event ORDER BY 1",
        "SELECT 'order ' || profile_id || ' ' || id || ' ' || order_no || ' ' || event_id FROM purchase_order ORDER BY 1",
        "SELECT 'key ' || profile_id || ' ' || order_id FROM order_key ORDER BY 1",
        "SELECT 'line ' || profile_id || ' ' || order_id || ' ' || line_no || ' ' || event_id FROM order_line ORDER BY 1",
        "SELECT 'identity ' || profile_id || ' ' || kind || ' ' || value FROM identity ORDER BY 1",
        "SELECT 'consent ' || profile_id || ' ' || purpose || ' ' || CASE WHEN granted THEN 'yes' ELSE 'no' END FROM consent ORDER BY 1",
        "SELECT 'profile ' || id || ' ' || state || ' ' || COALESCE(email, '') || ' ' || COALESCE(full_name, '') || ' ' || COALESCE(phone, '') FROM profile ORDER BY 1",
    ] {
        all.extend(world.texts(text).await);
    }
    all
}

fn order(user: &str, number: &str) -> serde_json::Value {
    json!({"type": "track", "event": "Order Completed", "userId": user, "properties": {"order_id": number, "total": 10, "products": [{"sku": "A", "price": 10}]}})
}

async fn say(world: &World, user: &str, purpose: &str, granted: bool, at: i64) {
    let change = ConsentChange {
        profile: world.owner(user).await,
        channel: "email".into(),
        purpose: purpose.into(),
        granted,
        text_version: None,
        source: Source::Server,
        proof: None,
        occurred_at: testkit::START.plus(at),
        expires_at: None,
    };
    let tx = world.begin().await;
    consent::set(world.ctx(&tx), change).await.unwrap();
    tx.commit().await.unwrap();
}

async fn two_people(world: &World) {
    world.send(json!([
        {"type": "identify", "userId": "u1", "anonymousId": "a1", "traits": {"name": "Ichiro", "rank": "gold"}},
        {"type": "track", "event": "A", "userId": "u1"}, order("u1", "o1"),
        {"type": "identify", "userId": "u2", "anonymousId": "a2", "traits": {"email": "two@example.jp", "phone": "090-2222-2222", "city": "仙台"}},
        {"type": "track", "event": "B", "userId": "u2"}, order("u2", "o2")])).await;
    say(world, "u1", "marketing", true, -2_000).await;
    say(world, "u2", "marketing", false, -1_000).await;
    say(world, "u2", "news", true, -1_000).await;
}

#[tokio::test]
async fn a_merge_loses_nothing_and_undoing_it_gives_everything_back() {
    for world in world::both().await {
        two_people(&world).await;
        let before = holdings(&world).await;
        let (one, two) = (world.owner("u1").await, world.owner("u2").await);
        world
            .send(json!([{"type": "alias", "previousId": "u2", "userId": "u1"}]))
            .await;
        // The alias brings the old id as an anonymous value too; it stays where it came to.
        assert_eq!(
            world.owner("u2").await,
            one,
            "{}: the older profile survives",
            world.name
        );
        assert_eq!(
            world
                .number(&format!(
                    "SELECT COUNT(*) FROM event WHERE profile_id = {}",
                    one.raw()
                ))
                .await,
            6
        );
        assert_eq!(
            world
                .number(&format!(
                    "SELECT COUNT(*) FROM purchase_order WHERE profile_id = {}",
                    one.raw()
                ))
                .await,
            2
        );
        assert_eq!(
            world
                .number(&format!(
                    "SELECT merged_into FROM profile WHERE id = {} AND state = 1",
                    two.raw()
                ))
                .await,
            one.raw()
        );
        assert_eq!(
            world
                .texts("SELECT full_name || email || phone FROM profile WHERE state = 0")
                .await,
            ["Ichirotwo@example.jp+819022222222"]
        );
        assert_eq!(
            world.texts("SELECT purpose || CASE WHEN granted THEN ' yes' ELSE ' no' END FROM consent ORDER BY purpose").await,
            ["marketing no", "news yes"], "the later word holds");
        let changes = world.changes(Cursor::default()).await;
        let merges: Vec<_> = changes
            .iter()
            .filter(|change| change.kind == ChangeKind::Merge)
            .collect();
        assert_eq!(
            (merges.len(), merges[0].profile, merges[0].a),
            (1, one, two.raw())
        );

        let merge_id = world.number("SELECT id FROM merge_log").await;
        let tx = world.begin().await;
        assert_eq!(merge::undo(world.ctx(&tx), merge_id).await.unwrap(), two);
        assert!(matches!(
            merge::undo(world.ctx(&tx), merge_id).await,
            Err(UndoError::Gone)
        ));
        assert!(matches!(
            merge::undo(world.ctx(&tx), 1).await,
            Err(UndoError::NotFound)
        ));
        tx.commit().await.unwrap();
        let after: Vec<String> = holdings(&world)
            .await
            .into_iter()
            .filter(|row| !row.ends_with("3 u2"))
            .collect();
        assert_eq!(after, before, "{}", world.name);
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM event WHERE origin_profile_id IS NOT NULL")
                .await,
            0
        );
    }
}

#[tokio::test]
async fn what_came_after_a_merge_stays_with_the_survivor() {
    for world in world::both().await {
        two_people(&world).await;
        world
            .send(json!([{"type": "alias", "previousId": "u2", "userId": "u1"}]))
            .await;
        world.kit.clock.advance(60_000);
        world
            .send(json!([{"type": "track", "event": "C", "userId": "u2"}, order("u2", "o3")]))
            .await;
        say(&world, "u1", "news", false, 60_000).await;
        let merge_id = world.number("SELECT id FROM merge_log").await;
        let tx = world.begin().await;
        let two = merge::undo(world.ctx(&tx), merge_id).await.unwrap();
        tx.commit().await.unwrap();
        let one = world.owner("u1").await;
        assert_eq!(
            world
                .number(&format!(
                    "SELECT COUNT(*) FROM event WHERE profile_id = {}",
                    two.raw()
                ))
                .await,
            3,
            "{}",
            world.name
        );
        assert_eq!(
            world
                .number(&format!(
                    "SELECT COUNT(*) FROM purchase_order WHERE profile_id = {}",
                    one.raw()
                ))
                .await,
            2
        );
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM consent WHERE purpose = 'news' AND NOT granted")
                .await,
            2,
            "a no since then holds for both"
        );
    }
}

#[tokio::test]
async fn merges_in_a_chain_are_undone_from_either_end() {
    for world in world::both().await {
        for user in ["u1", "u2", "u3"] {
            world
                .send(json!([{"type": "track", "event": user, "userId": user}]))
                .await;
        }
        let (one, two, three) = (
            world.owner("u1").await,
            world.owner("u2").await,
            world.owner("u3").await,
        );
        world
            .send(json!([{"type": "alias", "previousId": "u3", "userId": "u2"}]))
            .await;
        world
            .send(json!([{"type": "alias", "previousId": "u2", "userId": "u1"}]))
            .await;
        assert_eq!(
            world
                .number(&format!(
                    "SELECT COUNT(*) FROM profile WHERE merged_into = {}",
                    one.raw()
                ))
                .await,
            2,
            "{}",
            world.name
        );
        let logged = |merged: i64| format!("SELECT id FROM merge_log WHERE merged_id = {merged}");
        // Undoing the second merge brings the second person back together with the third.
        let merge_id = world.number(&logged(two.raw())).await;
        let tx = world.begin().await;
        merge::undo(world.ctx(&tx), merge_id).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            world
                .number(&format!(
                    "SELECT COUNT(*) FROM event WHERE profile_id = {}",
                    two.raw()
                ))
                .await,
            2
        );
        assert_eq!(
            world
                .number(&format!(
                    "SELECT merged_into FROM profile WHERE id = {}",
                    three.raw()
                ))
                .await,
            two.raw()
        );
        let merge_id = world.number(&logged(three.raw())).await;
        let tx = world.begin().await;
        merge::undo(world.ctx(&tx), merge_id).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(world.owner("u3").await, three);
        assert_eq!(
            world
                .number("SELECT COUNT(*) FROM event WHERE origin_profile_id IS NULL")
                .await,
            3
        );
    }
}
