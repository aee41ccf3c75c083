//! From the feed to a receiver and back, the workers turned by hand.

use std::sync::Arc;

use access::Role;
use axum::http::{Method, StatusCode};
use kernel::{
    feed::{Change, ChangeKind},
    id::ProfileId,
    time::{DAY, HOUR, SECOND},
};
use serde_json::{Value, json};
use server::{
    keeping::Keep,
    webhooks::{Keeper, Means, Sender},
};
use storage::feed;
use testkit::{Kit, TestDb};

use crate::{
    app::TestApp,
    hook_receiver::{Act, Receiver},
};

struct Story {
    app: TestApp,
    token: String,
    keeper: Keeper,
    sender: Arc<Sender>,
    name: &'static str,
}

impl Story {
    async fn begin(test: &TestDb) -> Self {
        let app = TestApp::with(Kit::new(test).await, |config| {
            config.security.allow_private = vec!["127.0.0.1/32".to_owned()];
            config.webhooks.allow_http = true;
            config.webhooks.timeout_seconds = 1;
        });
        let token = app.token(Role::Owner).await;
        let keeper = Keeper::claim(&Means::of(&app.app), app.kit.workspace).await;
        Self {
            token,
            keeper: keeper.unwrap().unwrap(),
            sender: Sender::new(&app.app).unwrap(),
            name: test.name(),
            app,
        }
    }

    async fn webhook(&self, receiver: &Receiver) -> Value {
        let url = format!("http://127.0.0.1:{}/hooks", receiver.port);
        let made = self
            .app
            .post("/api/v1/webhooks", &self.token, json!({ "url": url }))
            .await;
        made.expect(StatusCode::CREATED).json()
    }

    /// Lets time pass; who was signed in has to do so again.
    async fn advance(&mut self, millis: i64) {
        self.app.kit.clock.advance(millis);
        self.token = self.app.token(Role::Owner).await;
    }

    async fn get(&self, path: &str) -> Value {
        self.app
            .get(path, &self.token)
            .await
            .expect(StatusCode::OK)
            .json()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.app
            .post(path, &self.token, body)
            .await
            .expect(StatusCode::OK)
            .json()
    }

    /// Somebody enters a segment; the reader tells of it.
    async fn enter(&mut self, n: i64) {
        let kit = &self.app.kit;
        let change = Change {
            a: 7,
            b: 2,
            ..Change::of(
                kit.workspace,
                ProfileId::from_raw(n),
                ChangeKind::SegmentEnter,
            )
        };
        let tx = kit.db.begin().await.unwrap();
        feed::append(&tx, self.app.app.now(), &[change])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        // On PostgreSQL a transaction of another test may hide it for a moment.
        let db = kit.db.reader();
        while feed::head(db).await.unwrap() < feed::newest(db).await.unwrap() {
            tokio::task::yield_now().await;
        }
        self.keeper.round().await.unwrap();
    }
}

fn path(webhook: &Value) -> String {
    format!("/api/v1/webhooks/{}", webhook["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_turn_reaches_its_receiver_signed_by_old_and_new_secret() {
    for test in testkit::both().await {
        let mut story = Story::begin(&test).await;
        let receiver = Receiver::start(vec![]).await;
        let made = story.webhook(&receiver).await;
        let old = made["secret"].as_str().unwrap().to_owned();
        let new = story
            .post(&format!("{}/secret", path(&made)), json!({}))
            .await;
        let new = new["secret"].as_str().unwrap().to_owned();
        story.enter(1).await;
        assert_eq!(story.sender.round().await.unwrap(), 1, "{}", story.name);
        story.advance(DAY).await;
        story.enter(2).await;
        assert_eq!(story.sender.round().await.unwrap(), 1, "{}", story.name);
        assert_eq!(story.sender.round().await.unwrap(), 0, "{}", story.name);

        let requests = receiver.requests().await;
        assert_eq!(requests.len(), 2, "{}", story.name);
        for (request, secrets) in requests.iter().zip([vec![&new, &old], vec![&new]]) {
            let keys: Vec<_> = secrets
                .iter()
                .map(|text| channel_webhook::Secret::parse(text).unwrap())
                .collect();
            let keys: Vec<_> = keys.iter().map(channel_webhook::Secret::as_bytes).collect();
            let id = request.header("webhook-id");
            let at = request.header("webhook-timestamp").parse().unwrap();
            let expected = channel_webhook::signature(&keys, id, at, &request.body);
            assert_eq!(
                request.header("webhook-signature"),
                expected,
                "{}",
                story.name
            );
        }
        let body: Value = serde_json::from_str(&requests[0].body).unwrap();
        assert_eq!(body["type"], "segment.entered", "{}", story.name);
        let shown = story.get(&path(&made)).await;
        assert_eq!(
            shown["last_success_at"],
            story.app.app.now().to_string(),
            "{}",
            story.name
        );
        assert_eq!(shown["old_secret_until"], Value::Null, "{}", story.name);
        let list = story.get(&format!("{}/deliveries", path(&made))).await;
        let first = &list["items"][1];
        assert_eq!(
            (&first["state"], &first["last_status"]),
            (&json!("delivered"), &json!(200)),
            "{}",
            story.name
        );
        assert_eq!(
            first["message_id"],
            requests[0].header("webhook-id"),
            "{}",
            story.name
        );
        let detail = story
            .get(&format!(
                "/api/v1/webhook-deliveries/{}",
                first["id"].as_str().unwrap()
            ))
            .await;
        assert_eq!(detail["body"], requests[0].body, "{}", story.name);
        assert_eq!(detail["attempts"][0]["detail"], "ok", "{}", story.name);
    }
}

#[tokio::test]
async fn what_is_not_taken_is_sent_again_and_what_was_given_up_on_request() {
    for test in testkit::both().await {
        let mut story = Story::begin(&test).await;
        let script = vec![
            Act::status(302, "location: http://127.0.0.1:1/\r\n", ""),
            Act::Silence,
            Act::status(410, "", "gone"),
        ];
        let receiver = Receiver::start(script).await;
        let made = story.webhook(&receiver).await;
        story.enter(1).await;
        let sender = story.sender.clone();
        assert_eq!(sender.round().await.unwrap(), 1, "{}", story.name);
        for pause in [6 * SECOND, HOUR] {
            assert_eq!(sender.round().await.unwrap(), 0, "{}: it waits", story.name);
            story.advance(pause).await;
            assert_eq!(sender.round().await.unwrap(), 1, "{}", story.name);
        }
        let off = story.get(&path(&made)).await;
        assert_eq!(
            (&off["enabled"], &off["disabled_reason"]),
            (&json!(false), &json!("gone")),
            "{}",
            story.name
        );
        let list = story
            .get(&format!("{}/deliveries?state=failed", path(&made)))
            .await;
        let one = format!(
            "/api/v1/webhook-deliveries/{}",
            list["items"][0]["id"].as_str().unwrap()
        );
        let attempts = story.get(&one).await["attempts"].clone();
        let said: Vec<_> = attempts
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["status"].clone(), one["outcome"].clone()))
            .collect();
        assert_eq!(
            said,
            [
                (json!(410), json!("recipient_disabled")),
                (Value::Null, json!("timeout")),
                (json!(302), json!("other"))
            ],
            "{}",
            story.name
        );

        // Nothing is sent while it is off, except a test.
        story.enter(2).await;
        assert_eq!(sender.round().await.unwrap(), 0, "{}", story.name);
        let refused = story
            .app
            .post(&format!("{one}/replay"), &story.token, json!({}))
            .await;
        assert_eq!(
            refused.expect(StatusCode::CONFLICT).json()["type"],
            "/problems/webhook-disabled"
        );
        let tested = story
            .app
            .post(&format!("{}/test", path(&made)), &story.token, json!({}))
            .await;
        let ping = tested.expect(StatusCode::CREATED).json();
        assert_eq!(sender.round().await.unwrap(), 1, "{}", story.name);
        let ping = story
            .get(&format!(
                "/api/v1/webhook-deliveries/{}",
                ping["id"].as_str().unwrap()
            ))
            .await;
        assert_eq!(ping["delivery"]["state"], "delivered", "{}", story.name);
        assert_eq!(ping["delivery"]["type"], "ping", "{}", story.name);

        let on = json!({"url": off["url"], "enabled": true, "version": off["version"]});
        let on = story
            .app
            .call(Method::PUT, &path(&made), &story.token, Some(on))
            .await;
        on.expect(StatusCode::OK);
        let range = json!({"from": "2026-07-01T00:00:00Z", "to": "2026-12-01T00:00:00Z", "deliveries": "undelivered"});
        let replayed = story.post(&format!("{}/replay", path(&made)), range).await;
        assert_eq!(
            replayed,
            json!({"queued": 2, "more": false}),
            "{}",
            story.name
        );
        assert_eq!(sender.round().await.unwrap(), 2, "{}", story.name);
        story.post(&format!("{one}/replay"), json!({})).await;
        assert_eq!(sender.round().await.unwrap(), 1, "{}", story.name);

        let requests = receiver.requests().await;
        let ids: Vec<&str> = requests
            .iter()
            .map(|one| one.header("webhook-id"))
            .collect();
        assert_eq!(ids.len(), 7, "{}", story.name);
        let first = ids.iter().filter(|id| **id == ids[0]).count();
        assert_eq!(first, 5, "{}: three tries, two replays, one id", story.name);
    }
}

#[tokio::test]
async fn an_address_inside_is_never_called_and_a_deaf_one_does_not_hold_up_the_others() {
    let test = testkit::sqlite().await;
    let mut story = Story::begin(&test).await;
    let receiver = Receiver::start(vec![]).await;
    let good = story.webhook(&receiver).await;
    let canary = Receiver::start(vec![]).await;
    let inner = story.webhook(&canary).await;
    // Was good when it was saved: a name that leads elsewhere since, or an operator who thought better of it.
    let moved = "UPDATE webhook SET url = $1 WHERE url LIKE $2";
    let address = format!("http://127.0.0.2:{}/", canary.port);
    let binds = [address.into(), format!("%:{}/%", canary.port).into()];
    storage::sql::exec(story.app.kit.db.writer(), moved, binds)
        .await
        .unwrap();
    for n in 1..=20 {
        story.enter(n).await;
    }
    let sent = story.sender.round().await.unwrap();
    assert!(sent < 40, "a breaker spares the deaf one: {sent}");
    assert_eq!(receiver.taken().await.len(), 20);
    assert_eq!(canary.connections(), 0);
    assert_eq!(
        story.get(&path(&good)).await["last_failure_at"],
        Value::Null
    );
    let list = story.get(&format!("{}/deliveries", path(&inner))).await;
    let failed = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["failures"] == 1)
        .unwrap()
        .clone();
    let detail = story
        .get(&format!(
            "/api/v1/webhook-deliveries/{}",
            failed["id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(detail["attempts"][0]["outcome"], "policy");
}
