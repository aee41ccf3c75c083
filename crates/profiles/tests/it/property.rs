//! However messages interleave, the same people come out.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value as Json, json};
use storage::sql;

use crate::world::World;

/// People of one external id each; a message names some of a person's values.
fn messages() -> impl Strategy<Value = Vec<Json>> {
    let message = (0..4usize, 0..16u8, 0..3usize, 0..6u8).prop_map(|(person, mask, variant, kind)| {
        let user = (mask & 1 != 0).then(|| format!("u{person}"));
        let anonymous = (mask & 2 != 0 || user.is_none()).then(|| format!("a{person}-{variant}"));
        let email = (mask & 4 != 0).then(|| format!("p{person}-{}@example.jp", variant % 2));
        let phone = (mask & 8 != 0).then(|| format!("090-0000-000{person}"));
        match kind {
            0 => json!({"type": "alias", "userId": format!("u{person}"), "previousId": format!("a{person}-{variant}")}),
            1..3 => json!({"type": "track", "event": "A", "userId": user, "anonymousId": anonymous}),
            _ => json!({"type": "identify", "userId": user, "anonymousId": anonymous,
                        "traits": {"email": email, "phone": phone, format!("k{person}"): variant}}),
        }
    });
    prop::collection::vec(message, 1..40)
}

/// People as sets of values with the number of their events.
async fn people(world: &World) -> BTreeSet<(BTreeSet<String>, i64, String)> {
    let rows = sql::rows(
        world.kit.db.reader(),
        "SELECT i.profile_id, i.kind || ':' || i.value,
                (SELECT COUNT(*) FROM event e WHERE e.profile_id = i.profile_id),
                (SELECT COALESCE(p.external_id, '') FROM profile p WHERE p.id = i.profile_id AND p.state = 0)
         FROM identity i",
        [],
    )
    .await
    .unwrap();
    let mut people: BTreeMap<i64, (BTreeSet<String>, i64, String)> = BTreeMap::new();
    for row in rows {
        let person = people.entry(row.try_get_by_index(0).unwrap()).or_default();
        person.0.insert(row.try_get_by_index(1).unwrap());
        person.1 = row.try_get_by_index(2).unwrap();
        person.2 = row.try_get_by_index(3).unwrap();
    }
    people.into_values().collect()
}

async fn play(
    test: testkit::TestDb,
    messages: &[Json],
    cut: usize,
) -> BTreeSet<(BTreeSet<String>, i64, String)> {
    let world = World::new(test).await;
    for part in messages.chunks(cut.max(1)) {
        world.send(json!(part)).await;
    }
    let all = people(&world).await;
    assert_eq!(
        world.number("SELECT COUNT(*) FROM event").await,
        all.iter().map(|person| person.1).sum::<i64>(),
        "every event belongs to a living person"
    );
    assert_eq!(
        world.number("SELECT COUNT(*) FROM profile p WHERE p.email IS NOT NULL AND p.state = 0 AND NOT EXISTS
            (SELECT 1 FROM identity i WHERE i.kind = 2 AND i.value = p.email AND i.profile_id = p.id)").await,
        0,
        "an address on a profile belongs to it"
    );
    all
}

#[test]
fn any_interleaving_gives_the_same_people() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::new(Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    });
    let strategy = messages().prop_flat_map(|messages| {
        let shuffled = Just(messages.clone()).prop_shuffle();
        (Just(messages), shuffled, 1..40usize, 1..6usize)
    });
    runner
        .run(&strategy, |(messages, shuffled, cut, other_cut)| {
            runtime.block_on(async {
                let one = play(testkit::sqlite().await, &messages, cut).await;
                let other = play(testkit::sqlite().await, &shuffled, other_cut).await;
                let third = play(testkit::postgres().await, &shuffled, cut).await;
                prop_assert_eq!(&one, &other);
                prop_assert_eq!(&one, &third);
                Ok(())
            })
        })
        .unwrap();
}
