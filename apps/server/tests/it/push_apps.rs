//! A campaign reaches apps by Apple and by Firebase, each in its own words; a token that is gone is known.

use axum::http::StatusCode;
use channel_core::conformance::provider::{Act, Protocol, Provider, Seen};
use serde_json::{Value, json};
use testkit::both;

use crate::{
    judged::send,
    push::{P8, Site},
    push_campaign::launch,
};

const FIREBASE: &str =
    include_str!("../../../../crates/channels/fcm/tests/it/fixtures/account.json");
const ANDROID: &str = "cYl3yFIDQ3mJ0bXhJcW9A-:APA91bHun4MxP5egoKMwt2KZFBaFUH-1RYqx";

fn body(seen: &Seen) -> Value {
    serde_json::from_slice(&seen.body).unwrap()
}

#[tokio::test]
async fn each_app_is_reached_by_its_own_service_and_apple_shows_no_buttons() {
    for test in both().await {
        let taken = Act::status(200, "");
        let gone = json!({"reason": "Unregistered", "timestamp": testkit::START.0 + 60_000});
        let apple = Provider::start(
            Protocol::Two,
            vec![taken.clone(), Act::status(410, &gone.to_string())],
            taken,
        );
        let apple = apple.await.unwrap();
        let named = r#"{"name":"projects/aoba-shop/messages/0:1"}"#;
        let firebase = Provider::start(Protocol::Two, vec![], Act::status(200, named));
        let firebase = firebase.await.unwrap();
        let issued = json!({"access_token": "t", "expires_in": 3_599, "token_type": "Bearer"});
        let issued = Act::status(200, &issued.to_string());
        let tokens = Provider::start(Protocol::One, vec![], issued)
            .await
            .unwrap();
        let mut account: Value = serde_json::from_str(FIREBASE).unwrap();
        account["token_uri"] = json!(format!("http://127.0.0.1:{}/token", tokens.port));
        let settings = json!({
            "lanes": 1,
            "apns": {"team_id": "A1B2C3D4E5", "key_id": "K1L2M3N4P5", "topic": "jp.example.shop", "key": P8},
            "fcm": {"account": account.to_string()},
        });
        let (apns_port, fcm_port) = (apple.port, firebase.port);
        let site = Site::configured(&test, settings, move |config| {
            config.push.apns = format!("http://127.0.0.1:{apns_port}");
            config.push.fcm = format!("http://127.0.0.1:{fcm_port}");
        })
        .await;
        let register = async |person: &str, kind: &str, token: &str| {
            let body = json!({"kind": kind, "token": token, "anonymousId": person});
            site.tell("/v1/devices", &body)
                .await
                .expect(StatusCode::NO_CONTENT);
        };
        register("a", "apns", &"0a".repeat(32)).await;
        register("a", "fcm", ANDROID).await;
        let words = json!({"title": "新作です", "link": "https://shop.example.jp/new", "buttons": [{"label": "見る"}]});
        let path = launch(&site, &words).await;
        send(&site.app, &format!("{path}/progress"), &site.owner).await;
        let progress = site
            .app
            .get(&format!("{path}/progress"), &site.owner)
            .await
            .json();
        assert_eq!(progress["accepted"], 1, "{}: {progress}", test.name());

        let seen = apple.seen();
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].header("apns-topic"), "jp.example.shop");
        let said = body(&seen[0]);
        assert_eq!(said["aps"]["alert"]["title"], "新作です");
        let link = said["link"].as_str().unwrap();
        assert!(link.starts_with("https://enishi.example.jp/c/"), "{link}");
        assert!(!said.to_string().contains("見る"), "{said}");
        let seen = firebase.seen();
        assert_eq!(seen.len(), 1);
        let message = &body(&seen[0])["message"];
        assert_eq!(message["token"], ANDROID);
        assert!(message.to_string().contains("見る"), "{message}");

        // The next time Apple says that the app was removed a minute ago; the phone has told its token since.
        site.app.kit.clock.advance(120_000);
        register("a", "apns", &"0a".repeat(32)).await;
        let path = launch(&site, &words).await;
        send(&site.app, &format!("{path}/progress"), &site.owner).await;
        let devices = site.devices("a").await;
        let living = devices.as_array().unwrap().iter();
        let living = living.filter(|device| device["gone_at"].is_null()).count();
        assert_eq!(living, 2, "{}: {devices}", test.name());
    }
}
