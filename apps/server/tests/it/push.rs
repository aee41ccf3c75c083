//! Devices: a browser and an app register, stop and are seen; senders of pushes and what is wrong with their keys.

use access::{
    Role,
    key::{Power, create_write_key},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use kernel::id::WriteKeyId;
use serde_json::{Value, json};
use server::config::Config;
use storage::sql;
use testkit::{TestDb, both};

use crate::app::{Answer, TestApp};

const P256DH: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

/// What a browser gives when somebody allows pushes.
pub(crate) fn subscription(endpoint: &str) -> Value {
    json!({"endpoint": endpoint, "expirationTime": null, "keys": {"p256dh": P256DH, "auth": "BTBZMqHH6r4Tts7J_aSIgg"}})
}

/// A workspace with a sender of pushes and a key for browsers.
pub(crate) struct Site {
    pub(crate) app: TestApp,
    pub(crate) owner: String,
    pub(crate) sender: String,
    pub(crate) key: String,
}

impl Site {
    pub(crate) async fn new(test: &TestDb, settings: Value) -> Self {
        Self::configured(test, settings, |_| ()).await
    }

    pub(crate) async fn configured(
        test: &TestDb,
        settings: Value,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let kit = testkit::Kit::new(test).await;
        let app = TestApp::with(kit, |config| {
            config.security.allow_private = vec!["127.0.0.1/32".to_owned()];
            config.push.allow_http = true;
            "https://enishi.example.jp".clone_into(&mut config.server.public_url);
            change(config);
        });
        let owner = app.token(Role::Owner).await;
        let body = json!({"from_name": "青葉ストア", "from_address": "push@shop.example.jp", "transport": "push", "push": settings});
        let made = app.post("/api/v1/senders", &owner, body).await;
        let made = made.expect(StatusCode::CREATED).json();
        let tx = app.kit.db.begin().await.unwrap();
        let id = WriteKeyId::from_raw(app.kit.ids.next_raw());
        let key = create_write_key(
            &tx,
            id,
            app.kit.workspace,
            "test",
            Power::Browser,
            app.app.now(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        Self {
            sender: made["id"].as_str().unwrap().to_owned(),
            app,
            owner,
            key,
        }
    }

    /// Posts as a page does: JSON that says nothing of its kind, the key within.
    pub(crate) async fn tell(&self, path: &str, body: &Value) -> Answer {
        let mut body = body.clone();
        body["writeKey"] = json!(self.key);
        if body.get("sender").is_none() {
            body["sender"] = json!(self.sender);
        }
        let request = Request::post(path).body(Body::from(body.to_string()));
        self.app.send(request.unwrap()).await
    }

    pub(crate) async fn register(&self, anonymous: &str, endpoint: &str) {
        let body = json!({"kind": "browser", "subscription": subscription(endpoint), "anonymousId": anonymous,
            "name": "Chrome, Windows"});
        self.tell("/v1/devices", &body)
            .await
            .expect(StatusCode::NO_CONTENT);
    }

    /// The customer of an anonymous id, as the REST interface names her.
    pub(crate) async fn customer(&self, anonymous: &str) -> String {
        let text = "SELECT profile_id FROM identity WHERE kind = 3 AND value = $1";
        let id = sql::number(self.app.kit.db.reader(), text, [anonymous.into()])
            .await
            .unwrap();
        kernel::id::ProfileId::from_raw(id).to_string()
    }

    pub(crate) async fn devices(&self, anonymous: &str) -> Value {
        let path = format!(
            "/api/v1/customers/{}/devices",
            self.customer(anonymous).await
        );
        self.app
            .get(&path, &self.owner)
            .await
            .expect(StatusCode::OK)
            .json()
    }
}

#[tokio::test]
async fn a_visitor_allows_pushes_before_anybody_knows_her_and_they_are_hers_when_she_signs_up() {
    for test in both().await {
        let site = Site::new(&test, json!({})).await;
        site.register("a-1", "https://push.example/1").await;
        let devices = site.devices("a-1").await;
        assert_eq!(devices[0]["kind"], "browser");
        assert_eq!(devices[0]["name"], "Chrome, Windows");
        assert_eq!(devices[0]["sender_name"], "青葉ストア");
        assert!(
            !devices.to_string().contains("push.example"),
            "what names it is told to nobody"
        );

        let known = json!({"anonymousId": "a-1", "userId": "member-1", "traits": {"email": "hana@example.jp"}});
        site.tell("/v1/identify", &known)
            .await
            .expect(StatusCode::OK);
        let path = format!("/api/v1/customers/{}", site.customer("a-1").await);
        let her = site.app.get(&path, &site.owner).await.json();
        assert_eq!(her["external_id"], "member-1", "{}: {her}", test.name());
        assert_eq!(site.devices("a-1").await[0]["gone_at"], Value::Null);

        // The customers' list shows by which ways she is reached.
        let state = site
            .app
            .get(&format!("/api/v1/push/{}", site.sender), &site.owner)
            .await
            .json();
        assert_eq!(
            state,
            json!({"devices": [{"kind": "browser", "count": 1}], "lost": 0})
        );

        // She turns them off; a second no changes nothing, and one about a stranger's device neither.
        let stop =
            json!({"kind": "browser", "subscription": {"endpoint": "https://push.example/1"}});
        site.tell("/v1/devices/stop", &stop)
            .await
            .expect(StatusCode::NO_CONTENT);
        site.tell("/v1/devices/stop", &stop)
            .await
            .expect(StatusCode::NO_CONTENT);
        let devices = site.devices("a-1").await;
        assert_eq!(
            (&devices[0]["gone_why"], devices.as_array().unwrap().len()),
            (&json!("owner"), 1)
        );
        let timeline = site
            .app
            .get(&format!("{path}/timeline"), &site.owner)
            .await
            .text;
        assert!(
            timeline.contains("push_allowed") && timeline.contains("push_stopped"),
            "{timeline}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_reached_is_refused_with_its_place_and_strangers_learn_nothing() {
    let test = testkit::sqlite().await;
    let site = Site::new(&test, json!({})).await;
    let good = json!({"kind": "browser", "subscription": subscription("https://push.example/1"), "anonymousId": "a-1"});
    for (change, pointer) in [
        (json!({"kind": "fax"}), "/kind"),
        (
            json!({"sender": "snd_00000000000070008000000000000000"}),
            "/sender",
        ),
        (
            json!({"subscription": {"endpoint": "https://push.example/1"}}),
            "/subscription",
        ),
        (
            json!({"subscription": subscription("file:///etc/passwd")}),
            "/subscription",
        ),
        (json!({"anonymousId": " "}), "/anonymousId"),
        (json!({"kind": "apns", "token": "nonsense"}), "/token"),
        (json!({"kind": "fcm", "token": "x"}), "/token"),
    ] {
        let mut body = good.clone();
        for (key, value) in change.as_object().unwrap() {
            body[key] = value.clone();
        }
        let refused = site.tell("/v1/devices", &body).await;
        let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{change}");
    }
    let mut foreign = good.clone();
    foreign["sender"] = json!(site.sender);
    foreign["writeKey"] = json!("no such key");
    let request = Request::post("/v1/devices")
        .body(Body::from(foreign.to_string()))
        .unwrap();
    site.app
        .send(request)
        .await
        .expect(StatusCode::UNAUTHORIZED);

    // What a page asks first.
    let path = format!("/v1/projects/{}/push/{}", site.key, site.sender);
    let told = site.app.get(&path, "").await.expect(StatusCode::OK).json();
    assert_eq!(told["publicKey"].as_str().unwrap().len(), 87);
    let path = format!("/v1/projects/nobody/push/{}", site.sender);
    site.app
        .get(&path, "")
        .await
        .expect(StatusCode::UNAUTHORIZED);
    for (path, word) in [
        ("/push/enishi-push.js", "data-enishi-push"),
        ("/push/sw.js", "notificationclick"),
    ] {
        let script = site.app.get(path, "").await.expect(StatusCode::OK);
        assert!(script.text.contains(word));
        assert!(
            script.headers["content-type"]
                .to_str()
                .unwrap()
                .starts_with("text/javascript")
        );
    }
}

#[tokio::test]
async fn who_may_not_see_or_change_a_customer_does_not_and_another_workspace_has_none() {
    let test = testkit::sqlite().await;
    let site = Site::new(&test, json!({})).await;
    site.register("a-1", "https://push.example/1").await;
    let customer = site.customer("a-1").await;
    let devices = site.devices("a-1").await;
    let one = format!(
        "/api/v1/customers/{customer}/devices/{}",
        devices[0]["id"].as_str().unwrap()
    );
    let viewer = site.app.token(Role::Viewer).await;
    site.app
        .delete(&one, &viewer)
        .await
        .expect(StatusCode::FORBIDDEN);
    let other = kernel::id::WorkspaceId::from_raw(700_000_000_000_000_002);
    site.app.kit.add_workspace(other, "みどり薬局").await;
    let stranger = site.app.token_in(other, Role::Owner).await;
    site.app
        .delete(&one, &stranger)
        .await
        .expect(StatusCode::NOT_FOUND);
    for path in [
        format!("/api/v1/customers/{customer}/devices"),
        format!("/api/v1/push/{}", site.sender),
    ] {
        site.app
            .get(&path, &stranger)
            .await
            .expect(StatusCode::NOT_FOUND);
    }
    site.app
        .delete(&one, &site.owner)
        .await
        .expect(StatusCode::NO_CONTENT);
    site.app
        .delete(&one, &site.owner)
        .await
        .expect(StatusCode::NOT_FOUND);
    assert_eq!(site.devices("a-1").await[0]["gone_why"], "company");
}

#[tokio::test]
async fn the_workspace_has_one_key_for_browsers_and_wrong_keys_are_fields_at_fault() {
    for test in both().await {
        let site = Site::new(&test, json!({})).await;
        let listed = site.app.get("/api/v1/senders", &site.owner).await.json();
        let push = &listed[0]["push"];
        assert_eq!(
            (&push["guard_percent"], &push["guard_after"]),
            (&json!(2), &json!(200))
        );
        assert_eq!(
            push["script_url"],
            "https://enishi.example.jp/push/enishi-push.js"
        );
        let body = |push: Value| json!({"from_name": "アプリ", "from_address": "push@shop.example.jp", "transport": "push", "push": push});
        let second = site
            .app
            .post("/api/v1/senders", &site.owner, body(json!({})))
            .await;
        let second = second.expect(StatusCode::CREATED).json();
        assert_eq!(
            second["push"]["public_key"], push["public_key"],
            "subscriptions outlive a sender"
        );

        let apns = |key: &str, team: &str, topic: &str| json!({"apns": {"team_id": team, "key_id": "K1L2M3N4P5", "topic": topic, "key": key}});
        let p8 = P8;
        for (push, pointer) in [
            (
                apns("nonsense", "A1B2C3D4E5", "jp.example.shop"),
                "/push/apns/key",
            ),
            (apns("", "A1B2C3D4E5", "jp.example.shop"), "/push/apns/key"),
            (apns(p8, "short", "jp.example.shop"), "/push/apns/key_id"),
            (apns(p8, "A1B2C3D4E5", "no topic"), "/push/apns/topic"),
            (json!({"fcm": {"account": "{}"}}), "/push/fcm/account"),
            (json!({"fcm": {}}), "/push/fcm/account"),
            (json!({"guard_percent": 101}), "/push/guard_percent"),
            (json!({"lanes": 0}), "/push/lanes"),
        ] {
            let refused = site
                .app
                .post("/api/v1/senders", &site.owner, body(push.clone()))
                .await;
            let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
            assert_eq!(refused["errors"][0]["pointer"], pointer, "{push}");
        }
        let made = site
            .app
            .post(
                "/api/v1/senders",
                &site.owner,
                body(apns(p8, "A1B2C3D4E5", "jp.example.shop")),
            )
            .await;
        let made = made.expect(StatusCode::CREATED);
        assert!(!made.text.contains("PRIVATE KEY"));
        let made = made.json();
        assert_eq!(
            made["push"]["apns"],
            json!({"team_id": "A1B2C3D4E5", "key_id": "K1L2M3N4P5", "topic": "jp.example.shop", "has_key": true})
        );
        // What was sealed stays when it is not given, and mail does not become push.
        let path = format!("/api/v1/senders/{}", made["id"].as_str().unwrap());
        let mut again = body(
            json!({"apns": {"team_id": "A1B2C3D4E5", "key_id": "K1L2M3N4P5", "topic": "jp.example.shop2"}, "guard_percent": 5}),
        );
        again["version"] = made["version"].clone();
        let again = site
            .app
            .call(Method::PUT, &path, &site.owner, Some(again))
            .await;
        let again = again.expect(StatusCode::OK).json();
        assert_eq!(again["push"]["guard_percent"], 5);
        let mail = json!({"version": again["version"], "from_name": "x", "from_address": "a@example.jp", "transport": "sandbox"});
        let refused = site
            .app
            .call(Method::PUT, &path, &site.owner, Some(mail))
            .await;
        refused.expect(StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn an_app_tells_its_token_beside_its_events_and_what_its_owner_stopped_stays_stopped() {
    for test in both().await {
        let apns = json!({"apns": {"team_id": "A1B2C3D4E5", "key_id": "K1L2M3N4P5", "topic": "jp.example.shop", "key": P8}});
        let site = Site::new(&test, apns).await;
        let token = "0a".repeat(32);
        let event = |user: &str| {
            json!({"event": "Application Opened", "anonymousId": "phone-1", "userId": user,
                "context": {"device": {"type": "ios", "token": token, "model": "iPhone15,2"}, "app": {"namespace": "jp.example.shop"}}})
        };
        site.tell("/v1/track", &event("member-1"))
            .await
            .expect(StatusCode::OK);
        let devices = site.devices("phone-1").await;
        assert_eq!(
            (&devices[0]["kind"], &devices[0]["name"]),
            (&json!("apns"), &json!("iPhone15,2")),
            "{}",
            test.name()
        );
        site.tell("/v1/track", &event("member-1"))
            .await
            .expect(StatusCode::OK);
        assert_eq!(site.devices("phone-1").await.as_array().unwrap().len(), 1);

        let stop = json!({"kind": "apns", "token": token});
        site.tell("/v1/devices/stop", &stop)
            .await
            .expect(StatusCode::NO_CONTENT);
        site.tell("/v1/track", &event("member-1"))
            .await
            .expect(StatusCode::OK);
        assert_eq!(site.devices("phone-1").await[0]["gone_why"], "owner");
        // The app's own registration brings it back.
        let back =
            json!({"kind": "apns", "token": token, "anonymousId": "phone-1", "userId": "member-1"});
        site.tell("/v1/devices", &back)
            .await
            .expect(StatusCode::NO_CONTENT);
        assert_eq!(site.devices("phone-1").await[0]["gone_at"], Value::Null);
    }
}

/// A key that opens nothing: made for this test.
pub(crate) const P8: &str =
    include_str!("../../../../crates/channels/apns/tests/it/fixtures/AuthKey.p8");
