//! What is sent, and how connections and statements are used again.

use std::{collections::BTreeMap, time::Duration};

use channel_core::{
    Channel as _, Outcome, Push, PushAction, PushPriority,
    conformance::provider::Act,
    dial::{AllowList, Dialler},
};
use channel_webpush::WebPushChannel;
use kernel::time::{HOUR, MINUTE};

use crate::support::{
    AT, Hand, channel, config, key, local, message, message_of, push, send, service, timed,
};

#[tokio::test]
async fn a_push_is_one_encrypted_post() {
    let service = service(vec![]).await;
    let rich = Push {
        image: Some("https://img.example.jp/春.png".to_owned()),
        badge: Some(3),
        actions: vec![PushAction {
            id: "cart".to_owned(),
            title: "カートへ".to_owned(),
            link: Some("https://shop.example.jp/cart".to_owned()),
        }],
        data: BTreeMap::from([("campaign".to_owned(), "42".to_owned())]),
        collapse: Some("spring.sale".to_owned()),
        priority: PushPriority::High,
        ttl: Duration::from_mins(90),
        ..push()
    };
    let outcome = send(&*channel(), message_of(1, &local(service.port), rich)).await;
    let accepted = Outcome::Accepted {
        provider_ref: "https://push.example.net/m/1".to_owned(),
    };
    assert_eq!(outcome.unwrap(), accepted);
    let seen = service.seen();
    let [request] = &seen[..] else {
        panic!("{seen:?}")
    };
    assert_eq!(request.line, "POST /push/abc");
    for (name, expected) in [
        ("host", format!("127.0.0.1:{}", service.port)),
        ("content-encoding", "aes128gcm".to_owned()),
        ("content-type", "application/octet-stream".to_owned()),
        ("content-length", request.body.len().to_string()),
        ("ttl", "5400".to_owned()),
        ("urgency", "high".to_owned()),
    ] {
        assert_eq!(request.header(name), expected, "{name}");
    }
    assert_eq!(request.header("topic").len(), 32);
    assert!(!request.header("topic").contains("spring"));
    let authorization = request.header("authorization");
    assert!(authorization.starts_with("vapid t="), "{authorization}");
    assert!(authorization.ends_with(&format!(",k={}", key().public_key())));
    let body = String::from_utf8_lossy(&request.body);
    assert!(
        !body.contains("spring") && !body.contains("cart"),
        "it is encrypted"
    );
}

#[tokio::test]
async fn without_a_name_that_replaces_there_is_no_topic_and_ttl_is_always_there() {
    let service = service(vec![]).await;
    let now_or_never = Push {
        ttl: Duration::ZERO,
        priority: PushPriority::Low,
        ..push()
    };
    let to = local(service.port);
    send(&*channel(), message_of(1, &to, now_or_never))
        .await
        .unwrap();
    let request = service.seen().remove(0);
    assert_eq!(request.header("ttl"), "0");
    assert_eq!(request.header("urgency"), "low");
    assert_eq!(request.header("topic"), "");
}

#[tokio::test]
async fn a_lane_keeps_a_connection_to_each_service() {
    let (one, two) = (service(vec![]).await, service(vec![]).await);
    let channel = channel();
    let mut lane = channel.open();
    for n in 0..6 {
        let port = if n % 2 == 0 { one.port } else { two.port };
        let prepared = channel.prepare(message(n, &local(port))).unwrap();
        lane.ready(&prepared).await.unwrap();
        let outcome = lane.deliver(&prepared).await;
        assert_eq!(outcome.as_str(), "accepted", "{n}: {outcome:?}");
    }
    assert_eq!((one.seen().len(), two.seen().len()), (3, 3));
    assert_eq!((one.connections(), two.connections()), (1, 1));
}

#[tokio::test]
async fn a_connection_that_the_service_closed_is_noticed_before_the_next_push() {
    let service = service(vec![Act::Leave(201)]).await;
    let channel = channel();
    let mut lane = channel.open();
    for n in 0..2 {
        let prepared = channel.prepare(message(n, &local(service.port))).unwrap();
        lane.ready(&prepared).await.unwrap();
        assert_eq!(lane.deliver(&prepared).await.as_str(), "accepted", "{n}");
    }
    assert_eq!(service.connections(), 2);
}

#[tokio::test]
async fn a_push_that_is_dropped_takes_its_connection_with_it() {
    let service = service(vec![Act::Silence]).await;
    let channel = channel();
    let mut lane = channel.open();
    let prepared = channel.prepare(message(1, &local(service.port))).unwrap();
    lane.ready(&prepared).await.unwrap();
    let dropped = tokio::time::timeout(Duration::from_millis(50), lane.deliver(&prepared)).await;
    assert!(dropped.is_err());
    let prepared = channel.prepare(message(2, &local(service.port))).unwrap();
    lane.ready(&prepared).await.unwrap();
    assert_eq!(lane.deliver(&prepared).await.as_str(), "accepted");
    assert_eq!(service.connections(), 2);
}

#[tokio::test]
async fn one_statement_serves_for_hours_and_a_refused_one_is_made_anew_once() {
    let refused = || Act::status(401, "expired");
    let usual = || Act::status(201, "");
    let script = vec![usual(), usual(), refused(), usual(), refused(), refused()];
    let service = service(script).await;
    let clock = Hand::at(AT);
    let channel = timed(clock.clone());
    let to = local(service.port);
    let mut lane = channel.open();
    let mut outcomes = Vec::new();
    // The last comes within a minute of a new statement: another would not help.
    for (n, pause) in [(1, 0), (2, HOUR), (3, 2 * MINUTE), (4, 2 * MINUTE), (5, 0)] {
        clock.turn(pause);
        let prepared = channel.prepare(message(n, &to)).unwrap();
        lane.ready(&prepared).await.unwrap();
        outcomes.push(lane.deliver(&prepared).await.as_str());
    }
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
    let seen = service.seen();
    let tokens: Vec<&str> = seen.iter().map(|one| one.header("authorization")).collect();
    assert_eq!(tokens.len(), 7);
    assert_eq!(tokens[0], tokens[2]);
    assert_ne!(tokens[2], tokens[3]);
    assert_eq!(tokens[3], tokens[4]);
    assert_ne!(tokens[4], tokens[5]);
    assert_eq!(tokens[5], tokens[6]);
}

#[tokio::test]
async fn a_pause_that_is_asked_for_is_kept() {
    let busy = |code| Act::with(code, &[("retry-after", "120")], "");
    let service = service(vec![busy(429), busy(503)]).await;
    for n in 0..2 {
        let outcome = send(&*channel(), message(n, &local(service.port)))
            .await
            .unwrap();
        let Outcome::NotAccepted { retry_after, .. } = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(retry_after, Duration::from_mins(2));
    }
}

#[tokio::test]
async fn a_connection_that_stood_idle_is_not_trusted() {
    let service = service(vec![]).await;
    let mut config = config();
    config.patience.idle = Duration::ZERO;
    let dialler = Dialler::new(AllowList::loopback());
    let channel = WebPushChannel::new(config, &dialler, Hand::at(AT)).unwrap();
    let mut lane = channel.open();
    for n in 0..3 {
        let prepared = channel.prepare(message(n, &local(service.port))).unwrap();
        lane.ready(&prepared).await.unwrap();
        assert_eq!(lane.deliver(&prepared).await.as_str(), "accepted");
    }
    assert_eq!(service.connections(), 3);
}
