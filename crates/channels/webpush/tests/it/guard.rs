//! Endpoints that must never reach the machine itself or a private network. What a dialler refuses in seventy
//! spellings is its own tests' business; here they come as the endpoints of subscriptions.

use std::{io, net::IpAddr, sync::Arc};

use async_trait::async_trait;
use channel_core::{
    Channel, ReasonClass,
    conformance::provider::{Act, Protocol, Provider},
    dial::{AllowList, Dialler, Resolve},
};
use channel_webpush::WebPushChannel;

use crate::support::{AT, Hand, channel, config, local, message, send, service, subscription};

const INNER: &[&str] = &[
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "2130706433",
    "0",
    "127.0.0.1%00",
    "127%2e0%2e0%2e1",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "localhost",
    "LOCALHOST.",
    "loc\u{ad}alhost",
    "push.example.net",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1%25lo]",
    "user@127.0.0.1",
    "example.jp#@127.0.0.1",
    "example.jp\\\\@127.0.0.1",
    "/127.0.0.1",
    "169.254.169.254",
    "10.0.0.1",
    "192.168.0.1",
    "100.64.0.1",
];

/// Answers loopback to every name, as a hostile name server would.
struct Hostile;

#[async_trait]
impl Resolve for Hostile {
    async fn resolve(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(vec![IpAddr::from([127, 0, 0, 1])])
    }
}

#[tokio::test]
async fn no_endpoint_reaches_the_canary() {
    let canary = service(vec![]).await;
    let dialler = Dialler::with_resolver(AllowList::default(), Arc::new(Hostile));
    let channel = WebPushChannel::new(config(), &dialler, Hand::at(AT)).unwrap();
    let mut n_dialled = 0;
    for scheme in ["http://", "https://", "HTTP://", "http:", "http:/"] {
        for inner in INNER {
            let to = subscription(&format!("{scheme}{inner}:{}/p", canary.port));
            if channel.validate(&message(1, &to)).is_err() {
                continue;
            }
            n_dialled += 1;
            let not_ready = send(&channel, message(1, &to)).await.unwrap_err();
            let class = not_ready.reason.class;
            assert!(
                matches!(class, ReasonClass::Policy | ReasonClass::InvalidAddress),
                "{to}: {class:?}"
            );
        }
    }
    assert!(n_dialled > 10, "some are good until they are looked up");
    assert_eq!(canary.connections(), 0, "the canary was reached");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = service(vec![]).await;
    for code in [301, 302, 303, 307, 308] {
        let location = format!("http://127.0.0.1:{}/", elsewhere.port);
        let act = Act::with(code, &[("location", &location)], "");
        let service = service(vec![act]).await;
        let outcome = send(&*channel(), message(1, &local(service.port))).await;
        assert_eq!(outcome.unwrap().as_str(), "dropped", "{code}");
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn endless_and_foreign_answers_end() {
    let long = "x".repeat(200_000);
    for (act, expected) in [
        (Act::status(201, &long), "accepted"),
        (Act::status(410, &long), "suppress"),
        (
            Act::with(201, &[("location", &"y".repeat(60_000))], ""),
            "accepted",
        ),
    ] {
        let service = service(vec![act]).await;
        let outcome = send(&*channel(), message(1, &local(service.port)))
            .await
            .unwrap();
        assert_eq!(outcome.as_str(), expected);
        assert!(format!("{outcome:?}").len() < 1_000);
    }
    // It answers in another language: what came of the push is unknown.
    let two = Provider::start(Protocol::Two, vec![], Act::status(201, ""))
        .await
        .unwrap();
    let outcome = send(&*channel(), message(1, &local(two.port))).await;
    assert_eq!(outcome.unwrap().as_str(), "unknown");
}
