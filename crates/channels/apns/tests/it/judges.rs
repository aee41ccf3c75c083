//! Node.js' own HTTP/2 and TLS, `jsonwebtoken`, and the client `@parse/node-apn`.

use std::{collections::HashMap, sync::Arc, time::Duration};

use channel_apns::{ApnsChannel, ApnsConfig, ApnsKey, MAX_PAYLOAD};
use channel_core::{
    Channel as _, Outcome, Push, PushPriority, ReasonClass,
    dial::{AllowList, Dialler},
    http::Patience,
};
use kernel::time::{Millis, SystemClock};
use serde_json::{Value, json};

use crate::{
    node::{Fake, certificate, reference},
    support::{KEY_ID, TEAM, TOPIC, config, device, key, message, message_of, push, send},
};

/// A channel to the fake, over TLS.
fn channel(port: u16, key: ApnsKey) -> ApnsChannel {
    let allow = AllowList::parse(["localhost"]).unwrap();
    let config = ApnsConfig {
        host: format!("https://localhost:{port}"),
        key,
        patience: Patience {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(5),
            ..Patience::default()
        },
        extra_roots_pem: Some(std::fs::read_to_string(certificate("ca.pem")).unwrap()),
        ..config("")
    };
    ApnsChannel::new(config, &Dialler::new(allow), Arc::new(SystemClock)).unwrap()
}

fn names(request: &Value) -> Vec<String> {
    let headers = request["headers"].as_object().unwrap().keys();
    // What a library adds by itself does not count.
    let own = |name: &&String| name.starts_with("apns-") || name.as_str() == "authorization";
    headers.filter(own).cloned().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_of_others_proves_the_fake_and_the_fake_takes_what_we_send() {
    let gone =
        json!({ "status": 410, "reason": "Unregistered", "timestamp": 1_783_993_320_123_i64 });
    let acts = HashMap::from([
        (device('b'), vec![gone.clone(), gone]),
        (
            device('c'),
            vec![json!({ "status": 400, "reason": "BadDeviceToken" })],
        ),
    ]);
    let mut fake = Fake::start(&acts);
    let said = reference(fake.port, &[device('a')]);
    assert_eq!(said["sent"][0]["device"], device('a'), "{said}");
    let theirs = fake.next();
    assert_eq!(theirs["verdict"], "good");
    let said = reference(fake.port, &[device('b')]);
    assert_eq!(said["failed"][0]["status"], 410, "{said}");
    assert_eq!(said["failed"][0]["response"]["reason"], "Unregistered");
    fake.next();

    let channel = channel(fake.port, key());
    let same = Push {
        collapse: Some("spring.sale".to_owned()),
        badge: Some(3),
        ..push()
    };
    let sent = send(&channel, message_of(1, &device('a'), same))
        .await
        .unwrap();
    assert_eq!(sent.as_str(), "accepted", "{sent:?}");
    let ours = fake.next();
    assert_eq!(ours["verdict"], "good");
    assert_eq!(names(&ours), names(&theirs));
    for name in [
        ":method",
        ":path",
        ":scheme",
        "apns-topic",
        "apns-push-type",
        "apns-priority",
        "apns-collapse-id",
    ] {
        assert_eq!(ours["headers"][name], theirs["headers"][name], "{name}");
    }
    for (n, text) in (2..).zip(texts()) {
        let outcome = send(&channel, message_of(n, &device('a'), text))
            .await
            .unwrap();
        assert_eq!(outcome.as_str(), "accepted", "{n}: {outcome:?}");
        assert_eq!(fake.next()["verdict"], "good", "{n}");
    }

    let outcome = send(&channel, message(20, &device('b'))).await.unwrap();
    let Outcome::Suppress { reason, .. } = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(reason.since, Some(Millis(1_783_993_320_123)));
    assert_eq!(reason.class, ReasonClass::RecipientDisabled);
    let outcome = send(&channel, message(21, &device('c'))).await.unwrap();
    assert_eq!(outcome.as_str(), "dropped");
}

/// Every kind of push, and the largest.
fn texts() -> Vec<Push> {
    let with_body = |body: String| Push { body, ..push() };
    let silent = Push {
        data: [("sync".to_owned(), "春 🌸".to_owned())].into(),
        ..Push::default()
    };
    let mut texts = vec![
        silent,
        with_body("𠮷野家 👨‍👩‍👧‍👦 \u{202e} \0\u{7f}\"\\".to_owned()),
        with_body(String::new()),
        Push {
            priority: PushPriority::Low,
            ttl: Duration::ZERO,
            image: Some("https://img.example.jp/春.png".to_owned()),
            link: Some("aoba-shop://item/42".to_owned()),
            ..push()
        },
    ];
    let channel = channel(65_000, key());
    let bare = channel.prepare(message_of(6, &device('a'), with_body("x".to_owned())));
    let room = MAX_PAYLOAD - bare.unwrap().payload.len() + 1;
    texts.push(with_body("x".repeat(room)));
    texts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_fake_refuses_what_apple_refuses() {
    let mut fake = Fake::start(&HashMap::new());
    let other = ApnsKey::parse(include_str!("fixtures/AuthKey.p8"), TEAM, "ANOTHERKEY").unwrap();
    for (key, topic, verdict, outcome) in [
        (other, TOPIC, "InvalidProviderToken", "not_accepted"),
        (
            key(),
            "jp.example.other",
            "DeviceTokenNotForTopic",
            "dropped",
        ),
    ] {
        let channel = channel_of(fake.port, key, topic);
        let said = send(&channel, message(1, &device('a'))).await.unwrap();
        assert_eq!(said.as_str(), outcome, "{verdict}");
        assert_eq!(fake.next()["verdict"], verdict);
    }
    // A team's own key under its right name, but not the one that the fake knows the team by.
    let forged = ApnsKey::parse(include_str!("fixtures/AuthKey.p8"), "ANOTHERONE", KEY_ID).unwrap();
    let said = send(&channel(fake.port, forged), message(2, &device('a')))
        .await
        .unwrap();
    assert_eq!(said.reason().unwrap().class, ReasonClass::Authentication);
    assert_eq!(fake.next()["verdict"], "InvalidProviderToken");
}

fn channel_of(port: u16, key: ApnsKey, topic: &str) -> ApnsChannel {
    let allow = AllowList::parse(["localhost"]).unwrap();
    let config = ApnsConfig {
        host: format!("https://localhost:{port}"),
        extra_roots_pem: Some(std::fs::read_to_string(certificate("ca.pem")).unwrap()),
        ..ApnsConfig::new(topic, key)
    };
    ApnsChannel::new(config, &Dialler::new(allow), Arc::new(SystemClock)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_above_the_last_goes_again_and_one_below_is_in_doubt() {
    let acts = HashMap::from([
        (device('b'), vec![json!({ "goaway": "unread" })]),
        (device('c'), vec![json!({ "goaway": "read" })]),
        (device('d'), vec![json!({ "refuse": true })]),
        // ENHANCE_YOUR_CALM and INTERNAL_ERROR: why it leaves does not matter.
        (device('e'), vec![json!({ "goaway": "unread", "code": 11 })]),
        (device('f'), vec![json!({ "goaway": "read", "code": 2 })]),
    ]);
    let mut fake = Fake::start(&acts);
    let channel = channel(fake.port, key());
    let mut lane = channel.open();
    let mut outcomes = Vec::new();
    for (n, digit) in (1..).zip("abcdefa".chars()) {
        let prepared = channel.prepare(message(n, &device(digit))).unwrap();
        lane.ready(&prepared).await.unwrap();
        let outcome = lane.deliver(&prepared).await;
        outcomes.push(format!("{digit} {}", outcome.as_str()));
    }
    assert_eq!(
        outcomes,
        [
            "a accepted",
            "b accepted",
            "c unknown",
            "d accepted",
            "e accepted",
            "f unknown",
            "a accepted"
        ]
    );
    let arrived: Vec<String> = (0..10)
        .map(|_| fake.next())
        .map(|one| {
            let path = one["headers"][":path"].as_str().unwrap();
            format!(
                "{} on {}",
                path.chars().next_back().unwrap(),
                one["session"]
            )
        })
        .collect();
    // Each letter is a device; what was not acted on came again, on another connection or stream.
    let expected = "a on 1, b on 1, b on 2, c on 2, d on 3, d on 3, e on 3, e on 4, f on 4, a on 5";
    assert_eq!(arrived.join(", "), expected);
}
