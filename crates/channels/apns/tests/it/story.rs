//! What is sent, and how connections and tokens are shared.

use std::{sync::Arc, time::Duration};

use channel_apns::{ApnsChannel, ApnsConfig, ApnsConfigError, apns_id};
use channel_core::{
    Channel as _, Notification, Outcome, Push, PushPriority, ReasonClass,
    conformance::provider::{Act, Protocol, Provider},
    dial::{AllowList, Dialler},
};
use kernel::time::MINUTE;
use serde_json::{Value, json};

use crate::support::{
    AT, Hand, TOPIC, channel, config, device, key, message, message_of, provider, push, send,
};

fn refused(status: u16, reason: &str) -> Act {
    Act::status(status, &format!(r#"{{"reason":"{reason}"}}"#))
}

#[tokio::test]
async fn a_push_is_one_post_with_apples_headers() {
    let provider = provider(vec![]).await;
    let rich = Push {
        image: Some("https://img.example.jp/春.png".to_owned()),
        badge: Some(0),
        link: Some("aoba-shop://item/42".to_owned()),
        category: Some("SALE".to_owned()),
        collapse: Some("spring.sale".to_owned()),
        data: [("campaign".to_owned(), "42".to_owned())].into(),
        notification: Notification::Silent,
        ..push()
    };
    let channel = channel(provider.port, Hand::at(AT));
    let outcome = send(&channel, message_of(1, &device('A'), rich)).await;
    let accepted = Outcome::Accepted {
        provider_ref: apns_id("push_1"),
    };
    assert_eq!(outcome.unwrap(), accepted);
    let request = provider.seen().remove(0);
    assert_eq!(request.line, format!("POST /3/device/{}", device('a')));
    for (name, expected) in [
        ("apns-topic", TOPIC),
        ("apns-push-type", "alert"),
        ("apns-priority", "10"),
        ("apns-expiration", "1783996920"),
        ("apns-collapse-id", "spring.sale"),
        ("apns-id", &apns_id("push_1")),
    ] {
        assert_eq!(request.header(name), expected, "{name}");
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let expected = json!({
        "aps": {
            "alert": { "title": "春の新作 🌸", "body": "花子さま、こんにちは" },
            "badge": 0, "category": "SALE", "mutable-content": 1,
        },
        "id": "push_1", "image": "https://img.example.jp/春.png", "link": "aoba-shop://item/42",
        "data": { "campaign": "42" },
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_push_that_shows_nothing_is_of_the_background() {
    let provider = provider(vec![]).await;
    let silent = Push {
        data: [("sync".to_owned(), "1".to_owned())].into(),
        priority: PushPriority::High,
        ..Push::default()
    };
    let channel = channel(provider.port, Hand::at(AT));
    send(&channel, message_of(1, &device('a'), silent))
        .await
        .unwrap();
    let request = provider.seen().remove(0);
    assert_eq!(request.header("apns-push-type"), "background");
    assert_eq!(request.header("apns-priority"), "5");
    assert_eq!(request.header("apns-expiration"), "0");
    assert_eq!(request.header("apns-collapse-id"), "");
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body["aps"], json!({ "content-available": 1 }));
}

/// Sends so many messages on so many lanes at once and returns how many of each outcome there were.
async fn flood(channel: &ApnsChannel, lanes: i64, each: i64) -> Vec<(&'static str, usize)> {
    let mut tasks = Vec::new();
    for lane in 0..lanes {
        let channel = channel.clone();
        tasks.push(tokio::spawn(async move {
            let mut session = channel.open();
            let mut outcomes = Vec::new();
            for n in 0..each {
                let prepared = channel
                    .prepare(message(lane * each + n, &device('a')))
                    .unwrap();
                session.ready(&prepared).await.unwrap();
                outcomes.push(session.deliver(&prepared).await.as_str());
            }
            outcomes
        }));
    }
    let mut counted: Vec<(&'static str, usize)> = Vec::new();
    for task in tasks {
        for outcome in task.await.unwrap() {
            match counted.iter_mut().find(|(name, _)| *name == outcome) {
                Some((_, n)) => *n += 1,
                None => counted.push((outcome, 1)),
            }
        }
    }
    counted
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_lanes_share_four_connections_and_one_token() {
    let provider = provider(vec![]).await;
    let channel = channel(provider.port, Hand::at(AT));
    assert_eq!(flood(&channel, 64, 5).await, [("accepted", 320)]);
    assert_eq!(provider.connections(), 4);
    let mut tokens = provider.taken("authorization");
    tokens.dedup();
    assert_eq!(tokens.len(), 1);
    let mut ids = provider.taken("apns-id");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 320);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_leaves_in_the_middle_gets_no_push_twice_and_loses_none_unseen() {
    let script = (0..300).map(|n| match n % 25 {
        24 => Act::Leave(200),
        _ => Act::status(200, ""),
    });
    let provider = provider(script.collect()).await;
    let channel = channel(provider.port, Hand::at(AT));
    let outcomes = flood(&channel, 20, 20).await;
    let n_of = |wanted: &str| {
        let found = outcomes.iter().find(|(name, _)| *name == wanted);
        found.map_or(0, |(_, n)| *n)
    };
    // Once in hundreds of times a stream that crosses the farewell is answered by nobody: that one is in doubt.
    assert_eq!(n_of("accepted") + n_of("unknown"), 400, "{outcomes:?}");
    assert!(n_of("unknown") <= 8, "{outcomes:?}");
    assert!(provider.connections() > 4, "it left, and was called again");
    let mut ids = provider.taken("apns-id");
    assert!(ids.len() >= n_of("accepted"));
    let n_taken = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), n_taken, "nothing arrived twice");
}

#[tokio::test]
async fn a_connection_that_stood_idle_is_not_trusted() {
    let provider = provider(vec![]).await;
    let mut config = config(&format!("http://127.0.0.1:{}", provider.port));
    config.patience.idle = Duration::ZERO;
    let dialler = Dialler::new(AllowList::loopback());
    let channel = ApnsChannel::new(config, &dialler, Hand::at(AT)).unwrap();
    let mut lane = channel.open();
    for n in 0..3 {
        let prepared = channel.prepare(message(n, &device('a'))).unwrap();
        lane.ready(&prepared).await.unwrap();
        assert_eq!(lane.deliver(&prepared).await.as_str(), "accepted");
    }
    assert_eq!(provider.connections(), 3);
}

#[tokio::test]
async fn a_push_that_is_dropped_leaves_the_connection_to_the_others() {
    let provider = provider(vec![Act::Silence]).await;
    let channel = channel(provider.port, Hand::at(AT));
    let mut lane = channel.open();
    let prepared = channel.prepare(message(1, &device('a'))).unwrap();
    lane.ready(&prepared).await.unwrap();
    let dropped = tokio::time::timeout(Duration::from_millis(50), lane.deliver(&prepared)).await;
    assert!(dropped.is_err());
    let prepared = channel.prepare(message(2, &device('a'))).unwrap();
    lane.ready(&prepared).await.unwrap();
    assert_eq!(lane.deliver(&prepared).await.as_str(), "accepted");
    assert_eq!(provider.connections(), 1);
}

#[tokio::test]
async fn an_expired_token_is_made_anew_once_and_not_too_often() {
    let expired = || refused(403, "ExpiredProviderToken");
    let taken = || Act::status(200, "");
    let provider = provider(vec![
        taken(),
        taken(),
        expired(),
        taken(),
        expired(),
        taken(),
    ])
    .await;
    let clock = Hand::at(AT);
    let channel = channel(provider.port, clock.clone());
    let mut outcomes = Vec::new();
    for (n, pause) in [(1, 0), (2, 15), (3, 15), (4, 5), (5, 50)] {
        clock.turn(pause * MINUTE);
        let outcome = send(&channel, message(n, &device('a'))).await.unwrap();
        outcomes.push(outcome.as_str());
    }
    // The fourth is told so five minutes after a new one: Apple would not take another.
    assert_eq!(
        outcomes,
        [
            "accepted",
            "accepted",
            "accepted",
            "not_accepted",
            "accepted"
        ]
    );
    let seen = provider.seen();
    let tokens: Vec<&str> = seen.iter().map(|one| one.header("authorization")).collect();
    assert_eq!(tokens.len(), 6);
    assert_eq!((tokens[0], tokens[1]), (tokens[1], tokens[2]));
    assert_ne!(tokens[2], tokens[3]);
    assert_eq!(tokens[3], tokens[4]);
    assert_ne!(tokens[4], tokens[5]);
}

#[tokio::test]
async fn hostile_answers_end() {
    let long = "x".repeat(200_000);
    let deep = format!("{}1{}", "[".repeat(9_000), "]".repeat(9_000));
    for (act, expected) in [
        (Act::status(200, &long), "accepted"),
        (
            Act::with(200, &[("apns-id", &"y".repeat(9_000))], ""),
            "accepted",
        ),
        (Act::status(410, &long), "suppress"),
        (Act::status(400, &deep), "dropped"),
        (
            Act::with(307, &[("location", "http://127.0.0.1:1/")], ""),
            "dropped",
        ),
    ] {
        let provider = provider(vec![act]).await;
        let channel = channel(provider.port, Hand::at(AT));
        let outcome = send(&channel, message(1, &device('a'))).await.unwrap();
        assert_eq!(outcome.as_str(), expected);
        assert!(format!("{outcome:?}").len() < 1_000);
    }
    // A server of HTTP/1.1 is noticed before anything is in doubt, or leaves it in doubt; it never counts as taken.
    let one = Provider::start(Protocol::One, vec![], Act::status(200, ""))
        .await
        .unwrap();
    let channel = channel(one.port, Hand::at(AT));
    match send(&channel, message(1, &device('a'))).await {
        Ok(outcome) => assert!(!matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}"),
        Err(not_ready) => assert_eq!(not_ready.reason.class, ReasonClass::Connection),
    }
}

#[tokio::test]
async fn a_host_that_is_not_allowed_is_not_dialled() {
    let canary = provider(vec![]).await;
    let host = format!("http://127.0.0.1:{}", canary.port);
    let dialler = Dialler::new(AllowList::default());
    let channel = ApnsChannel::new(config(&host), &dialler, Hand::at(AT)).unwrap();
    let not_ready = send(&channel, message(1, &device('a'))).await.unwrap_err();
    assert_eq!(not_ready.reason.class, ReasonClass::Policy);
    assert_eq!(canary.connections(), 0);
    for host in [
        "",
        "api.push.apple.com",
        "https://a/b",
        "https://u:p@a.jp",
        "https://0x7f.1",
    ] {
        let made = ApnsChannel::new(config(host), &dialler, Hand::at(AT));
        assert!(matches!(made, Err(ApnsConfigError::BadHost)), "{host}");
    }
    let bad = ApnsConfig {
        extra_roots_pem: Some(
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----".to_owned(),
        ),
        ..ApnsConfig::new(TOPIC, key())
    };
    let made = ApnsChannel::new(bad, &dialler, Arc::clone(&Hand::at(AT)) as _);
    assert!(matches!(made, Err(ApnsConfigError::BadCertificates)));
}
