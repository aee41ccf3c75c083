//! Faults of a mail server at every point of a conversation, and what the lane makes of them.

use channel_core::dial::{AllowList, Dialler};
use channel_core::{Channel, Outcome, ReasonClass, Session, rate::RatePolicy};
use channel_email::{Composer, Credentials, SmtpChannel, SmtpConfig};

use proptest::prelude::*;

use crate::{
    server::{Act, At, Options, Server},
    support::{channel, local_config, message_to, message_with, send},
};
use ReasonClass::{Busy, Connection, Policy, Timeout, TooBig, UnknownRecipient};

async fn outcome_of(at: At, act: Act, features: &[&'static str]) -> (Outcome, Server) {
    let options = Options {
        features: features.to_vec(),
        ..Options::default()
    };
    let server = Server::start(options, &[(at, act)]).await;
    let channel = channel(local_config(server.port));
    (
        send(&*channel, message_to(1, "hanako@example.jp")).await,
        server,
    )
}

const FAULTS: &[(At, Act, &str, ReasonClass)] = &[
    (
        At::Mail,
        Act::Reply("421 4.3.2 closing"),
        "not_accepted",
        Busy,
    ),
    (
        At::Mail,
        Act::Reply("451 4.3.0 later"),
        "not_accepted",
        Busy,
    ),
    (
        At::Mail,
        Act::Reply("550 5.1.1 sender unknown"),
        "dropped",
        Policy,
    ),
    (At::Mail, Act::HangUp, "not_accepted", Connection),
    (
        At::Rcpt,
        Act::Reply("421 4.7.0 too many"),
        "not_accepted",
        ReasonClass::RateLimited,
    ),
    (
        At::Rcpt,
        Act::Reply("550 5.1.1 nobody"),
        "suppress",
        UnknownRecipient,
    ),
    (At::Rcpt, Act::Reply("550 5.7.1 blocked"), "dropped", Policy),
    (At::Rcpt, Act::HangUp, "not_accepted", Connection),
    (At::Data, Act::Reply("452 4.3.1 full"), "not_accepted", Busy),
    (At::Data, Act::Reply("554 5.7.1 no"), "dropped", Policy),
    (At::Data, Act::HangUp, "not_accepted", Connection),
    (
        At::Dot,
        Act::Reply("421 4.3.2 closing"),
        "not_accepted",
        Busy,
    ),
    (At::Dot, Act::Reply("451 4.3.0 later"), "not_accepted", Busy),
    (At::Dot, Act::Reply("552 5.3.4 big"), "dropped", TooBig),
    (
        At::Dot,
        Act::Reply("550 5.1.1 nobody"),
        "suppress",
        UnknownRecipient,
    ),
    (At::Dot, Act::HangUp, "unknown", Connection),
    (At::Dot, Act::Silence, "unknown", Timeout),
];

#[tokio::test]
async fn a_fault_at_any_point_is_classified_alike_with_and_without_pipelining() {
    for features in [&[][..], &["PIPELINING"]] {
        for &(at, act, expected, class) in FAULTS {
            let (outcome, server) = outcome_of(at, act, features).await;
            let found = (outcome.as_str(), outcome.reason().unwrap().class);
            assert_eq!(found, (expected, class), "{at:?} {act:?} {features:?}");
            assert!(server.mails().await.is_empty());
        }
    }
}

#[tokio::test]
async fn a_big_message_that_the_server_never_read_to_its_end_is_not_in_doubt() {
    // Larger than the buffers between the two, so that the end cannot have left the machine.
    let server = Server::start(Options::default(), &[(At::Body, Act::HangUp)]).await;
    let channel = channel(local_config(server.port));
    let message = message_with(|email| email.html = "<p>x</p>\n".repeat(800_000));
    let outcome = send(&*channel, message).await;
    assert_eq!(outcome.as_str(), "not_accepted", "{outcome:?}");
}

#[tokio::test]
async fn a_refused_recipient_never_leads_to_an_empty_message() {
    // A server that refuses the recipient and asks for the message all the same.
    let options = Options {
        features: vec!["PIPELINING"],
        ..Options::default()
    };
    let server = Server::start(options, &[(At::Rcpt, Act::Reply("550 5.1.1 nobody"))]).await;
    let channel = channel(local_config(server.port));
    let mut session = channel.open();
    let prepared = channel.prepare(message_to(1, "nobody@example.jp")).unwrap();
    session.ready(&prepared).await.unwrap();
    assert_eq!(session.deliver(&prepared).await.as_str(), "suppress");
    deliver(&*channel, &mut *session, 2, "hanako@example.jp").await;
    let mails = server.mails().await;
    let [mail] = mails.as_slice() else {
        panic!("one mail, not {}", mails.len())
    };
    assert_eq!(mail.connection, 1, "a new conversation");
    assert!(mail.recipient.contains("hanako"));
}

#[tokio::test]
async fn a_lane_keeps_its_connection_and_renews_it_when_it_has_carried_enough() {
    let options = Options {
        features: vec!["PIPELINING"],
        ..Options::default()
    };
    let server = Server::start(options, &[]).await;
    let config = SmtpConfig {
        max_per_connection: 3,
        ..local_config(server.port)
    };
    let channel = channel(config);
    let mut session = channel.open();
    for n in 0..7 {
        let prepared = channel.prepare(message_to(n, "hanako@example.jp")).unwrap();
        session.ready(&prepared).await.unwrap();
        assert!(matches!(
            session.deliver(&prepared).await,
            Outcome::Accepted { .. }
        ));
    }
    session.close().await;
    let connections: Vec<usize> = server
        .mails()
        .await
        .iter()
        .map(|mail| mail.connection)
        .collect();
    assert_eq!(connections, [0, 0, 0, 1, 1, 1, 2]);
}

#[tokio::test]
async fn docomo_gets_at_most_a_hundred_recipients_a_session() {
    let options = Options {
        features: vec!["PIPELINING"],
        ..Options::default()
    };
    let server = Server::start(options, &[]).await;
    let channel = channel(local_config(server.port));
    let mut session = channel.open();
    for n in 0..202 {
        let address = if n % 2 == 0 {
            "a..b@docomo.ne.jp"
        } else {
            "c@example.jp"
        };
        deliver(&*channel, &mut *session, n, address).await;
    }
    assert_eq!(server.connections(), 2);
    let second = server
        .mails()
        .await
        .into_iter()
        .filter(|mail| mail.connection == 1)
        .count();
    assert_eq!(
        second, 2,
        "the hundred-and-first docomo recipient opened a second session"
    );
}

async fn deliver(channel: &dyn Channel, session: &mut dyn Session, n: i64, address: &str) {
    let prepared = channel.prepare(message_to(n, address)).unwrap();
    session.ready(&prepared).await.unwrap();
    assert!(matches!(
        session.deliver(&prepared).await,
        Outcome::Accepted { .. }
    ));
}

#[tokio::test]
async fn the_wire_carries_the_quoted_address_and_dots_arrive_as_they_were() {
    let server = Server::start(Options::default(), &[]).await;
    let channel = channel(local_config(server.port));
    let body = ".\r\n..\r\n.hidden\r\nend.\r\n.";
    let message = message_with(|email| {
        email.html.clear();
        body.clone_into(&mut email.text);
    });
    let message = channel_core::Message {
        recipient: channel_core::Recipient::new("taro.@docomo.ne.jp"),
        ..message
    };
    let prepared = channel.prepare(message.clone()).unwrap();
    assert!(matches!(
        send(&*channel, message).await,
        Outcome::Accepted { .. }
    ));
    let mails = server.mails().await;
    assert_eq!(mails[0].recipient, "RCPT TO:<\"taro.\"@docomo.ne.jp>");
    assert_eq!(
        mails[0].sender,
        "MAIL FROM:<b+0123456789abcdef@bounce.shop.example.jp>"
    );
    assert_eq!(mails[0].data, prepared.payload, "byte for byte");
}

#[tokio::test]
async fn log_in_works_and_a_wrong_password_burns_no_message() {
    let options = Options {
        features: vec!["AUTH PLAIN LOGIN"],
        ..Options::default()
    };
    let server = Server::start(options, &[]).await;
    for (password, expected) in [("secret", "accepted"), ("wrong", "not_accepted")] {
        let credentials = Credentials {
            user: "user".to_owned(),
            password: password.to_owned(),
        };
        let config = SmtpConfig {
            credentials: Some(credentials),
            ..local_config(server.port)
        };
        let outcome = send(&*channel(config), message_to(1, "hanako@example.jp")).await;
        assert_eq!(outcome.as_str(), expected, "{outcome:?}");
        if let Some(reason) = outcome.reason() {
            assert_eq!(reason.class, ReasonClass::Authentication);
        }
    }
}

#[tokio::test]
async fn a_server_on_a_private_address_is_not_dialled() {
    let server = Server::start(Options::default(), &[]).await;
    let dialler = Dialler::new(AllowList::default());
    let config = local_config(server.port);
    let channel =
        SmtpChannel::new(config, Composer::default(), dialler, RatePolicy::default()).unwrap();
    let outcome = send(&channel, message_to(1, "hanako@example.jp")).await;
    assert_eq!(outcome.as_str(), "not_accepted");
    assert!(
        outcome.reason().unwrap().detail.contains("not allowed"),
        "{outcome:?}"
    );
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_dropped_delivery_leaves_no_half_used_connection() {
    let server = Server::start(Options::default(), &[(At::Dot, Act::Silence)]).await;
    let channel = channel(local_config(server.port));
    let mut session = channel.open();
    let prepared = channel.prepare(message_to(1, "hanako@example.jp")).unwrap();
    session.ready(&prepared).await.unwrap();
    let cancelled = tokio::time::timeout(
        std::time::Duration::from_millis(100),
        session.deliver(&prepared),
    );
    assert!(cancelled.await.is_err());
    deliver(&*channel, &mut *session, 2, "hanako@example.jp").await;
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn pipelining_is_used_only_where_announced() {
    for (features, expected) in [(vec!["PIPELINING"], 2), (vec![], 0)] {
        let options = Options {
            features,
            ..Options::default()
        };
        let server = Server::start(options, &[]).await;
        let channel = channel(local_config(server.port));
        let outcome = send(&*channel, message_to(1, "hanako@example.jp")).await;
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
        let commands = server.commands().await;
        let together = commands
            .iter()
            .filter(|line| line.ends_with("[and more]"))
            .count();
        assert_eq!(
            together, expected,
            "MAIL and RCPT came with what follows: {commands:?}"
        );
    }
}

#[tokio::test]
async fn a_refused_transaction_is_cleared_before_the_next_on_the_same_connection() {
    let script = [(At::Rcpt, Act::Reply("550 5.1.1 nobody"))];
    let server = Server::start(Options::default(), &script).await;
    let channel = channel(local_config(server.port));
    let mut session = channel.open();
    let prepared = channel.prepare(message_to(1, "nobody@example.jp")).unwrap();
    session.ready(&prepared).await.unwrap();
    assert_eq!(session.deliver(&prepared).await.as_str(), "suppress");
    deliver(&*channel, &mut *session, 2, "hanako@example.jp").await;
    let commands = server.commands().await;
    let place = |verb: &str| {
        commands
            .iter()
            .position(|line| line.starts_with(verb))
            .unwrap()
    };
    let second = commands
        .iter()
        .rposition(|line| line.starts_with("MAIL"))
        .unwrap();
    assert!(
        place("RCPT") < place("RSET") && place("RSET") < second,
        "{commands:?}"
    );
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_connection_that_died_in_its_sleep_is_replaced_before_the_hand_over() {
    let options = Options {
        hangs_up_on: "NOOP",
        ..Options::default()
    };
    let server = Server::start(options, &[]).await;
    let mut config = local_config(server.port);
    config.timeouts.idle = std::time::Duration::ZERO;
    let channel = channel(config);
    let mut session = channel.open();
    deliver(&*channel, &mut *session, 1, "hanako@example.jp").await;
    deliver(&*channel, &mut *session, 2, "hanako@example.jp").await;
    let connections: Vec<usize> = server
        .mails()
        .await
        .iter()
        .map(|mail| mail.connection)
        .collect();
    assert_eq!(connections, [0, 1]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_lines_of_dots_arrive_as_they_were(lines in proptest::collection::vec("\\.{0,3}[a ]{0,2}\\.{0,2}", 1..9)) {
        let body = format!("x\r\n{}", lines.join("\r\n"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = Server::start(Options::default(), &[]).await;
            let channel = channel(local_config(server.port));
            let message = message_with(|email| {
                email.html.clear();
                email.text = body;
            });
            let prepared = channel.prepare(message.clone()).unwrap();
            let outcome = send(&*channel, message).await;
            assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
            assert_eq!(server.mails().await[0].data, prepared.payload);
        });
    }
}
