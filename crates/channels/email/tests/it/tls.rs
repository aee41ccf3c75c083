//! STARTTLS and TLS from the first byte.

use std::sync::Arc;

use channel_core::{Outcome, ReasonClass};
use channel_email::{Credentials, SmtpConfig, TlsMode};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    server::{Options, Server},
    support::{channel, local_config, message_to, send},
};

pub(crate) fn acceptor() -> TlsAcceptor {
    let certificate =
        CertificateDer::from_pem_slice(include_bytes!("fixtures/server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("fixtures/server.key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

fn config(port: u16, tls: TlsMode, is_trusted: &str) -> SmtpConfig {
    let roots = (is_trusted == "trusted").then(|| include_str!("fixtures/ca.pem").to_owned());
    let credentials = Credentials {
        user: "user".to_owned(),
        password: "secret".to_owned(),
    };
    SmtpConfig {
        host: "localhost".to_owned(),
        tls,
        extra_roots_pem: roots,
        credentials: Some(credentials),
        ..local_config(port)
    }
}

fn starttls() -> Options {
    Options {
        features: vec!["PIPELINING", "STARTTLS", "AUTH PLAIN"],
        starttls: Some(acceptor()),
        ..Options::default()
    }
}

async fn outcome(server: &Server, tls: TlsMode, trusted: &str) -> Outcome {
    send(
        &*channel(config(server.port, tls, trusted)),
        message_to(1, "hanako@example.jp"),
    )
    .await
}

#[tokio::test]
async fn starttls_protects_log_in_and_message() {
    for mode in [TlsMode::Required, TlsMode::Opportunistic] {
        let server = Server::start(starttls(), &[]).await;
        let outcome = outcome(&server, mode, "trusted").await;
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
        let commands = server.commands().await;
        let place = |verb: &str| {
            commands
                .iter()
                .position(|line| line.starts_with(verb))
                .unwrap()
        };
        assert!(
            place("STARTTLS") < place("AUTH") && place("AUTH") < place("MAIL"),
            "{commands:?}"
        );
    }
}

#[tokio::test]
async fn tls_from_the_first_byte_works() {
    let options = Options {
        features: vec!["AUTH PLAIN"],
        implicit: Some(acceptor()),
        ..Options::default()
    };
    let server = Server::start(options, &[]).await;
    let outcome = outcome(&server, TlsMode::Implicit, "trusted").await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
}

#[tokio::test]
async fn an_untrusted_certificate_is_refused_before_the_password_is_said() {
    for mode in [TlsMode::Required, TlsMode::Opportunistic] {
        let server = Server::start(starttls(), &[]).await;
        let outcome = outcome(&server, mode, "untrusted").await;
        assert!(outcome.may_send_again(), "{outcome:?}");
        assert_eq!(outcome.reason().unwrap().class, ReasonClass::Authentication);
        assert!(
            !server
                .commands()
                .await
                .iter()
                .any(|line| line.starts_with("AUTH"))
        );
    }
}

#[tokio::test]
async fn a_server_without_starttls_serves_only_those_who_do_not_insist() {
    let plain = || Options {
        features: vec!["AUTH PLAIN"],
        ..Options::default()
    };
    let server = Server::start(plain(), &[]).await;
    let refused = outcome(&server, TlsMode::Required, "trusted").await;
    assert!(
        refused.reason().unwrap().detail.contains("STARTTLS"),
        "{refused:?}"
    );
    assert!(server.mails().await.is_empty());
    let server = Server::start(plain(), &[]).await;
    let taken = outcome(&server, TlsMode::Opportunistic, "trusted").await;
    assert!(matches!(taken, Outcome::Accepted { .. }), "{taken:?}");
}

#[tokio::test]
async fn answers_slipped_in_before_the_handshake_end_the_connection() {
    let options = Options {
        injected: "250 8BITMIME\r\n250 ok\r\n",
        ..starttls()
    };
    let server = Server::start(options, &[]).await;
    let outcome = outcome(&server, TlsMode::Required, "trusted").await;
    assert!(outcome.may_send_again(), "{outcome:?}");
    assert!(
        outcome.reason().unwrap().detail.contains("out of turn"),
        "{:?}",
        outcome.reason()
    );
    assert!(server.mails().await.is_empty());
}

#[test]
fn a_configuration_that_cannot_work_is_refused_at_once() {
    use channel_core::{
        dial::{AllowList, Dialler},
        rate::RatePolicy,
    };
    use channel_email::{Composer, SmtpChannel, SmtpConfigError};
    let build = |config| {
        let dialler = Dialler::new(AllowList::default());
        SmtpChannel::new(config, Composer::default(), dialler, RatePolicy::default()).map(|_| ())
    };
    let base = SmtpConfig::new("mail.example.jp", 587);
    assert_eq!(build(base.clone()), Ok(()));
    let pem = SmtpConfig {
        extra_roots_pem: Some("hello".to_owned()),
        ..base.clone()
    };
    assert_eq!(build(pem), Err(SmtpConfigError::BadCertificates));
    let host = SmtpConfig {
        host: "a b".to_owned(),
        ..base.clone()
    };
    assert_eq!(build(host), Err(SmtpConfigError::BadHost));
    let hello = SmtpConfig {
        hello: Some("x\r\nMAIL".to_owned()),
        ..base
    };
    assert_eq!(build(hello), Err(SmtpConfigError::BadHello));
}
