//! Access tokens: issued, shared, renewed in time.

use std::{sync::Arc, time::Duration};

use channel_core::{Channel as _, ReasonClass};
use channel_line::{AssertionKey, AssertionKeyError, Credentials, Secret};
use kernel::time::{DAY, MINUTE};
use line_fake::{LineFake, Options, PublicKey};
use serde_json::{Value, json};

use crate::support::{HandClock, START, World, accepted, channel, message, send, user};

/// Made with `openssl genrsa 2048`, for these tests alone.
const JWK: &str = include_str!("fixtures/assertion.jwk.json");
const PEM: &str = include_str!("fixtures/assertion.pem");

pub(crate) fn public_key(kid: &str) -> PublicKey {
    let jwk: Value = serde_json::from_str(JWK).unwrap();
    let text = |name: &str| jwk[name].as_str().unwrap().to_owned();
    PublicKey {
        kid: kid.to_owned(),
        n: text("n"),
        e: text("e"),
    }
}

async fn signed(
    make: impl FnOnce(AssertionKey) -> Credentials,
) -> (LineFake, channel_line::LineChannel, Arc<HandClock>) {
    let clock = HandClock::new();
    let options = Options {
        key: Some(public_key("test-kid")),
        ..Options::default()
    };
    let fake = LineFake::start(options, clock.clone()).await;
    fake.befriend(&user(1));
    let key = AssertionKey::parse(JWK, "test-kid").unwrap();
    let channel = channel(&fake.base_url(), make(key), clock.clone());
    (fake, channel, clock)
}

#[tokio::test]
async fn many_lanes_share_one_token() {
    let world = World::usual().await;
    let lanes = (1..=20).map(|n| world.send(message(n)));
    for outcome in futures::future::join_all(lanes).await {
        accepted(&outcome);
    }
    assert_eq!(world.fake.tokens_issued(), 1);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_runs_out() {
    let world = World::usual().await;
    accepted(&world.send(message(1)).await);
    world.clock.turn(13 * MINUTE);
    accepted(&world.send(message(2)).await);
    assert_eq!(world.fake.tokens_issued(), 1);
    world.clock.turn(MINUTE);
    accepted(&world.send(message(3)).await);
    assert_eq!(world.fake.tokens_issued(), 2, "a minute before its end");
    world.clock.turn(DAY);
    accepted(&world.send(message(4)).await);
    assert_eq!(world.fake.tokens_issued(), 3);
    assert!(
        world.fake.log().iter().all(|one| one.status != 401),
        "no message meets an old token"
    );
}

#[tokio::test]
async fn many_lanes_with_a_refused_token_ask_for_one_new_one() {
    let world = World::usual().await;
    let mut lanes = Vec::new();
    for n in 1..=10 {
        let prepared = world.channel.prepare(message(n)).unwrap();
        let mut lane = world.channel.open();
        lane.ready(&prepared).await.unwrap();
        lanes.push((lane, prepared));
    }
    world.fake.revoke_tokens();
    let sending = lanes
        .into_iter()
        .map(|(mut lane, prepared)| async move { lane.deliver(&prepared).await });
    for outcome in futures::future::join_all(sending).await {
        accepted(&outcome);
    }
    assert_eq!(world.fake.tokens_issued(), 2);
    assert_eq!(world.fake.received(&user(1)).len(), 10);
}

#[tokio::test]
async fn a_failed_renewal_in_advance_stops_nothing_while_the_old_token_lives() {
    let world = World::usual().await;
    accepted(&world.send(message(1)).await);
    world.fake.set_channel_secret("changed meanwhile");
    world.clock.turn(14 * MINUTE);
    accepted(&world.send(message(2)).await);
    let asked = |world: &World| {
        let log = world.fake.log();
        log.iter()
            .filter(|one| one.what.ends_with("/token"))
            .count()
    };
    assert_eq!(asked(&world), 2);
    accepted(&world.send(message(3)).await);
    assert_eq!(asked(&world), 2, "not with every message");
    world.clock.turn(MINUTE);
    let outcome = world.send(message(4)).await;
    assert_eq!(outcome.reason().unwrap().class, ReasonClass::Authentication);
    assert!(outcome.may_send_again());
}

#[tokio::test]
async fn both_kinds_of_signed_tokens_are_had() {
    let (fake, channel, _) = signed(|key| Credentials::StatelessSigned {
        channel_id: Options::default().channel_id,
        key,
    })
    .await;
    accepted(&send(&channel, message(1)).await);
    assert_eq!(fake.tokens_issued(), 1);

    let (fake, channel, clock) = signed(|key| Credentials::Signed {
        channel_id: Options::default().channel_id,
        key,
        life: Duration::from_hours(30 * 24),
    })
    .await;
    accepted(&send(&channel, message(1)).await);
    clock.turn(28 * DAY);
    accepted(&send(&channel, message(2)).await);
    assert_eq!(fake.tokens_issued(), 1);
    clock.turn(DAY);
    accepted(&send(&channel, message(3)).await);
    assert_eq!(fake.tokens_issued(), 2, "a day before its end");
}

#[tokio::test]
async fn refused_credentials_are_our_fault_and_no_message_is_given_up() {
    let world = World::usual().await;
    let wrong = Credentials::Stateless {
        channel_id: Options::default().channel_id,
        channel_secret: Secret::new("wrong"),
    };
    let channel = channel(&world.fake.base_url(), wrong, world.clock.clone());
    let prepared = channel.prepare(message(1)).unwrap();
    let not_ready = channel.open().ready(&prepared).await.unwrap_err();
    assert_eq!(not_ready.reason.class, ReasonClass::Authentication);
    assert!(not_ready.retry_after >= Duration::from_mins(1));
    let by_hand = Credentials::LongLived(Secret::new("line\r\nbreak"));
    let channel = crate::support::channel(&world.fake.base_url(), by_hand, world.clock.clone());
    let outcome = send(&channel, message(1)).await;
    assert!(outcome.may_send_again(), "{outcome:?}");
    assert!(world.fake.taken().is_empty());
}

#[tokio::test]
async fn lanes_do_not_queue_for_a_failure_that_one_has_just_seen() {
    let world = World::usual().await;
    world.fake.set_channel_secret("another");
    let asked = |world: &World| world.fake.log().len();
    for outcome in futures::future::join_all((1..=20).map(|n| world.send(message(n)))).await {
        assert!(outcome.may_send_again(), "{outcome:?}");
    }
    assert_eq!(asked(&world), 1);
    world.clock.turn(3_000);
    world
        .fake
        .set_channel_secret(&Options::default().channel_secret);
    accepted(&world.send(message(1)).await);
}

#[tokio::test]
async fn a_token_that_cannot_be_renewed_is_not_tried_twice() {
    let world = World::usual().await;
    let by_hand = Credentials::LongLived(Secret::new("void"));
    let channel = channel(&world.fake.base_url(), by_hand, world.clock.clone());
    let outcome = send(&channel, message(1)).await;
    assert_eq!(outcome.reason().unwrap().class, ReasonClass::Authentication);
    assert_eq!(world.fake.log().len(), 1);
}

#[test]
fn a_key_is_read_from_both_forms_and_bad_ones_are_named() {
    assert!(AssertionKey::parse(PEM, "kid").is_ok());
    assert!(!format!("{:?}", AssertionKey::parse(JWK, "kid").unwrap()).contains("qi"));
    let mut short: Value = serde_json::from_str(JWK).unwrap();
    short["kid"] = json!("inside");
    assert!(AssertionKey::parse(&short.to_string(), "").is_ok());
    short["n"] = json!("AQAB");
    for (text, kid, error) in [
        ("", "kid", AssertionKeyError::Unreadable),
        ("{}", "kid", AssertionKeyError::Unreadable),
        (
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
            "kid",
            AssertionKeyError::Unusable,
        ),
        (&short.to_string(), "kid", AssertionKeyError::Unusable),
        (PEM, "", AssertionKeyError::NoKeyId),
    ] {
        assert_eq!(AssertionKey::parse(text, kid).unwrap_err(), error, "{text}");
    }
    let key = AssertionKey::parse(PEM, "kid").unwrap();
    let (one, two) = (
        key.assertion("1", START, None),
        key.assertion("1", START, None),
    );
    assert_eq!(one, two, "the same key says the same");
}
