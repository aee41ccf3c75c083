//! URLs that must never reach the machine itself or a private network. Hosts alone, in seventy spellings, are the
//! business of the dialler's own tests; here they come dressed as URLs, and a name changes its answer.

use std::{
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use channel_core::{
    ReasonClass,
    dial::{AllowList, Dialler, Resolve},
};

use crate::{
    receiver::Receiver,
    support::{message, send, through},
};

/// What stands between scheme and port; each leads to this machine in the eyes of some reader of URLs.
const INNER: &[&str] = &[
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "0X7F000001",
    "2130706433",
    "017700000001",
    "0",
    "0.0.0.0",
    "127.0.0.1%00",
    "127.0.0.1%2e",
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "%6c%6f%63%61%6c%68%6f%73%74",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "127．0．0．1",
    "127｡0｡0｡1",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "loc\u{ad}alhost",
    "localtest.me",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1%25lo]",
    "[::1%251]",
    "user@127.0.0.1",
    "example.jp@127.0.0.1",
    "example.jp:80@127.0.0.1",
    "example.jp#@127.0.0.1",
    "example.jp\\@127.0.0.1",
    "127.0.0.1\\@example.jp",
    "127.0.0.1\t",
    "\t127.0.0.1",
    "/127.0.0.1",
    "169.254.169.254",
    "[fd00:ec2::254]",
    "10.0.0.1",
    "192.168.0.1",
    "172.16.0.1",
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
async fn no_url_reaches_the_canary() {
    let canary = Receiver::start(vec![]).await;
    let channel = through(Dialler::with_resolver(
        AllowList::default(),
        Arc::new(Hostile),
    ));
    let mut n_refused = 0;
    for scheme in [
        "http://",
        "https://",
        "HTTP://",
        "http:",
        "http:/",
        "http:\\\\",
    ] {
        for inner in INNER {
            let url = format!("{scheme}{inner}:{}/", canary.port);
            let message = message(1, &url);
            if channel.validate(&message).is_err() {
                n_refused += 1;
                continue;
            }
            let not_ready = send(&*channel, message).await.unwrap_err();
            let class = not_ready.reason.class;
            assert!(
                matches!(class, ReasonClass::Policy | ReasonClass::InvalidAddress),
                "{url:?}: {class:?}"
            );
        }
    }
    assert!(
        n_refused > INNER.len(),
        "many are refused unread: {n_refused}"
    );
    assert_eq!(canary.connections(), 0, "the canary was reached");
}

/// Answers one address after another.
struct Rebinding {
    answers: Vec<[u8; 4]>,
    asked: AtomicUsize,
}

#[async_trait]
impl Resolve for Rebinding {
    async fn resolve(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        let place = self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers.get(place).ok_or(io::ErrorKind::NotFound)?;
        Ok(vec![IpAddr::from(*answer)])
    }
}

#[tokio::test]
async fn a_rebinding_name_is_asked_once_a_notice_and_checked_each_time() {
    // 127.0.0.2 plays the public address: it alone is allowed.
    let canary = Receiver::start(vec![]).await;
    let public = Receiver::listen(&format!("127.0.0.2:{}", canary.port), vec![], None).await;
    let resolver = Arc::new(Rebinding {
        answers: vec![
            [127, 0, 0, 2],
            [127, 0, 0, 1],
            [127, 0, 0, 2],
            [127, 0, 0, 1],
        ],
        asked: AtomicUsize::new(0),
    });
    let allow = AllowList::parse(["127.0.0.2"]).unwrap();
    let channel = through(Dialler::with_resolver(allow, Arc::clone(&resolver) as _));
    let url = format!("http://rebind.example:{}/", canary.port);
    for n in 1..=4 {
        let sent = send(&*channel, message(n, &url)).await;
        if n % 2 == 1 {
            assert!(sent.is_ok(), "{n}: {sent:?}");
        } else {
            assert_eq!(sent.unwrap_err().reason.class, ReasonClass::Policy, "{n}");
        }
    }
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 4);
    assert_eq!(public.taken().await, ["whm_1", "whm_3"]);
    assert_eq!(
        public.requests().await[0].header("host"),
        format!("rebind.example:{}", canary.port)
    );
    assert_eq!(canary.connections(), 0, "the canary was reached");
}
