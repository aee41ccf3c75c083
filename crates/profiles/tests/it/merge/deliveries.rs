//! What was sent to two profiles is the survivor's, and goes back when they are parted.

use kernel::{id::ProfileId, time::Millis};
use profiles::{
    merge,
    timeline::{self, Before, What},
};
use serde_json::json;
use storage::{Value, sql};

use super::say;
use crate::world::{self, World};

const PLANNED: i64 = 0;
const RESERVED: i64 = 3;
const HANDED_OVER: i64 = 4;
const ACCEPTED: i64 = 5;

/// Writes a row of the ledger; a worker holds it while it is reserved or handed over.
async fn deliver(world: &World, to: ProfileId, id: i64, campaign: i64, state: i64) {
    let is_held = state == RESERVED || state == HANDED_OVER;
    let values: [Value; 7] = [
        world.kit.workspace.raw().into(),
        to.raw().into(),
        id.into(),
        campaign.into(),
        state.into(),
        is_held.then_some(77i64).into(),
        format!("{}@example.jp", to.raw()).into(),
    ];
    sql::exec(
        world.kit.db.writer(),
        "INSERT INTO delivery (workspace_id, profile_id, id, campaign_id, occurrence, channel, is_test, state, reason,
           address, mailbox_hash, due_at, expires_at, attempts, lease_token, message_id, provider_code, provider_detail,
           planned_at, handed_over_at, settled_at, origin_profile_id)
         VALUES ($1, $2, $3, $4, 0, 1, FALSE, $5, 'r', $7, 11, 12, 13, 2, $6, '<m>', 250, 'ok', 14, 15, 16, $2)",
        values,
    )
    .await
    .unwrap();
}

/// Every row whole, but for whose it is.
async fn rows(world: &World, of: ProfileId) -> Vec<String> {
    world
        .texts(&format!(
            "SELECT id || ' ' || workspace_id || ' ' || campaign_id || ' ' || occurrence || ' ' || channel || ' ' || state
               || ' ' || reason || ' ' || address || ' ' || mailbox_hash || ' ' || due_at || ' ' || expires_at || ' ' || attempts
               || ' ' || COALESCE(lease_token, 0) || ' ' || message_id || ' ' || provider_code || ' ' || provider_detail
               || ' ' || planned_at || ' ' || handed_over_at || ' ' || settled_at || ' ' || origin_profile_id
             FROM delivery WHERE profile_id = {} ORDER BY id",
            of.raw()
        ))
        .await
}

async fn number(world: &World, column: &str, id: i64) -> i64 {
    let text =
        format!("SELECT CAST(COALESCE({column}, 0) AS BIGINT) FROM delivery WHERE id = {id}");
    world.number(&text).await
}

async fn people(world: &World, users: &[&str]) -> Vec<ProfileId> {
    let mut people = Vec::new();
    for user in users {
        world
            .send(json!([{"type": "track", "event": "A", "userId": user}]))
            .await;
        people.push(world.owner(user).await);
    }
    people
}

async fn join(world: &World, survivor: &str, merged: &str) {
    world
        .send(json!([{"type": "alias", "previousId": merged, "userId": survivor}]))
        .await;
}

async fn part(world: &World, merged: ProfileId) {
    let text = format!(
        "SELECT id FROM merge_log WHERE merged_id = {} AND undone_at IS NULL",
        merged.raw()
    );
    let merge_id = world.number(&text).await;
    let tx = world.begin().await;
    merge::undo(world.ctx(&tx), merge_id).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn the_mails_of_both_are_the_survivors_and_go_back_where_they_came_from() {
    for world in world::both().await {
        let people = people(&world, &["u1", "u2"]).await;
        let (one, two) = (people[0], people[1]);
        deliver(&world, one, 1, 900, ACCEPTED).await;
        deliver(&world, two, 2, 900, ACCEPTED).await;
        deliver(&world, two, 3, 901, PLANNED).await;
        deliver(&world, two, 4, 902, HANDED_OVER).await;
        let (ours, theirs) = (rows(&world, one).await, rows(&world, two).await);

        join(&world, "u1", "u2").await;
        let mut all = [ours.clone(), theirs.clone()].concat();
        all.sort_unstable();
        assert_eq!(rows(&world, one).await, all, "{}", world.name);
        assert_eq!(rows(&world, two).await, Vec::<String>::new());

        deliver(&world, one, 5, 903, ACCEPTED).await;
        let since = rows(&world, one).await.pop().unwrap();
        part(&world, two).await;
        assert_eq!(rows(&world, two).await, theirs, "{}", world.name);
        assert_eq!(
            rows(&world, one).await,
            [ours, vec![since]].concat(),
            "{}: what was sent to both as one stays with the survivor",
            world.name
        );
    }
}

#[tokio::test]
async fn a_worker_loses_what_it_holds_unless_it_is_with_the_provider() {
    for world in world::both().await {
        let people = people(&world, &["u1", "u2"]).await;
        deliver(&world, people[0], 1, 900, RESERVED).await;
        deliver(&world, people[1], 2, 900, RESERVED).await;
        deliver(&world, people[1], 3, 901, HANDED_OVER).await;
        join(&world, "u1", "u2").await;
        for id in [1, 2] {
            // Either might be the second message of campaign 900: both come to the last check again.
            assert_eq!(number(&world, "state", id).await, PLANNED, "{}", world.name);
            assert_eq!(number(&world, "lease_token", id).await, 0);
        }
        assert_eq!(number(&world, "state", 3).await, HANDED_OVER);
        assert_eq!(number(&world, "lease_token", 3).await, 77);
    }
}

#[tokio::test]
async fn mails_of_a_chain_of_merges_go_back_from_either_end() {
    for world in world::both().await {
        let people = people(&world, &["u1", "u2", "u3"]).await;
        for (at, person) in (1..).zip(&people) {
            deliver(&world, *person, at, 900, ACCEPTED).await;
        }
        let owners = async || {
            let text = "SELECT CAST(profile_id AS TEXT) FROM delivery ORDER BY id";
            world.texts(text).await
        };
        let ids = |order: [usize; 3]| order.map(|at| people[at].raw().to_string());
        join(&world, "u2", "u3").await;
        join(&world, "u1", "u2").await;
        assert_eq!(owners().await, ids([0, 0, 0]), "{}", world.name);
        // The third one goes first, then the second.
        part(&world, people[2]).await;
        assert_eq!(owners().await, ids([0, 0, 2]), "{}", world.name);
        part(&world, people[1]).await;
        assert_eq!(owners().await, ids([0, 1, 2]), "{}", world.name);
        // And once more with the second one first, which takes the third along.
        join(&world, "u2", "u3").await;
        join(&world, "u1", "u2").await;
        part(&world, people[1]).await;
        assert_eq!(owners().await, ids([0, 1, 1]), "{}", world.name);
    }
}

#[tokio::test]
async fn a_hand_over_at_the_instant_of_a_merge_is_not_forgotten() {
    let world = World::new(testkit::postgres().await).await;
    let people = people(&world, &["u1", "u2"]).await;
    deliver(&world, people[1], 2, 900, RESERVED).await;
    let worker = world.begin().await;
    let text = "UPDATE delivery SET state = 4 WHERE id = 2 AND state = 3 AND lease_token = 77";
    assert_eq!(sql::exec(&worker, text, []).await.unwrap(), 1);
    let hand_over = async {
        // Only once the merge waits for the row is the hand-over committed.
        let waits = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while world.number(waits).await == 0 {
            tokio::task::yield_now().await;
        }
        worker.commit().await.unwrap();
    };
    tokio::join!(join(&world, "u1", "u2"), hand_over);
    assert_eq!(number(&world, "profile_id", 2).await, people[0].raw());
    assert_eq!(
        number(&world, "state", 2).await,
        HANDED_OVER,
        "a copy of the row before would be sent again"
    );
}

#[tokio::test]
async fn what_both_said_about_consent_is_the_history_of_the_one_until_they_are_parted() {
    for world in world::both().await {
        let people = people(&world, &["u1", "u2"]).await;
        say(&world, "u1", "marketing", true, -2_000).await;
        say(&world, "u2", "news", true, -1_000).await;
        join(&world, "u1", "u2").await;
        let history = async |of: ProfileId| {
            let begin = Before {
                at: Millis(i64::MAX),
                id: i64::MAX,
            };
            let stores = timeline::read(world.kit.db.reader(), world.kit.workspace, of, begin, 50)
                .await
                .unwrap();
            let entries = timeline::page(50, stores).items.into_iter();
            let purposes = entries.filter_map(|entry| match entry.what {
                What::Consent { purpose, .. } => Some(purpose),
                _ => None,
            });
            purposes.collect::<Vec<_>>()
        };
        assert_eq!(
            history(people[0]).await,
            ["news", "marketing"],
            "{}",
            world.name
        );
        part(&world, people[1]).await;
        assert_eq!(history(people[0]).await, ["marketing"], "{}", world.name);
        assert_eq!(history(people[1]).await, ["news"], "{}", world.name);
    }
}
