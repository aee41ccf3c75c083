//! What is sent, and how tokens are come by.

use std::sync::Arc;

use channel_core::{
    Channel as _, Notification, Outcome, Push, PushAction, ReasonClass,
    conformance::provider::Act,
    dial::{AllowList, Dialler, Schemes},
};
use channel_fcm::{FcmChannel, FcmConfig, FcmConfigError, ServiceAccount};
use kernel::time::{MINUTE, SECOND};
use serde_json::{Value, json};

use crate::support::{
    AT, FID, Google, Hand, TOKEN, issued, message, message_of, push, refused, send,
};

#[tokio::test]
async fn a_push_is_one_post_to_the_project() {
    let google = Google::start(vec![], vec![]).await;
    let rich = Push {
        image: Some("https://img.example.jp/春.png".to_owned()),
        badge: Some(3),
        link: Some("https://shop.example.jp/春".to_owned()),
        actions: vec![PushAction {
            id: "cart".to_owned(),
            title: "カートへ".to_owned(),
            link: None,
        }],
        category: Some("SALE".to_owned()),
        collapse: Some("spring.sale".to_owned()),
        data: [("campaign".to_owned(), "42".to_owned())].into(),
        notification: Notification::Silent,
        ..push()
    };
    let outcome = send(&google.channel(), message_of(1, TOKEN, rich)).await;
    let accepted = Outcome::Accepted {
        provider_ref: "projects/aoba-shop/messages/0:1".to_owned(),
    };
    assert_eq!(outcome.unwrap(), accepted);
    let request = google.firebase.seen().remove(0);
    assert_eq!(request.line, "POST /v1/projects/aoba-shop/messages:send");
    assert_eq!(request.header("authorization"), "Bearer token-usual");
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let expected = json!({ "message": {
        "token": TOKEN,
        "notification": {
            "title": "春の新作 🌸", "body": "花子さま、こんにちは", "image": "https://img.example.jp/春.png",
        },
        "data": {
            "campaign": "42", "enishi_id": "push_1", "enishi_link": "https://shop.example.jp/春",
            "enishi_actions": r#"[{"id":"cart","link":null,"title":"カートへ"}]"#,
        },
        "android": {
            "ttl": "3600s", "priority": "HIGH", "collapseKey": "spring.sale",
            "notification": { "tag": "spring.sale", "clickAction": "SALE", "notificationCount": 3 },
        },
        "apns": {
            "headers": { "apns-expiration": "1783996920", "apns-priority": "10", "apns-collapse-id": "spring.sale" },
            "payload": { "aps": { "badge": 3, "category": "SALE", "mutable-content": 1 } },
        },
        "webpush": {
            "headers": { "TTL": "3600", "Urgency": "high" },
            "fcmOptions": { "link": "https://shop.example.jp/春" },
        },
    } });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn an_installation_is_a_target_of_its_own() {
    let google = Google::start(vec![], vec![]).await;
    send(&google.channel(), message(1, FID)).await.unwrap();
    let body: Value = serde_json::from_slice(&google.firebase.seen()[0].body).unwrap();
    assert_eq!(body["message"]["fid"], FID);
    assert_eq!(body["message"].get("token"), None);
}

#[tokio::test]
async fn a_token_serves_all_lanes_and_is_renewed_before_its_hour_is_over() {
    let away = Act::status(503, "");
    let script = vec![issued("one"), away, issued("two")];
    let google = Google::start(vec![], script).await;
    let channel = google.channel();
    let sent = async |n: i64, pause: i64| {
        google.clock.turn(pause);
        let outcome = send(&channel, message(n, TOKEN)).await.unwrap();
        assert_eq!(outcome.as_str(), "accepted", "{n}");
    };
    let together = futures_of(&channel).await;
    assert_eq!(together, 8);
    sent(10, 49 * MINUTE).await;
    // Ten minutes before its end a new one is asked for in vain; the old one serves on.
    sent(11, 2 * MINUTE).await;
    sent(12, SECOND).await;
    sent(13, 11 * SECOND).await;
    let tokens = google.firebase.taken("authorization");
    assert_eq!(tokens[..11], ["Bearer one"; 11]);
    assert_eq!(tokens[11], "Bearer two");
    assert_eq!(google.tokens.seen().len(), 3);
    let request = google.tokens.seen().remove(0);
    assert_eq!(request.line, "POST /token");
    assert_eq!(
        request.header("content-type"),
        "application/x-www-form-urlencoded"
    );
}

/// Eight lanes that start together; returns how many sent.
async fn futures_of(channel: &FcmChannel) -> usize {
    let mut tasks = Vec::new();
    for n in 0..8 {
        let channel = channel.clone();
        tasks.push(tokio::spawn(async move {
            send(&channel, message(n, TOKEN)).await.unwrap().as_str() == "accepted"
        }));
    }
    let mut n_sent = 0;
    for task in tasks {
        n_sent += usize::from(task.await.unwrap());
    }
    n_sent
}

#[tokio::test]
async fn a_refused_token_is_asked_for_anew_once() {
    let unauthenticated = || Act::status(401, r#"{"error":{"status":"UNAUTHENTICATED"}}"#);
    let script = vec![
        unauthenticated(),
        Act::status(200, "{}"),
        unauthenticated(),
        unauthenticated(),
    ];
    let google = Google::start(script, vec![issued("one"), issued("two"), issued("three")]).await;
    let channel = google.channel();
    assert_eq!(
        send(&channel, message(1, TOKEN)).await.unwrap().as_str(),
        "accepted"
    );
    let outcome = send(&channel, message(2, TOKEN)).await.unwrap();
    assert_eq!(outcome.reason().unwrap().class, ReasonClass::Authentication);
    assert!(outcome.may_send_again());
    let seen = google.firebase.seen();
    let tokens: Vec<&str> = seen.iter().map(|one| one.header("authorization")).collect();
    assert_eq!(
        tokens,
        ["Bearer one", "Bearer two", "Bearer two", "Bearer three"]
    );
}

#[tokio::test]
async fn firebases_own_trouble_with_apple_asks_for_no_new_token() {
    let google = Google::start(vec![refused(401, "THIRD_PARTY_AUTH_ERROR")], vec![]).await;
    let outcome = send(&google.channel(), message(1, TOKEN)).await.unwrap();
    assert_eq!(outcome.reason().unwrap().class, ReasonClass::Policy);
    assert!(outcome.may_send_again());
    assert_eq!(google.tokens.seen().len(), 1);
}

#[tokio::test]
async fn without_a_token_nothing_is_sent_and_not_everybody_asks() {
    let denied = Act::status(
        400,
        r#"{"error":"invalid_grant","error_description":"Invalid JWT Signature."}"#,
    );
    let tokens = vec![
        denied.clone(),
        Act::status(200, "no json"),
        Act::status(200, r#"{"access_token":"a\r\nb","expires_in":9}"#),
        Act::HangUp,
        Act::status(302, ""),
    ];
    let google = Google::start(vec![], tokens).await;
    let channel = google.channel();
    for _ in 0..5 {
        // The second comes at once and is told the same without anybody being asked.
        for _ in 0..2 {
            let not_ready = send(&channel, message(1, TOKEN)).await.unwrap_err();
            assert!(not_ready.reason.class.is_provider_fault(), "{not_ready:?}");
        }
        google.clock.turn(4 * SECOND);
    }
    assert_eq!(google.tokens.seen().len(), 5);
    assert_eq!(google.firebase.seen().len(), 0);
}

#[tokio::test]
async fn hostile_answers_end() {
    let long = "x".repeat(200_000);
    let deep = format!("{}1{}", "[".repeat(9_000), "]".repeat(9_000));
    let name = format!(r#"{{"name":"{}"}}"#, "y".repeat(9_000));
    for (act, expected) in [
        (Act::status(200, &long), "accepted"),
        (Act::status(200, &name), "accepted"),
        (Act::status(404, &long), "dropped"),
        (Act::status(400, &deep), "dropped"),
        (
            Act::with(307, &[("location", "http://127.0.0.1:1/")], ""),
            "dropped",
        ),
    ] {
        let google = Google::start(vec![act], vec![]).await;
        let outcome = send(&google.channel(), message(1, TOKEN)).await.unwrap();
        assert_eq!(outcome.as_str(), expected);
        assert!(format!("{outcome:?}").len() < 1_000);
    }
}

#[tokio::test]
async fn a_key_file_cannot_lead_inside() {
    let google = Google::start(vec![], vec![]).await;
    let mut file: Value = serde_json::from_str(include_str!("fixtures/account.json")).unwrap();
    file["token_uri"] = json!(format!("http://127.0.0.1:{}/token", google.tokens.port));
    let account = ServiceAccount::parse(&file.to_string(), Schemes::AlsoHttp).unwrap();
    let dialler = Dialler::new(AllowList::default());
    let channel = FcmChannel::new(FcmConfig::new(account.clone()), &dialler, Hand::at(AT)).unwrap();
    let not_ready = send(&channel, message(1, TOKEN)).await.unwrap_err();
    assert_eq!(not_ready.reason.class, ReasonClass::Policy);
    assert_eq!(google.tokens.connections(), 0);
    for host in ["", "fcm.googleapis.com", "https://a/b", "https://0x7f.1"] {
        let config = FcmConfig {
            host: host.to_owned(),
            ..FcmConfig::new(account.clone())
        };
        let made = FcmChannel::new(config, &dialler, Arc::clone(&Hand::at(AT)) as _);
        assert!(matches!(made, Err(FcmConfigError::BadHost)), "{host}");
    }
    assert_eq!(channel.capabilities().max_lanes, 256);
}
