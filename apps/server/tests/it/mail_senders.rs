//! Mail senders: how fast domains are written to, by which keys they sign, in which characters.

use access::Role;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::TestApp;

fn body(smtp: &Value) -> Value {
    let mut all = json!({"host": "smtp.example.jp", "port": 587, "tls": "required"});
    all.as_object_mut()
        .unwrap()
        .extend(smtp.as_object().unwrap().clone());
    json!({"from_name": "縁ストア", "from_address": "news@shop.example.jp", "transport": "smtp", "smtp": all})
}

async fn made(app: &TestApp, token: &str, smtp: Value) -> Value {
    let made = app.post("/api/v1/senders", token, body(&smtp)).await;
    made.expect(StatusCode::CREATED).json()
}

fn path(sender: &Value, below: &str) -> String {
    format!("/api/v1/senders/{}{below}", sender["id"].as_str().unwrap())
}

#[tokio::test]
async fn the_pace_of_a_domain_and_of_a_carrier_is_kept_and_checked() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let admin = app.token(Role::Admin).await;
        let viewer = app.token(Role::Viewer).await;
        let carriers = app.get("/api/v1/mail-carriers", &viewer).await;
        let carriers = carriers.expect(StatusCode::OK).json();
        assert_eq!(carriers[0]["to"], "docomo");
        assert_eq!(carriers[0]["per_session"], 100);
        assert_eq!(carriers[1]["domains"][0], "au.com");

        let limits = json!([{"to": " Docomo ", "per_second": 5, "per_session": 50},
            {"to": "gmail.com", "per_second": 30, "per_session": null}]);
        let sender = made(&app, &admin, json!({ "domain_limits": limits })).await;
        assert_eq!(
            sender["smtp"]["domain_limits"],
            json!([{"to": "docomo", "per_second": 5, "per_session": 50},
                {"to": "gmail.com", "per_second": 30, "per_session": null}])
        );
        assert_eq!(sender["smtp"]["charset"], "utf-8");
        let wrong = json!({"domain_limits": [{"to": "vodafone", "per_second": 0}], "charset": "iso-2022-jp"});
        let wrong = app.post("/api/v1/senders", &admin, body(&wrong)).await;
        let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        let places: Vec<&str> = wrong["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["pointer"].as_str().unwrap())
            .collect();
        assert_eq!(
            places,
            [
                "/smtp/domain_limits/0/to",
                "/smtp/domain_limits/0/per_second"
            ]
        );
        let odd = app
            .post(
                "/api/v1/senders",
                &admin,
                body(&json!({"charset": "shift_jis"})),
            )
            .await;
        let odd = odd.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(odd["errors"][0]["pointer"], "/smtp/charset");
    }
}

#[tokio::test]
async fn a_key_that_is_made_is_rsa_and_ed25519_signs_second() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let admin = app.token(Role::Admin).await;
        let sender = made(&app, &admin, json!({})).await;
        let put = async |version: i64, selector: &str, algorithm: Value| {
            let key = json!({"version": version, "domain": "shop.example.jp", "selector": selector, "algorithm": algorithm});
            app.call(Method::PUT, &path(&sender, "/dkim"), &admin, Some(key))
                .await
        };
        // The younger one first, as senders of before have it.
        let young = put(1, "e1", json!("ed25519"))
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(young["smtp"]["dkim"]["algorithm"], "ed25519");
        let taken = put(2, "e1", Value::Null).await;
        let taken = taken.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(taken["errors"][0]["pointer"], "/selector");
        let both = put(2, "r1", Value::Null)
            .await
            .expect(StatusCode::OK)
            .json();
        let (first, second) = (&both["smtp"]["dkim"], &both["smtp"]["dkim_second"]);
        assert_eq!(
            (&first["algorithm"], &first["selector"]),
            (&json!("rsa"), &json!("r1"))
        );
        assert_eq!(
            (&second["algorithm"], &second["selector"]),
            (&json!("ed25519"), &json!("e1"))
        );
        assert_eq!(second["record"], young["smtp"]["dkim"]["record"]);
        let zone = first["zone_value"].as_str().unwrap();
        assert_eq!(zone.matches('"').count(), 4, "{zone}");
        let wrong = put(3, "x", json!("dsa")).await;
        let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(wrong["errors"][0]["pointer"], "/algorithm");
        // Both sign what is sent, and the secret of the first key moved along with it.
        let id = sender["id"].as_str().unwrap().parse().unwrap();
        let found = campaigns::sender::find(app.kit.db.reader(), app.kit.workspace, id).await;
        let found = found.unwrap().unwrap();
        let carrier = server::transport::carrier(&app.app, app.kit.workspace, &found)
            .await
            .unwrap();
        let letter = channel_core::Message {
            delivery_id: 1,
            idempotency_key: "1".to_owned(),
            recipient: channel_core::Recipient::new("a..b@docomo.ne.jp"),
            at: kernel::time::Millis(0),
            content: channel_core::Content::Email(Box::new(letter())),
        };
        let raw = carrier.channel.prepare(letter).unwrap().payload;
        let raw = String::from_utf8(raw).unwrap();
        let at = |needle: &str| {
            raw.find(needle)
                .unwrap_or_else(|| panic!("{needle}: {raw}"))
        };
        assert!(at("a=rsa-sha256") < at("a=ed25519-sha256"), "{raw}");
        // A change of other settings keeps both.
        let mut change = body(&json!({"charset": "iso-2022-jp"}));
        change["version"] = json!(3);
        let changed = app
            .call(Method::PUT, &path(&sender, ""), &admin, Some(change))
            .await;
        let changed = changed.expect(StatusCode::OK).json();
        assert_eq!(changed["smtp"]["charset"], "iso-2022-jp");
        assert_eq!(changed["smtp"]["dkim_second"]["selector"], "e1");
    }
}

fn letter() -> channel_core::Email {
    channel_core::Email {
        from: channel_core::Mailbox {
            name: "縁ストア".to_owned(),
            address: "news@shop.example.jp".to_owned(),
        },
        reply_to: None,
        to_name: String::new(),
        subject: "春".to_owned(),
        preheader: String::new(),
        html: String::new(),
        text: "春です".to_owned(),
        unsubscribe: None,
        feedback_id: None,
        envelope_sender: None,
        headers: Vec::new(),
        charset: channel_core::Charset::Utf8,
    }
}
