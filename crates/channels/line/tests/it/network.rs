//! The way to LINE: TLS, the guard of the dialler, a platform that goes away.

use std::{sync::Arc, time::Duration};

use channel_core::{
    Channel as _, Outcome, ReasonClass,
    dial::{AllowList, Dialler},
};
use channel_line::{LineChannel, LineConfig, LineConfigError, LineHosts, Secret};
use line_fake::{LineFake, Options};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use crate::support::{HandClock, World, accepted, message, send, stateless, user};

fn acceptor() -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("fixtures/server.pem"));
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("fixtures/server.key.pem"));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.unwrap()], key.unwrap())
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Puts TLS before a platform and returns the port; it ends with the set.
async fn protected(platform: u16, tasks: &mut JoinSet<()>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((outside, _)) = listener.accept().await {
            connections.spawn(async move {
                let Ok(mut outside) = acceptor().accept(outside).await else {
                    return;
                };
                let mut inside = TcpStream::connect(("127.0.0.1", platform)).await.unwrap();
                let _ = copy_bidirectional(&mut outside, &mut inside).await;
            });
        }
    });
    port
}

fn config(base: &str, roots: Option<&str>) -> LineConfig {
    let secret = Secret::new(Options::default().channel_secret);
    LineConfig {
        hosts: LineHosts {
            api: base.to_owned(),
            data: base.to_owned(),
        },
        extra_roots_pem: roots.map(str::to_owned),
        ..LineConfig::new(stateless(&Options::default()), secret)
    }
}

fn channel(config: LineConfig, allowed: AllowList) -> Result<LineChannel, LineConfigError> {
    LineChannel::new(config, &Dialler::new(allowed), HandClock::new())
}

#[tokio::test]
async fn only_a_trusted_certificate_of_the_right_name_is_spoken_to() {
    let fake = LineFake::start(Options::default(), HandClock::new()).await;
    fake.befriend(&user(1));
    let mut tasks = JoinSet::new();
    let port = protected(fake.port(), &mut tasks).await;
    let ca = Some(include_str!("fixtures/ca.pem"));
    for (host, roots, should) in [
        ("localhost", ca, true),
        ("127.0.0.1", ca, true),
        ("localhost", None, false),
        ("127.0.0.2", ca, false),
    ] {
        let before = fake.log().len();
        let config = config(&format!("https://{host}:{port}"), roots);
        let outcome = send(&channel(config, AllowList::loopback()).unwrap(), message(1)).await;
        if should {
            accepted(&outcome);
        } else {
            assert!(outcome.may_send_again(), "{host}: {outcome:?}");
            assert_eq!(outcome.reason().unwrap().class, ReasonClass::Connection);
            assert_eq!(fake.log().len(), before, "not even a token was asked for");
        }
    }
    assert_eq!(fake.received(&user(1)).len(), 1, "the second was a repeat");
}

#[tokio::test]
async fn a_base_address_inside_the_network_is_not_dialled() {
    let fake = LineFake::start(Options::default(), HandClock::new()).await;
    let channel = channel(config(&fake.base_url(), None), AllowList::default()).unwrap();
    let outcome = send(&channel, message(1)).await;
    assert!(
        matches!(outcome, Outcome::NotAccepted { .. }),
        "{outcome:?}"
    );
    assert!(fake.log().is_empty());
}

#[test]
fn odd_base_addresses_and_certificates_are_refused() {
    for base in [
        "",
        "api.line.me",
        "ftp://api.line.me",
        "https://api.line.me/v2",
        "https://me@api.line.me",
        "https://api.line.me?a",
    ] {
        let refused = channel(config(base, None), AllowList::default()).unwrap_err();
        assert_eq!(refused, LineConfigError::BadHost, "{base}");
    }
    let junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
    let refused = channel(
        config("https://api.line.me", Some(junk)),
        AllowList::default(),
    );
    assert_eq!(refused.unwrap_err(), LineConfigError::BadCertificates);
}

#[tokio::test]
async fn what_was_not_given_to_a_platform_that_went_away_may_go_again() {
    let world = World::usual().await;
    let prepared = world.channel.prepare(message(1)).unwrap();
    let mut lane = world.channel.open();
    lane.ready(&prepared).await.unwrap();
    drop(world.fake);
    // The listener and its connections end with the platform's task.
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    let outcome = lane.deliver(&prepared).await;
    let is_open =
        matches!(outcome, Outcome::NotAccepted { retry_after, .. } if retry_after > Duration::ZERO);
    assert!(is_open, "{outcome:?}");
}
