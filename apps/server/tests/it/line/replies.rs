//! Answers by themselves: once, within the minute, to words that are known.

use access::Role;
use axum::http::{Method, StatusCode};
use kernel::{id::WorkspaceId, time::MINUTE};
use line_fake::{LineFake, Options};
use serde_json::{Value, json};
use storage::sql;
use testkit::TestDb;

use super::{
    hooks::{USER, tell},
    with_line,
};
use crate::app::TestApp;

struct Shop {
    app: TestApp,
    fake: LineFake,
    token: String,
    account: String,
}

impl Shop {
    async fn new(test: &TestDb) -> Self {
        let (app, fake) = with_line(test, Options::default()).await;
        let token = app.token(Role::Owner).await;
        let made = app
            .post("/api/v1/senders", &token, super::account())
            .await
            .expect(StatusCode::CREATED);
        let account = made.json()["id"].as_str().unwrap().to_owned();
        fake.befriend(USER);
        Self {
            app,
            fake,
            token,
            account,
        }
    }

    fn path(&self) -> String {
        format!("/api/v1/line/{}/replies", self.account)
    }

    async fn rule(&self, body: Value) -> Value {
        let made = self.app.post(&self.path(), &self.token, body).await;
        made.expect(StatusCode::CREATED).json()
    }

    fn wrote(&self, text: &str) -> Value {
        let mut event = self.fake.event("message", USER);
        event["message"] = json!({ "type": "text", "id": "468", "text": text });
        event
    }

    /// Lets LINE tell, and waits until what follows in the background is written down.
    async fn hear(&self, events: &[Value], settled: i64) {
        tell(&self.app, &self.fake, &self.account, events).await;
        let text = "SELECT COUNT(*) FROM line_reply WHERE settled_at IS NOT NULL";
        while sql::number(self.app.kit.db.reader(), text, [])
            .await
            .unwrap()
            < settled
        {
            tokio::task::yield_now().await;
        }
    }
}

fn body(how: &str, keywords: &[&str], text: &str) -> Value {
    json!({ "name": "営業時間", "how": how, "keywords": keywords, "document": document(text) })
}

fn document(text: &str) -> Value {
    json!({ "version": 1, "kind": "line", "name": "営業時間", "default_locale": "ja",
        "variants": { "ja": { "messages": [{ "kind": "text", "text": text }] } } })
}

#[tokio::test]
async fn known_words_are_answered_once_and_within_the_minute() {
    for test in testkit::both().await {
        let shop = Shop::new(&test).await;
        let made = shop
            .rule(body("exact", &["営業時間"], "10時から19時までです🍵"))
            .await;
        let asked = shop.wrote("　営業 時間");
        shop.hear(std::slice::from_ref(&asked), 1).await;
        // The same event again, and words that nobody knows.
        shop.hear(&[asked, shop.wrote("こんにちは")], 1).await;
        let got = shop.fake.received(USER);
        assert_eq!(got.len(), 1, "{}", test.name());
        assert_eq!(
            (got[0].call.as_str(), &got[0].messages[0]["text"]),
            ("reply", &json!("10時から19時までです🍵"))
        );
        assert!(shop.fake.misuses().is_empty());
        // A minute later LINE promises nothing.
        let late = shop.wrote("営業時間");
        shop.app.kit.clock.advance(MINUTE);
        shop.hear(&[late], 2).await;
        assert_eq!(shop.fake.received(USER).len(), 1);
        let token = shop.app.token(Role::Owner).await;
        let listed = shop.app.get(&shop.path(), &token).await.json();
        assert_eq!([&listed[0]["n_accepted"], &listed[0]["n_failed"]], [1, 1]);
        // Switched off it is silent; a stale version changes nothing.
        let one = format!("/api/v1/line-replies/{}", made["id"].as_str().unwrap());
        let mut off = body("exact", &["営業時間"], "はい");
        off["enabled"] = json!(false);
        off["version"] = json!(1);
        let saved = shop
            .app
            .call(Method::PUT, &one, &token, Some(off.clone()))
            .await;
        saved.expect(StatusCode::OK);
        let stale = shop.app.call(Method::PUT, &one, &token, Some(off)).await;
        stale.expect(StatusCode::CONFLICT);
        shop.hear(&[shop.wrote("営業時間")], 2).await;
        let text = "SELECT COUNT(*) FROM line_reply";
        let n = sql::number(shop.app.kit.db.reader(), text, []).await;
        assert_eq!(n.unwrap(), 2);
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_not_saved_and_anybody_who_reads_may_try() {
    let test = testkit::sqlite().await;
    let shop = Shop::new(&test).await;
    for (change, pointer) in [
        (json!({ "name": "" }), "/name"),
        (json!({ "keywords": [" "] }), "/keywords"),
        (
            json!({ "document": document("") }),
            "/document/variants/ja/messages/0",
        ),
    ] {
        let mut body = body("exact", &["はい"], "いいえ");
        for (key, value) in change.as_object().unwrap() {
            body[key] = value.clone();
        }
        let answer = shop.app.post(&shop.path(), &shop.token, body).await;
        let refused = answer.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(refused["errors"][0]["pointer"], pointer);
    }
    let made = shop
        .rule(body(
            "contains",
            &["営業"],
            "{{ customer.name }}さん、10時からです",
        ))
        .await;
    let analyst = shop.app.token(Role::Analyst).await;
    let test = format!("{}/test", shop.path());
    let tried = |text: &str| json!({ "text": text });
    let found = shop
        .app
        .post(&test, &analyst, tried("営業していますか"))
        .await;
    let found = found.expect(StatusCode::OK).json();
    assert_eq!(found["rule"], made["id"]);
    assert!(
        found["messages"][0]["text"]
            .as_str()
            .unwrap()
            .ends_with("10時からです")
    );
    let nothing = shop.app.post(&test, &analyst, tried("こんにちは")).await;
    assert_eq!(nothing.json()["rule"], Value::Null);
    let one = format!("/api/v1/line-replies/{}", made["id"].as_str().unwrap());
    shop.app
        .delete(&one, &analyst)
        .await
        .expect(StatusCode::FORBIDDEN);
    let elsewhere = WorkspaceId::from_raw(700_000_000_000_000_002);
    shop.app.kit.add_workspace(elsewhere, "よその店").await;
    let stranger = shop.app.token_in(elsewhere, Role::Owner).await;
    shop.app
        .delete(&one, &stranger)
        .await
        .expect(StatusCode::NOT_FOUND);
    shop.app
        .get(&shop.path(), &stranger)
        .await
        .expect(StatusCode::NOT_FOUND);
    shop.app
        .delete(&one, &shop.token)
        .await
        .expect(StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_friend_has_the_name_that_she_chose() {
    for test in testkit::both().await {
        let shop = Shop::new(&test).await;
        let follow = shop.fake.event("follow", USER);
        tell(&shop.app, &shop.fake, &shop.account, &[follow]).await;
        let text = "SELECT profile_id FROM identity WHERE kind = 5";
        let id = sql::number(shop.app.kit.db.reader(), text, [])
            .await
            .unwrap();
        let id = kernel::id::ProfileId::from_raw(id);
        let path = format!("/api/v1/customers/{id}/line");
        let shown = shop.app.get(&path, &shop.token).await.json();
        assert_eq!(shown[0]["display_name"], "縁 花子", "{}", test.name());
        // Asked once; and only for who may see who people are.
        let analyst = shop.app.token(Role::Analyst).await;
        let hidden = shop.app.get(&path, &analyst).await.json();
        assert_eq!(hidden[0]["display_name"], Value::Null);
        shop.app
            .get(&path, &shop.token)
            .await
            .expect(StatusCode::OK);
        let asked = shop.fake.log();
        let asked = asked.iter().filter(|one| one.what.contains("/profile/"));
        assert_eq!(asked.count(), 1);
    }
}
