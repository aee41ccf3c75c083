//! One content for many: multicast.

use channel_core::{Attempt, Channel as _, Outcome, Pack, SuppressReason};
use kernel::time::HOUR;
use line_fake::{Known, Options, Trick};
use serde_json::Value;

use crate::support::{START, World, accepted, message_of, prepared, user};

fn pack(key: &str, messages: Vec<channel_core::Prepared>) -> Pack {
    Pack {
        idempotency_key: key.to_owned(),
        messages,
    }
}

async fn anybody() -> World {
    World::new(Options {
        known: Known::Anybody,
        ..Options::default()
    })
    .await
}

#[tokio::test]
async fn twelve_hundred_and_three_go_in_three_calls() {
    let world = anybody().await;
    let messages = prepared(&world.channel, 1_203);
    let key = world.channel.pack_key(&messages[0]);
    assert!(
        key.is_some()
            && messages
                .iter()
                .all(|one| world.channel.pack_key(one) == key)
    );
    let mut lane = world.channel.open();
    for (number, members) in messages.chunks(world.channel.max_pack()).enumerate() {
        let pack = pack(&format!("pack-{number}"), members.to_vec());
        let outcomes = lane.deliver_pack(&pack, Attempt::First).await;
        assert_eq!(outcomes.len(), members.len());
        for outcome in &outcomes {
            accepted(outcome);
        }
    }
    let sizes: Vec<usize> = world
        .fake
        .log()
        .iter()
        .filter(|one| one.what.ends_with("/multicast"))
        .map(|one| {
            let body: Value = serde_json::from_slice(&one.body).unwrap();
            body["to"].as_array().unwrap().len()
        })
        .collect();
    assert_eq!(sizes, [500, 500, 203]);
    assert!((1..=1_203).all(|n| world.fake.received(&user(n)).len() == 1));
}

#[tokio::test]
async fn a_pack_in_doubt_is_given_again_whole_and_arrives_once() {
    let world = anybody().await;
    let pack = pack("pack", prepared(&world.channel, 20));
    let mut lane = world.channel.open();
    world.fake.play([Trick::TakeAndBreak]);
    let outcomes = lane.deliver_pack(&pack, Attempt::First).await;
    let unknown = |outcome: &Outcome| matches!(outcome, Outcome::Unknown { .. });
    assert!(outcomes.iter().all(unknown));
    let mut lane = world.channel.open();
    let again = Attempt::Again { first_at: START };
    let outcomes = lane.deliver_pack(&pack, again).await;
    for outcome in &outcomes {
        accepted(outcome);
    }
    assert_eq!(world.fake.taken().len(), 20);
    assert_eq!(world.fake.misuses(), Vec::<String>::new());
    world.clock.turn(24 * HOUR);
    let outcomes = lane.deliver_pack(&pack, again).await;
    assert!(outcomes.iter().all(unknown), "LINE has forgotten the key");
    assert_eq!(world.fake.taken().len(), 20);
}

#[tokio::test]
async fn one_stranger_is_named_and_the_others_may_go_again() {
    let world = World::usual().await;
    let mut messages = prepared(&world.channel, 3);
    messages[1] = world
        .channel
        .prepare(crate::support::message_to(77, &user(77)))
        .unwrap();
    let mut lane = world.channel.open();
    let outcomes = lane
        .deliver_pack(&pack("pack", messages), Attempt::First)
        .await;
    assert!(world.fake.taken().is_empty(), "nobody gets it");
    assert!(outcomes[0].may_send_again() && outcomes[2].may_send_again());
    assert!(matches!(
        outcomes[1],
        Outcome::Suppress {
            why: SuppressReason::Invalid,
            ..
        }
    ));
}

#[tokio::test]
async fn what_is_not_one_content_is_not_one_pack() {
    let world = World::usual().await;
    let mut messages = prepared(&world.channel, 2);
    let other = message_of(3, &user(3), r#"[{"type":"text","text":"花子さま"}]"#);
    messages.push(world.channel.prepare(other).unwrap());
    assert_ne!(
        world.channel.pack_key(&messages[0]),
        world.channel.pack_key(&messages[2])
    );
    let mut lane = world.channel.open();
    for messages in [messages, prepared(&world.channel, 501), Vec::new()] {
        let count = messages.len();
        let outcomes = lane
            .deliver_pack(&pack("pack", messages), Attempt::First)
            .await;
        assert_eq!(outcomes.len(), count);
        assert!(outcomes.iter().all(|outcome| outcome.as_str() == "dropped"));
    }
    assert!(
        world
            .fake
            .log()
            .iter()
            .all(|one| !one.what.ends_with("/multicast"))
    );
}

#[tokio::test]
async fn packs_keep_to_two_hundred_a_second() {
    use std::{sync::Arc, time::Instant};

    use kernel::time::SystemClock;
    use line_fake::LineFake;

    let options = Options {
        known: Known::Anybody,
        ..Options::default()
    };
    let credentials = crate::support::stateless(&options);
    let fake = LineFake::start(options, Arc::new(SystemClock)).await;
    let channel = crate::support::channel(&fake.base_url(), credentials, Arc::new(SystemClock));
    let start = Instant::now();
    let lanes = (0..4).map(|lane| {
        let channel = channel.clone();
        async move {
            let mut session = channel.open();
            for n in 0..65 {
                let one = pack(&format!("{lane}-{n}"), prepared(&channel, 1));
                let outcomes = session.deliver_pack(&one, Attempt::First).await;
                accepted(&outcomes[0]);
            }
        }
    });
    futures::future::join_all(lanes).await;
    let seconds = start.elapsed().as_secs_f64();
    // 20 at once, then 200 a second.
    assert!(seconds > 240.0 / 200.0 - 0.05, "260 packs in {seconds} s");
    assert!(
        fake.log().iter().all(|one| one.status != 429),
        "LINE never has to say so"
    );
}
