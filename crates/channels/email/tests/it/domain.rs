//! A sender as receivers see it, against a real DNS server and a real handshake.

use std::{future::ready, path::Path};

use channel_core::dial::{AllowList, Dialler};
use channel_email::{
    ProbedTls, SmtpConfig, TlsMode,
    domain::{Check, Dns, DnsError, Question, SigningKey, examine},
    probe_tls,
    provider_events::Provider,
};

use crate::{
    names::Names,
    server::{Options, Server},
    support::{local_config, python},
    tls::acceptor,
};

type Zone = Vec<(&'static str, &'static str, &'static str)>;

const KEY: &str = "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA";

/// A zone in which everything is in order.
fn good() -> Zone {
    vec![
        ("shop.jp", "MX", "10 mx.shop.jp."),
        ("mx.shop.jp", "A", "8.8.8.8"),
        ("mx.shop.jp", "AAAA", "2400::1"),
        ("8.8.8.8.in-addr.arpa", "PTR", "mx.shop.jp."),
        (
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.4.2.ip6.arpa",
            "PTR",
            "mx.shop.jp.",
        ),
        ("bounce.shop.jp", "MX", "10 e.shop.jp."),
        ("e.shop.jp", "A", "9.9.9.9"),
        ("bounce.shop.jp", "TXT", "\"v=spf1 ip4:8.8.8.0/24 -all\""),
        ("bounce.shop.jp", "TXT", "\"something else\""),
        (
            "s1._domainkey.shop.jp",
            "TXT",
            "\"v=DKIM1; k=rsa; \" \"p=MIIBIjANBgkqhkiG9w0BAQEF\" \"AAOCAQ8AMIIBCgKCAQEA\"",
        ),
        ("_dmarc.shop.jp", "TXT", "\"v=DMARC1; p=reject\""),
    ]
}

fn question() -> Question {
    Question {
        from_domain: "Shop.jp".to_owned(),
        return_domain: Some("bounce.shop.jp".to_owned()),
        key: Some(SigningKey {
            domain: "shop.jp".to_owned(),
            selector: "s1".to_owned(),
            record: KEY.to_owned(),
        }),
        second_key: None,
        provider: None,
        host: "mx.shop.jp".to_owned(),
        tls: TlsMode::Required,
        base_url: "https://e.shop.jp".to_owned(),
    }
}

fn serve(zone: &Zone) -> (Names, Dns) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/names.py");
    let names = Names::serve(python(), Path::new(script), zone);
    let dns = Dns::new(Some(names.at)).unwrap();
    (names, dns)
}

async fn examined(zone: &Zone, question: &Question) -> Vec<Check> {
    let (_names, dns) = serve(zone);
    examine(question, &dns, ready(ProbedTls::Protected)).await
}

/// Replaces the records of a name and type.
fn with(name: &'static str, kind: &'static str, texts: &[&'static str]) -> Zone {
    let mut zone = good();
    zone.retain(|(at, of, _)| (*at, *of) != (name, kind));
    zone.extend(texts.iter().map(|&text| (name, kind, text)));
    zone
}

/// Returns a check in short: standing, reason, and what to publish.
fn short(checks: &[Check], subject: &str) -> String {
    let check = checks
        .iter()
        .find(|check| check.subject.as_str() == subject)
        .unwrap();
    let publish = check
        .publish
        .iter()
        .map(|record| format!(" | {} {} {}", record.name, record.kind, record.value));
    let publish: String = publish.collect();
    format!("{} {}{publish}", check.standing.as_str(), check.why)
}

#[tokio::test]
async fn a_sender_in_order_is_found_in_order() {
    let checks = examined(&good(), &question()).await;
    let all: Vec<(&str, &str)> = checks
        .iter()
        .map(|check| (check.subject.as_str(), check.why))
        .collect();
    assert_eq!(
        all,
        [
            ("spf", "spf_ok"),
            ("dkim", "dkim_ok"),
            ("dmarc", "dmarc_ok"),
            ("ptr", "ptr_ok"),
            ("return_path", "mx_ok"),
            ("tls", "tls_ok"),
            ("one_click", "one_click_ok"),
        ],
        "{checks:#?}"
    );
    for check in &checks {
        assert_eq!(check.standing.as_str(), "ok");
        assert!(check.publish.is_empty(), "{check:?}");
    }
    assert_eq!(checks[0].found, ["v=spf1 ip4:8.8.8.0/24 -all"]);
    assert_eq!(checks[1].found, [KEY], "its strings are one text");
}

#[tokio::test]
async fn spf_is_walked_as_receivers_walk_it() {
    const AT: &str = "bounce.shop.jp";
    let own = "fail spf_missing | bounce.shop.jp TXT v=spf1 ip4:8.8.8.8 ip6:2400::1 ~all";
    let unlisted =
        "warn spf_unlisted | bounce.shop.jp TXT v=spf1 ip4:9.9.9.9 ip4:8.8.8.8 ip6:2400::1 -all";
    let several = "fail spf_several | bounce.shop.jp TXT v=spf1 ip4:8.8.8.8 ip6:2400::1 ~all";
    for (texts, expected) in [
        (&[][..], own),
        (&["\"v=spf10 -all\"", "\"縁 😀\""], own),
        (&["\"v=spf1 ip4:9.9.9.9 -all\""], unlisted),
        (&["\"v=spf1 -all\"", "\"V=SPF1 ~all\""], several),
        (&["\"v=spf1 a:mx.shop.jp ?all\""], "warn spf_neutral"),
        (&["\"v=spf1 ip4:8.8.8.8\""], "warn spf_neutral"),
        (&["\"v=spf1 ip4:8.8.8.8 +all\""], "fail spf_open"),
        (&["\"v=spf1 ip4:8.8.8 -all\""], "fail spf_broken"),
        (&["\"v=spf1 include:nowhere.jp -all\""], "fail spf_broken"),
        (
            &["\"v=spf1 include:bounce.shop.jp -all\""],
            "fail spf_too_many",
        ),
        (&["\"v=spf1 redirect=bounce.shop.jp\""], "fail spf_too_many"),
        (&["\"v=spf1 include:in.jp -all\""], "ok spf_ok"),
        (&["\"v=spf1 redirect=in.jp\""], "ok spf_ok"),
        (
            &["\"v=spf1 ?include:in.jp ip6:2400::/16 -all\""],
            "ok spf_ok",
        ),
        (&["\"v=spf1 mx:shop.jp/30 -all\""], "ok spf_ok"),
    ] {
        let mut zone = with(AT, "TXT", texts);
        zone.push(("in.jp", "TXT", "\"v=spf1 a:mx.shop.jp ~all\""));
        let checks = examined(&zone, &question()).await;
        assert_eq!(short(&checks, "spf"), expected, "{texts:?}");
    }
}

#[tokio::test]
async fn keys_and_policies_say_what_to_publish() {
    let dkim = format!("s1._domainkey.shop.jp TXT {KEY}");
    let key = "s1._domainkey.shop.jp";
    let dmarc = "_dmarc.shop.jp TXT v=DMARC1; p=none";
    for (subject, zone, expected) in [
        (
            "dkim",
            with(key, "TXT", &[]),
            format!("fail dkim_unpublished | {dkim}"),
        ),
        (
            "dkim",
            with(key, "TXT", &["\"v=DKIM1; p=QUJD\""]),
            format!("fail dkim_differs | {dkim}"),
        ),
        (
            "dmarc",
            with("_dmarc.shop.jp", "TXT", &[]),
            format!("fail dmarc_missing | {dmarc}"),
        ),
        (
            "dmarc",
            with("_dmarc.shop.jp", "TXT", &["\"v=DMARC1\""]),
            format!("fail dmarc_policy | {dmarc}"),
        ),
        (
            "dmarc",
            with("_dmarc.shop.jp", "TXT", &["\"v=DMARC1; p=none\""]),
            "ok dmarc_watching".to_owned(),
        ),
    ] {
        let checks = examined(&zone, &question()).await;
        assert_eq!(short(&checks, subject), expected);
    }
}

#[tokio::test]
async fn names_and_ways_back_say_what_to_publish() {
    let mx = "bounce.shop.jp MX 10 e.shop.jp.";
    let ptr = "8.8.8.8.in-addr.arpa PTR mx.shop.jp.";
    let six = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.4.2.ip6.arpa";
    for (subject, zone, expected) in [
        (
            "ptr",
            with("8.8.8.8.in-addr.arpa", "PTR", &[]),
            format!("fail ptr_missing | {ptr}"),
        ),
        (
            "ptr",
            with("8.8.8.8.in-addr.arpa", "PTR", &["e.shop.jp."]),
            format!("fail ptr_unconfirmed | {ptr}"),
        ),
        (
            "ptr",
            with(six, "PTR", &[]),
            format!("fail ptr_missing | {six} PTR mx.shop.jp."),
        ),
        (
            "return_path",
            with("bounce.shop.jp", "MX", &[]),
            format!("fail mx_missing | {mx}"),
        ),
        (
            "return_path",
            with("bounce.shop.jp", "MX", &["0 ."]),
            format!("fail mx_none_taken | {mx}"),
        ),
        (
            "return_path",
            with("bounce.shop.jp", "MX", &["10 gone.shop.jp."]),
            format!("fail mx_dead | {mx}"),
        ),
    ] {
        let checks = examined(&zone, &question()).await;
        assert_eq!(short(&checks, subject), expected);
    }
}

#[tokio::test]
async fn a_domain_without_a_mail_server_takes_mail_by_its_address() {
    let mx = "bounce.shop.jp MX 10 e.shop.jp.";
    let mut implied = with("bounce.shop.jp", "MX", &[]);
    implied.push(("bounce.shop.jp", "A", "9.9.9.9"));
    let checks = examined(&implied, &question()).await;
    assert_eq!(
        short(&checks, "return_path"),
        format!("warn mx_implied | {mx}")
    );
}

#[tokio::test]
async fn a_sub_domain_is_under_the_policy_of_its_parent() {
    let mut question = question();
    question.from_domain = "a.b.news.shop.jp".to_owned();
    let checks = examined(&good(), &question).await;
    assert_eq!(short(&checks, "dmarc"), "ok dmarc_ok");
    assert_eq!(checks[2].found, ["_dmarc.shop.jp: v=DMARC1; p=reject"]);
    question.from_domain = "other.jp".to_owned();
    let other = |zone: &mut Zone| zone.push(("_dmarc.other.jp", "TXT", "\"v=DMARC1; p=none\""));
    let mut zone = good();
    other(&mut zone);
    let checks = examined(&zone, &question).await;
    assert_eq!(short(&checks, "dmarc"), "fail dmarc_unaligned");
}

#[tokio::test]
async fn a_second_key_that_is_not_published_weakens_a_good_first_one() {
    let young = "v=DKIM1; k=ed25519; p=QUJD";
    let question = Question {
        second_key: Some(SigningKey {
            domain: "shop.jp".to_owned(),
            selector: "e1".to_owned(),
            record: young.to_owned(),
        }),
        ..question()
    };
    let mut zone = good();
    let checks = examined(&zone, &question).await;
    assert_eq!(
        short(&checks, "dkim"),
        format!("warn dkim_second | e1._domainkey.shop.jp TXT {young}")
    );
    zone.push((
        "e1._domainkey.shop.jp",
        "TXT",
        "\"v=DKIM1; k=ed25519; p=QUJD\"",
    ));
    let checks = examined(&zone, &question).await;
    assert_eq!(short(&checks, "dkim"), "ok dkim_ok");
}

#[tokio::test]
async fn what_a_provider_does_for_a_sender_is_not_guessed() {
    let mut question = Question {
        key: None,
        return_domain: None,
        provider: Some(Provider::Ses),
        ..question()
    };
    let mut zone = good();
    zone.push(("shop.jp", "TXT", "\"v=spf1 ip4:9.9.9.9 ~all\""));
    let checks = examined(&zone, &question).await;
    let all: Vec<String> = ["spf", "dkim", "dmarc", "ptr", "return_path", "one_click"]
        .map(|subject| short(&checks, subject))
        .into();
    assert_eq!(
        all,
        [
            "unknown spf_by_provider | shop.jp TXT v=spf1 ip4:9.9.9.9 include:amazonses.com ~all",
            "unknown dkim_by_provider",
            "unknown dmarc_by_provider",
            "unknown ptr_by_provider",
            "ok return_by_provider",
            "unknown one_click_by_provider",
        ]
    );
    // On one's own it is missing.
    question.provider = None;
    question.base_url = "http://localhost:7400".to_owned();
    let checks = examined(&zone, &question).await;
    assert_eq!(short(&checks, "dkim"), "fail dkim_unsigned");
    assert_eq!(short(&checks, "one_click"), "fail one_click_http");
    assert_eq!(short(&checks, "return_path"), "warn return_unread");
}

#[tokio::test]
async fn a_private_server_and_an_unknown_one_are_told_apart() {
    let mut question = question();
    question.host = "10.1.2.3".to_owned();
    let checks = examined(&good(), &question).await;
    assert_eq!(short(&checks, "ptr"), "unknown ptr_private");
    assert_eq!(short(&checks, "spf"), "warn spf_unlisted");
    question.host = "nowhere.shop.jp".to_owned();
    let checks = examined(&good(), &question).await;
    assert_eq!(short(&checks, "ptr"), "fail host_unknown");
}

#[tokio::test]
async fn answers_too_large_for_a_packet_and_strange_ones_are_read() {
    let long = Box::leak(format!("\"{}\"", "x".repeat(250)).into_boxed_str());
    let many = Box::leak(vec![&*long; 200].join(" ").into_boxed_str());
    let zone = with(
        "bounce.shop.jp",
        "TXT",
        &[
            many,
            "\"\\000\\255\\007\"",
            "\"\"",
            "\"v=spf1 a:mx.shop.jp -all\"",
        ],
    );
    let checks = examined(&zone, &question()).await;
    assert_eq!(short(&checks, "spf"), "ok spf_ok");
}

#[tokio::test]
async fn without_an_answer_nothing_is_claimed() {
    // One name fails: the rest is told all the same.
    let mut zone = good();
    zone.retain(|(name, _, _)| *name != "_dmarc.shop.jp");
    zone.push(("_dmarc.shop.jp", "FAIL", ""));
    let checks = examined(&zone, &question()).await;
    assert_eq!(short(&checks, "dmarc"), "unknown dns_silent");
    assert_eq!(short(&checks, "spf"), "ok spf_ok");
    // Nobody listens.
    let port = {
        let (names, _) = serve(&Vec::new());
        names.at
    };
    let dns = Dns::new(Some(port)).unwrap();
    let checks = examine(&question(), &dns, ready(ProbedTls::Away("x".to_owned()))).await;
    for subject in ["spf", "dkim", "dmarc", "ptr", "return_path"] {
        assert_eq!(short(&checks, subject), "unknown dns_silent");
    }
    assert_eq!(checks[0].found, [DnsError::Silent.to_string()]);
    assert_eq!(short(&checks, "tls"), "unknown host_silent");
    // Domains that are none.
    let (_names, dns) = serve(&good());
    for nonsense in ["", ".", "a..b", "縁 .jp", "-", "x.😀"] {
        let odd = Question {
            from_domain: nonsense.to_owned(),
            return_domain: None,
            host: nonsense.to_owned(),
            ..question()
        };
        let checks = examine(&odd, &dns, ready(ProbedTls::Protected)).await;
        assert_eq!(checks.len(), 7, "{nonsense}");
        assert!(
            checks
                .iter()
                .take(5)
                .any(|check| check.standing.as_str() != "ok")
        );
    }
}

#[tokio::test]
async fn a_servers_tls_is_tried_without_logging_in() {
    let dialler = || Dialler::new(AllowList::parse(["127.0.0.1/32"]).unwrap());
    let config = |port, tls, roots: Option<&str>| SmtpConfig {
        host: "localhost".to_owned(),
        tls,
        extra_roots_pem: roots.map(str::to_owned),
        ..local_config(port)
    };
    let ca = Some(include_str!("fixtures/ca.pem"));
    let offering = || Options {
        features: vec!["STARTTLS", "AUTH PLAIN"],
        starttls: Some(acceptor()),
        ..Options::default()
    };
    for mode in [TlsMode::None, TlsMode::Opportunistic, TlsMode::Required] {
        let server = Server::start(offering(), &[]).await;
        let probed = probe_tls(&config(server.port, mode, ca), dialler()).await;
        assert_eq!(probed, ProbedTls::Protected, "{mode:?}");
        let commands = server.commands().await;
        let is_polite = |line: &String| line.starts_with("EHLO") || line.starts_with("STARTTLS");
        assert!(commands.iter().all(is_polite), "{commands:?}");
    }
    let server = Server::start(offering(), &[]).await;
    let untrusted = probe_tls(&config(server.port, TlsMode::Required, None), dialler()).await;
    assert!(
        matches!(untrusted, ProbedTls::Unprotected(_)),
        "{untrusted:?}"
    );
    let server = Server::start(Options::default(), &[]).await;
    let plain = probe_tls(&config(server.port, TlsMode::None, ca), dialler()).await;
    assert!(matches!(plain, ProbedTls::Unprotected(said) if said.contains("STARTTLS")));
    let implicit = Options {
        implicit: Some(acceptor()),
        ..Options::default()
    };
    let server = Server::start(implicit, &[]).await;
    let probed = probe_tls(&config(server.port, TlsMode::Implicit, ca), dialler()).await;
    assert_eq!(probed, ProbedTls::Protected);
    let guarded = Dialler::new(AllowList::default());
    let refused = probe_tls(&config(server.port, TlsMode::Implicit, ca), guarded).await;
    assert!(matches!(refused, ProbedTls::Away(_)), "{refused:?}");
}
