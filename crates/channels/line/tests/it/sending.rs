//! Single messages: keys, doubt, tokens that LINE refuses, blocks, allowances.

use channel_core::{Channel as _, Content, Notification, Outcome, ReasonClass};
use channel_line::RetryKey;
use kernel::time::{HOUR, MINUTE};
use line_fake::{Options, Trick};
use serde_json::{Value, json};

use crate::support::{START, World, accepted, message, message_to, user};

#[tokio::test]
async fn a_message_goes_out_as_line_wants_it() {
    let world = World::usual().await;
    let mut silent = message(1);
    if let Content::Line(line) = &mut silent.content {
        line.notification = Notification::Silent;
        line.aggregation_unit = Some("spring_2026".to_owned());
    }
    let reference = accepted(&world.send(silent).await);
    assert_eq!(world.channel.api().units_used().await.unwrap(), 1);
    let log = world.fake.log();
    let push = log.iter().find(|one| one.what.ends_with("/push")).unwrap();
    let body: Value = serde_json::from_slice(&push.body).unwrap();
    let expected = json!({
        "to": user(1), "messages": [{ "type": "text", "text": "春の新作が届きました 🌸" }],
        "notificationDisabled": true, "customAggregationUnits": ["spring_2026"],
    });
    assert_eq!(body, expected);
    let key = RetryKey::of(&message(1).idempotency_key);
    assert_eq!(push.retry_key.as_deref(), Some(key.as_str()));
    let [got] = &world.fake.received(&user(1))[..] else {
        panic!("one message")
    };
    assert_eq!(got.request_id, reference);
}

#[tokio::test]
async fn what_line_left_in_doubt_is_given_again_with_the_same_key_and_bytes() {
    for trick in [
        Trick::TakeAndFail,
        Trick::TakeAndBreak,
        Trick::TakeAndStaySilent,
    ] {
        let world = World::usual().await;
        world.fake.play([trick.clone()]);
        let outcome = world.send(message(1)).await;
        assert!(
            matches!(outcome, Outcome::Unknown { .. }),
            "{trick:?} {outcome:?}"
        );
        let prepared = world.channel.prepare(message(1)).unwrap();
        let mut lane = world.channel.open();
        let again = lane.redeliver(&prepared, START).await;
        let first = world.fake.taken()[0].request_id.clone();
        assert_eq!(accepted(&again), first, "the first request's name is kept");
        assert_eq!(world.fake.received(&user(1)).len(), 1);
        let log = world.fake.log();
        let pushes: Vec<_> = log
            .iter()
            .filter(|one| one.what.ends_with("/push"))
            .collect();
        assert_eq!(pushes.len(), 2);
        assert_eq!(pushes[0].retry_key, pushes[1].retry_key);
        assert_eq!(pushes[0].body, pushes[1].body);
        assert_eq!(pushes[1].status, 409);
        assert_eq!(world.fake.misuses(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn after_a_day_nothing_is_given_again() {
    let world = World::usual().await;
    world.fake.play([Trick::TakeAndFail]);
    world.send(message(1)).await;
    let prepared = world.channel.prepare(message(1)).unwrap();
    let mut lane = world.channel.open();
    world.clock.turn(24 * HOUR - 5 * MINUTE);
    let again = lane.redeliver(&prepared, START).await;
    assert!(matches!(again, Outcome::Unknown { .. }), "{again:?}");
    assert_eq!(world.fake.received(&user(1)).len(), 1);
    assert_eq!(world.fake.misuses(), Vec::<String>::new());
}

#[tokio::test]
async fn a_token_that_line_refuses_is_renewed_once() {
    let world = World::usual().await;
    let mut lane = world.channel.open();
    let prepared = world.channel.prepare(message(1)).unwrap();
    lane.ready(&prepared).await.unwrap();
    world.fake.revoke_tokens();
    accepted(&lane.deliver(&prepared).await);
    assert_eq!(world.fake.tokens_issued(), 2);
    assert_eq!(world.fake.received(&user(1)).len(), 1);
    let refuse = Trick::Answer {
        status: 401,
        message: "Authentication failed due to the following reason: x".to_owned(),
    };
    world.fake.play([refuse.clone(), refuse]);
    let outcome = world.send(message(2)).await;
    assert!(outcome.may_send_again(), "{outcome:?}");
    assert_eq!(outcome.reason().unwrap().class, ReasonClass::Authentication);
    assert_eq!(world.fake.tokens_issued(), 3, "once, not for ever");
}

#[tokio::test]
async fn who_has_blocked_gets_nothing_and_costs_nothing() {
    let world = World::new(Options {
        monthly_limit: Some(5),
        ..Options::default()
    })
    .await;
    world.fake.block(&user(1));
    accepted(&world.send(message(1)).await);
    assert!(world.fake.received(&user(1)).is_empty());
    assert_eq!(world.channel.api().quota().await.unwrap().left(), Some(5));
    world.fake.befriend(&user(1));
    accepted(&world.send(message(2)).await);
    assert_eq!(world.fake.received(&user(1)).len(), 1);
    assert_eq!(world.channel.api().quota().await.unwrap().left(), Some(4));
}

#[tokio::test]
async fn the_used_up_allowance_stops_the_sender_and_a_rate_does_not() {
    let world = World::new(Options {
        monthly_limit: Some(1),
        ..Options::default()
    })
    .await;
    accepted(&world.send(message(1)).await);
    let used_up = world.send(message_to(2, &user(2))).await;
    assert!(used_up.may_send_again());
    assert!(used_up.reason().unwrap().class.stops_the_sender());
    world.fake.set_monthly_limit(None);
    world.fake.play([Trick::Answer {
        status: 429,
        message: "The API rate limit has been exceeded. Try again later.".to_owned(),
    }]);
    let too_fast = world.send(message_to(3, &user(2))).await;
    assert!(too_fast.may_send_again());
    assert!(!too_fast.reason().unwrap().class.stops_the_sender());
    assert!(world.fake.received(&user(2)).is_empty());
}

#[tokio::test]
async fn a_dropped_delivery_takes_its_connection_with_it() {
    let world = World::usual().await;
    let mut lane = world.channel.open();
    let first = world.channel.prepare(message(1)).unwrap();
    lane.ready(&first).await.unwrap();
    world.fake.play([Trick::TakeAndStaySilent]);
    tokio::select! {
        outcome = lane.deliver(&first) => panic!("{outcome:?}"),
        () = world.fake.wait_for(1) => {}
    }
    let second = world.channel.prepare(message(2)).unwrap();
    lane.ready(&second).await.unwrap();
    accepted(&lane.deliver(&second).await);
    accepted(&lane.redeliver(&first, START).await);
    assert_eq!(world.fake.received(&user(1)).len(), 2);
}

#[tokio::test]
async fn a_lane_goes_on_after_line_closed_the_connection() {
    let world = World::usual().await;
    let mut lane = world.channel.open();
    for n in 1..=3 {
        let prepared = world.channel.prepare(message(n)).unwrap();
        lane.ready(&prepared).await.unwrap();
        accepted(&lane.deliver(&prepared).await);
        lane.close().await;
    }
    assert_eq!(world.fake.received(&user(1)).len(), 3);
}

#[test]
fn debug_shows_no_secret_and_no_person() {
    let prepared = crate::support::channel(
        "http://127.0.0.1:1",
        crate::support::stateless(&Options::default()),
        crate::support::HandClock::new(),
    );
    let shown = format!("{prepared:?}");
    assert!(
        !shown.contains(&Options::default().channel_secret),
        "{shown}"
    );
    let message = message(1);
    let shown = format!("{message:?}");
    assert!(
        !shown.contains("春") && !shown.contains(&user(1)),
        "{shown}"
    );
}
