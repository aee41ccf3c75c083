//! What is sent, and what is made of the answers.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use channel_core::{
    Channel, Outcome, ReasonClass,
    dial::{AllowList, Dialler},
};
use channel_webhook::{WebhookChannel, WebhookOptions};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    receiver::{Act, Receiver},
    support::{channel, local, message, send, webhook},
};

#[tokio::test]
async fn a_notice_is_one_signed_post() {
    let receiver = Receiver::start(vec![]).await;
    let outcome = send(&*channel(), message(1, &local(receiver.port))).await;
    let accepted = Outcome::Accepted {
        provider_ref: "200 ok".to_owned(),
    };
    assert_eq!(outcome.unwrap(), accepted);
    let requests = receiver.requests().await;
    let [request] = &requests[..] else {
        panic!("{requests:?}")
    };
    assert_eq!(request.line, "POST /hooks?shop=%E9%9D%92%E8%91%89 HTTP/1.1");
    assert_eq!(request.body, webhook().body);
    for (name, expected) in [
        ("host", format!("127.0.0.1:{}", receiver.port)),
        ("content-type", "application/json".to_owned()),
        ("webhook-id", "whm_1".to_owned()),
        ("webhook-timestamp", "1783993320".to_owned()),
        ("connection", "close".to_owned()),
    ] {
        assert_eq!(request.header(name), expected, "{name}");
    }
    assert!(request.header("webhook-signature").starts_with("v1,"));
    assert_eq!(request.header("authorization"), "");
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let elsewhere = Receiver::start(vec![]).await;
    for code in [301, 302, 303, 307, 308] {
        let location = format!("location: http://127.0.0.1:{}/\r\n", elsewhere.port);
        let receiver = Receiver::start(vec![Act::status(code, &location, "")]).await;
        let outcome = send(&*channel(), message(1, &local(receiver.port))).await;
        let outcome = outcome.unwrap();
        assert!(outcome.may_send_again(), "{code}: {outcome:?}");
        assert_eq!(outcome.reason().unwrap().code, Some(code));
        assert_eq!(receiver.connections(), 1);
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_receiver_may_ask_to_be_spared() {
    let asks = "retry-after: 300\r\n";
    let receiver = Receiver::start(vec![Act::status(429, asks, "slow down")]).await;
    let outcome = send(&*channel(), message(1, &local(receiver.port))).await;
    let Outcome::NotAccepted {
        retry_after,
        reason,
    } = outcome.unwrap()
    else {
        panic!()
    };
    assert_eq!(retry_after, Duration::from_mins(5));
    assert_eq!(reason.class, ReasonClass::RateLimited);
    assert_eq!(reason.detail, "slow down");
}

#[tokio::test]
async fn an_endless_answer_and_a_stalled_one_count_by_their_status() {
    for act in [Act::Flood, Act::Stall] {
        let receiver = Receiver::start(vec![act.clone()]).await;
        let channel = Arc::new(
            WebhookChannel::new(
                Dialler::new(AllowList::loopback()),
                &WebhookOptions {
                    schemes: channel_webhook::Schemes::AlsoHttp,
                    ..WebhookOptions::default()
                },
            )
            .unwrap(),
        );
        let began = Instant::now();
        let outcome = send(&*channel, message(1, &local(receiver.port))).await;
        let outcome = outcome.unwrap();
        let Outcome::Accepted { provider_ref } = &outcome else {
            panic!("{act:?}: {outcome:?}")
        };
        assert!(provider_ref.starts_with("200 "), "{act:?}");
        assert!(provider_ref.len() < 1_000, "{act:?}");
        assert!(began.elapsed() < Duration::from_secs(10), "{act:?}");
    }
}

#[tokio::test]
async fn answers_that_are_no_http_are_in_doubt() {
    let long = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(80 * 1024));
    for said in [
        "SSH-2.0-OpenSSH_9.2\r\n",
        "\0\0\0\0",
        "HTTP/9.9 200\r\n\r\n",
        &long,
    ] {
        let receiver = Receiver::start(vec![Act::Say(said.to_owned())]).await;
        let outcome = send(&*channel(), message(1, &local(receiver.port))).await;
        let outcome = outcome.unwrap();
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
    }
}

fn certified() -> TlsAcceptor {
    let chain = CertificateDer::pem_slice_iter(include_bytes!("fixtures/server.pem"));
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("fixtures/server.key.pem"));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.collect::<Result<_, _>>().unwrap(), key.unwrap())
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

#[tokio::test]
async fn https_needs_a_certificate_that_names_the_host_and_is_trusted() {
    let receiver = Receiver::listen("127.0.0.1:0", vec![], Some(certified())).await;
    let channel = |roots: Option<&str>| {
        let allow = AllowList::parse(["127.0.0.0/8", "localhost"]).unwrap();
        let options = WebhookOptions {
            extra_roots_pem: roots.map(str::to_owned),
            ..WebhookOptions::default()
        };
        WebhookChannel::new(Dialler::new(allow), &options).unwrap()
    };
    let (named, bare) = (
        format!("https://localhost:{}/", receiver.port),
        format!("https://127.0.0.1:{}/", receiver.port),
    );
    let trusting = channel(Some(include_str!("fixtures/ca.pem")));
    let outcome = send(&trusting, message(1, &named)).await.unwrap();
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    for (channel, url) in [(&trusting, &bare), (&channel(None), &named)] {
        let not_ready = send(channel, message(2, url)).await.unwrap_err();
        assert_eq!(not_ready.reason.class, ReasonClass::Authentication);
    }
    assert_eq!(receiver.taken().await, ["whm_1"]);
    let plain = message(3, &local(receiver.port));
    assert!(trusting.validate(&plain).is_err(), "https alone by default");
}
