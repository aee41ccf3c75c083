//! Spellings of addresses that must never be reached, and names that change their answer.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpListener;

use super::*;

/// Spellings that lead to the machine or a private network, or are no host at all. The system's
/// resolver would take many of them.
const REFUSED: &[&str] = &[
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "127.00.0.1",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "0X7F000001",
    "2130706433",
    "017700000001",
    "0",
    "0.0.0.0",
    "0x0",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "１２７．０．０．１",
    "127.0.0.1:80",
    "user@127.0.0.1",
    "127.0.0.1/",
    "http://127.0.0.1",
    "[127.0.0.1]",
    "::1",
    "[::1]",
    "0:0:0:0:0:0:0:1",
    "[::]",
    "::ffff:127.0.0.1",
    "[::ffff:7f00:1]",
    "::127.0.0.1",
    "[::ffff:8.8.8.8]",
    "fe80::1",
    "[fe80::1%25eth0]",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "3fff::1",
    "100::1",
    "5f00::1",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "100.64.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "8.8.8",
    "08.8.8.8",
    "8.8.8.8.8",
    "256.1.1.1",
    "",
    " ",
    ".",
    "a..b",
    "-a.example",
    "ex ample.com",
    "localhost#.example.com",
    "example.com\\@127.0.0.1",
    "1.2.3.0x10",
];

const PUBLIC: &[&str] = &[
    "8.8.8.8",
    "8.8.8.8.",
    "[2606:4700:4700::1111]",
    "2a00:1450:4001::1",
    "172.15.0.1",
    "172.32.0.1",
    "100.63.0.1",
    "100.128.0.1",
    "192.0.1.1",
    "198.17.1.1",
    "198.20.0.1",
    "223.255.255.255",
    "1.1.1.1",
];

/// Answers one list after another, and counts how often it was asked.
struct Scripted {
    answers: Vec<Vec<&'static str>>,
    asked: AtomicUsize,
}

impl Scripted {
    fn new(answers: Vec<Vec<&'static str>>) -> Arc<Self> {
        Arc::new(Self {
            answers,
            asked: AtomicUsize::new(0),
        })
    }
}

#[async_trait]
impl Resolve for Scripted {
    async fn resolve(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        let index = self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers.get(index).ok_or(io::ErrorKind::NotFound)?;
        Ok(answer.iter().map(|text| text.parse().unwrap()).collect())
    }
}

#[tokio::test]
async fn no_spelling_of_an_inner_address_gets_through() {
    let canary = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = canary.local_addr().unwrap().port();
    // The resolver answers loopback to everything, as a C library does for `127.1` and `0x7f.1`.
    let resolver = Scripted::new(vec![vec!["127.0.0.1"]; REFUSED.len()]);
    let dialler = Dialler::with_resolver(AllowList::default(), resolver);
    for host in REFUSED {
        let result = dialler.connect(host, port).await;
        assert!(
            matches!(result, Err(DialError::BadHost | DialError::NotAllowed)),
            "{host:?} gave {result:?}"
        );
    }
    let reached = tokio::time::timeout(Duration::ZERO, canary.accept()).await;
    assert!(reached.is_err(), "the canary was reached");
}

#[tokio::test]
async fn public_addresses_pass() {
    let dialler = Dialler::with_resolver(AllowList::default(), Scripted::new(vec![]));
    for host in PUBLIC {
        assert_eq!(dialler.resolve(host).await.unwrap().len(), 1, "{host}");
    }
}

#[tokio::test]
async fn names_that_lead_inside_are_refused() {
    for answer in [
        vec!["127.0.0.1"],
        vec!["10.0.0.5", "::1"],
        vec!["::ffff:10.0.0.1"],
        vec![],
    ] {
        let resolver = Scripted::new(vec![answer]);
        let dialler = Dialler::with_resolver(AllowList::default(), resolver);
        assert!(matches!(
            dialler.resolve("localhost").await,
            Err(DialError::NotAllowed)
        ));
    }
}

#[tokio::test]
async fn a_rebinding_name_is_asked_once_and_its_inner_answers_are_left_out() {
    let resolver = Scripted::new(vec![vec!["8.8.8.8", "127.0.0.1"], vec!["127.0.0.1"]]);
    let dialler = Dialler::with_resolver(AllowList::default(), Arc::clone(&resolver) as _);
    let addresses = dialler.resolve("rebind.example").await.unwrap();
    assert_eq!(addresses, vec![IpAddr::from([8, 8, 8, 8])]);
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_operator_may_allow_a_network_or_a_name() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let by_network = Dialler::new(AllowList::parse(["127.0.0.0/8"]).unwrap());
    let stream = by_network.connect("127.0.0.1", port).await.unwrap();
    assert!(stream.nodelay().unwrap());
    let by_name = AllowList::parse(["mail.internal"]).unwrap();
    let resolver = Scripted::new(vec![vec!["127.0.0.1"]; 2]);
    let by_name = Dialler::with_resolver(by_name, resolver);
    assert!(by_name.connect("Mail.Internal.", port).await.is_ok());
    assert!(matches!(
        by_name.connect("other.internal", port).await,
        Err(DialError::NotAllowed)
    ));
}

#[test]
fn the_allow_list_reads_networks_and_refuses_the_rest() {
    let list = AllowList::parse(["10.1.0.0/16", "fd00::/8", "192.168.7.7"]).unwrap();
    assert!(list.has_address("10.1.255.1".parse().unwrap()));
    assert!(!list.has_address("10.2.0.1".parse().unwrap()));
    assert!(list.has_address("fdab::1".parse().unwrap()));
    assert!(list.has_address("192.168.7.7".parse().unwrap()));
    assert!(!list.has_address("192.168.7.8".parse().unwrap()));
    assert!(
        AllowList::parse(["0.0.0.0/0"])
            .unwrap()
            .has_address("10.9.9.9".parse().unwrap())
    );
    for bad in ["10.0.0.0/33", "10.0.0/8", "", "a b", "::/129", "127.1"] {
        assert!(AllowList::parse([bad]).is_err(), "{bad:?}");
    }
}
