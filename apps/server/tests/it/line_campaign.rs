//! A campaign through LINE, from the cards to the tap, with LINE's platform played by a fake.

use std::{collections::HashMap, time::Duration};

use access::Role;
use axum::http::{Method, StatusCode, header};
use campaigns::{
    ledger::{self, DeliveryState, WriterOptions},
    model::State,
    send::SendOptions,
    store,
};
use line_fake::{LineFake, Options, Trick};
use serde_json::{Value, json};
use storage::sql;
use testkit::both;
use tokio_util::sync::CancellationToken;

use crate::{
    app::TestApp,
    judged::send,
    line::{account, with_line},
};

mod numbers;

fn user(id: i64) -> String {
    format!("U{id:032x}")
}

/// Adds customers who follow the account.
async fn friends(app: &TestApp, fake: &LineFake, account: i64, n: i64) {
    let tx = app.kit.db.begin().await.unwrap();
    for id in 1..=n {
        fake.befriend(&user(id));
        let workspace = app.kit.workspace.raw();
        for text in [
            format!(
                "INSERT INTO profile (workspace_id, id, full_name, is_anonymous, attributes, search_text,
                   first_seen_at, last_seen_at, created_at, updated_at)
                 VALUES ({workspace}, {id}, '客{id}', FALSE, '{{}}', '', 0, 0, 0, 0)"
            ),
            format!(
                "INSERT INTO identity (workspace_id, kind, value, profile_id, origin_profile_id, source, created_at)
                 VALUES ({workspace}, 5, '{}', {id}, {id}, 1, 0)",
                user(id)
            ),
            format!(
                "INSERT INTO line_friend (workspace_id, account_id, user_id, state, state_at)
                 VALUES ({workspace}, {account}, '{}', 0, 0)",
                user(id)
            ),
        ] {
            sql::exec(&tx, text, []).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
}

/// A connected account with friends.
struct Shop {
    app: TestApp,
    fake: LineFake,
    owner: String,
    sender: String,
}

impl Shop {
    async fn new(test: &testkit::TestDb, n: i64) -> Self {
        let (app, fake) = with_line(test, Options::default()).await;
        let owner = app.token(Role::Owner).await;
        let made = app.post("/api/v1/senders", &owner, account()).await;
        let made = made.expect(StatusCode::CREATED).json();
        let sender = made["id"].as_str().unwrap().to_owned();
        let id: kernel::id::SenderId = sender.parse().unwrap();
        friends(&app, &fake, id.raw(), n).await;
        Self {
            app,
            fake,
            owner,
            sender,
        }
    }

    fn document(&self, messages: &Value) -> Value {
        json!({
            "version": 1,
            "target": {"everybody": true},
            "offer": {"kind": "none"},
            "timing": {"kind": "now"},
            "channel": {"kind": "line", "sender": self.sender},
            "contents": {"source": {"line": {"version": 1, "kind": "line", "name": "春", "default_locale": "ja",
                "variants": {"ja": {"messages": messages}}}}},
            "goal": {"event": "order", "window_days": 7},
        })
    }

    async fn draft(&self, messages: &Value) -> (String, i64) {
        let body = json!({"name": "春の案内", "document": self.document(messages)});
        let made = self.app.post("/api/v1/campaigns", &self.owner, body).await;
        let made = made.expect(StatusCode::CREATED).json();
        let path = format!("/api/v1/campaigns/{}", made["id"].as_str().unwrap());
        (path, made["version"].as_i64().unwrap())
    }

    /// Launches and sends it; returns its path.
    async fn sent(&self, messages: &Value) -> String {
        let (path, version) = self.draft(messages).await;
        let launch = json!({"version": version});
        let launched = self
            .app
            .post(&format!("{path}/launch"), &self.owner, launch)
            .await;
        launched.expect(StatusCode::OK);
        send(&self.app, &format!("{path}/progress"), &self.owner).await;
        path
    }

    /// As [`Shop::sent`], while hours go by: what waits for a repeat becomes due.
    async fn sent_patiently(&self, messages: &Value) -> String {
        let (path, version) = self.draft(messages).await;
        let launch = json!({"version": version});
        let launched = self
            .app
            .post(&format!("{path}/launch"), &self.owner, launch)
            .await;
        launched.expect(StatusCode::OK);
        let app = &self.app.app;
        server::job_worker(app).run_due().await.unwrap();
        let stop = CancellationToken::new();
        let options = SendOptions {
            poll: Duration::from_millis(5),
            ..SendOptions::default()
        };
        let (worker, writer) = server::send_worker(app, WriterOptions::default(), options);
        let writer = tokio::spawn(writer);
        let worker = tokio::spawn(worker.run(stop.clone()));
        let id = path.rsplit('/').next().unwrap().parse().unwrap();
        let mut is_over = false;
        for _ in 0..3_000 {
            let found = store::find(app.db.reader(), self.app.kit.workspace, id)
                .await
                .unwrap();
            is_over = found.unwrap().stage.state == State::Finished;
            if is_over {
                break;
            }
            self.app.kit.clock.advance(2_000);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(is_over, "the campaign did not end");
        stop.cancel();
        worker.await.unwrap();
        writer.await.unwrap();
        path
    }

    /// How many of the platform's deliveries each friend got.
    fn copies(&self) -> HashMap<String, usize> {
        let mut copies = HashMap::new();
        for one in self.fake.taken() {
            *copies.entry(one.user).or_default() += 1;
        }
        copies
    }
}

#[tokio::test]
async fn a_card_reaches_every_friend_and_a_tap_is_hers_while_the_preview_of_the_chat_is_nobodys() {
    for test in both().await {
        let shop = Shop::new(&test, 3).await;
        let cards = json!([{"kind": "cards", "alt_text": "{{ customer.name }}さんへ", "cards": [
            {"title": "春の新作", "buttons": [{"kind": "link", "label": "見る", "url": "https://shop.example.jp/new"}]}]}]);
        let (path, _) = shop.draft(&cards).await;
        let review = shop
            .app
            .get(&format!("{path}/review"), &shop.owner)
            .await
            .json();
        assert_eq!(review["sendable"], 3, "{}", test.name());
        let ready = shop
            .app
            .get(&format!("{path}/readiness"), &shop.owner)
            .await
            .json();
        assert_eq!(ready["missing"], json!([]));

        let path = shop.sent(&cards).await;
        assert_eq!(shop.fake.misuses(), Vec::<String>::new());
        let got = shop.fake.received(&user(2));
        assert_eq!(got.len(), 1);
        let message: Value = serde_json::to_value(&got[0].messages).unwrap();
        assert_eq!(message[0]["altText"], "客2さんへ");
        let uri = message[0]["contents"]["footer"]["contents"][0]["action"]["uri"]
            .as_str()
            .unwrap();
        let link = &uri[uri.find("/c/").unwrap()..];

        shop.app.kit.clock.advance(60_000);
        let visit = |agent: &'static str| {
            let request = axum::http::Request::get(link).header(header::USER_AGENT, agent);
            shop.app
                .send(request.body(axum::body::Body::empty()).unwrap())
        };
        for robot in ["facebookexternalhit/1.1;line-poker/1.0", "LineSpider/2.0"] {
            let answer = visit(robot).await;
            assert!(answer.status.is_redirection(), "{robot}: {}", answer.status);
        }
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Line/15.1.0";
        let answer = visit(phone).await;
        assert_eq!(
            answer.headers[header::LOCATION],
            "https://shop.example.jp/new"
        );
        let count = |text: &'static str| sql::number(shop.app.kit.db.reader(), text, []);
        assert_eq!(
            count("SELECT COUNT(*) FROM event WHERE name_id = 43 AND profile_id = 2 AND (flags & 1) = 0").await.unwrap(),
            1,
            "{}: one tap of a person",
            test.name()
        );
        assert_eq!(
            count("SELECT COUNT(*) FROM event WHERE name_id = 43 AND (flags & 1) = 1")
                .await
                .unwrap(),
            2,
            "the robots are kept, and count for nobody"
        );
        let progress = shop
            .app
            .get(&format!("{path}/progress"), &shop.owner)
            .await
            .json();
        assert_eq!(progress["accepted"], 3);
        let path = format!("{path}/report");
        let report = shop.app.get(&path, &shop.owner).await.json();
        let told: Vec<&str> = report["figures"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|figure| figure["metric"].as_str())
            .collect();
        assert!(
            told.contains(&"clicks") && told.contains(&"sends"),
            "{told:?}"
        );
        for unknown in ["opens", "opens_raw", "unsubscribes", "complaints"] {
            assert!(
                !told.contains(&unknown),
                "LINE does not tell {unknown}, which is not zero"
            );
        }
    }
}

#[tokio::test]
async fn a_platform_that_answers_badly_costs_nobody_a_message_and_nobody_gets_two() {
    for messages in [
        json!([{"kind": "text", "text": "本日限りの特売です"}]),
        json!([{"kind": "text", "text": "{{ customer.name }}さん、本日限りの特売です"}]),
    ] {
        for test in both().await {
            let shop = Shop::new(&test, 40).await;
            let refused = Trick::Answer {
                status: 429,
                message: "The API rate limit has been exceeded. Try again later.".to_owned(),
            };
            shop.fake
                .play([Trick::TakeAndBreak, refused, Trick::TakeAndFail]);
            let path = shop.sent_patiently(&messages).await;
            let copies = shop.copies();
            assert!(
                copies.len() == 40 && copies.values().all(|n| *n == 1),
                "{}: {copies:?}",
                test.name()
            );
            let (app, id) = (&shop.app, path.rsplit('/').next().unwrap());
            let seen =
                ledger::progress(app.kit.db.reader(), app.kit.workspace, id.parse().unwrap());
            let seen = seen.await.unwrap();
            let of = |state| seen.of(state);
            assert_eq!(
                (of(DeliveryState::Accepted), of(DeliveryState::Unknown)),
                (40, 0)
            );
        }
    }
}

#[tokio::test]
async fn what_line_would_refuse_is_told_before_the_launch_with_its_place() {
    let test = testkit::sqlite().await;
    let shop = Shop::new(&test, 1).await;
    let long = json!([{"kind": "text", "text": "あ".repeat(5_001)}]);
    let (path, version) = shop.draft(&long).await;
    let ready = shop
        .app
        .get(&format!("{path}/readiness"), &shop.owner)
        .await
        .json();
    assert_eq!(
        ready["missing"][0]["pointer"],
        "/contents/variants/ja/messages/0"
    );
    let launch = json!({"version": version});
    let refused = shop
        .app
        .post(&format!("{path}/launch"), &shop.owner, launch)
        .await;
    refused.expect(StatusCode::UNPROCESSABLE_ENTITY);

    // An email's sender cannot speak on LINE, and words for LINE are no email.
    let senders = shop.app.get("/api/v1/senders", &shop.owner).await.json();
    assert_eq!(senders.as_array().unwrap().len(), 1);
    let mut document = shop.document(&json!([{"kind": "text", "text": "x"}]));
    document["channel"] = json!({"kind": "email", "sender": shop.sender});
    let body = json!({"name": "x", "document": document});
    let made = shop.app.post("/api/v1/campaigns", &shop.owner, body).await;
    let made = made.expect(StatusCode::CREATED).json();
    let path = format!(
        "/api/v1/campaigns/{}/readiness",
        made["id"].as_str().unwrap()
    );
    let missing = shop.app.get(&path, &shop.owner).await.json()["missing"].clone();
    let pointers: Vec<&str> = missing
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["pointer"].as_str())
        .collect();
    assert!(pointers.contains(&"/channel/sender"), "{missing}");
    assert!(pointers.contains(&"/contents/source"), "{missing}");
}

#[tokio::test]
async fn the_preview_shows_a_made_up_customer_and_says_how_it_would_travel() {
    let test = testkit::sqlite().await;
    let shop = Shop::new(&test, 1).await;
    let preview = |text: &str| {
        let body = json!({"document": {"version": 1, "kind": "line", "name": "x", "default_locale": "ja",
            "variants": {"ja": {"messages": [{"kind": "text", "text": text}]}}}});
        shop.app
            .post("/api/v1/contents/line/preview", &shop.owner, body)
    };
    let seen = preview("みなさまへ").await.expect(StatusCode::OK).json();
    assert_eq!(seen["messages"][0]["text"], "みなさまへ");
    assert_eq!(seen["is_same_for_all"], true);
    let page = shop
        .app
        .get(seen["preview_url"].as_str().unwrap(), "")
        .await;
    assert!(page.text.contains("みなさまへ"));
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("sandbox") && policy.contains("default-src 'none'"));
    for text in ["{{ customer.name }}", "https://shop.example.jp/"] {
        assert_eq!(
            preview(text).await.json()["is_same_for_all"],
            false,
            "{text}"
        );
    }
    let wrong = preview("{% if %}")
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY)
        .json();
    assert_eq!(
        wrong["errors"][0]["pointer"],
        "/document/variants/ja/messages/0/text"
    );
    let nobody = shop
        .app
        .call(
            Method::POST,
            "/api/v1/contents/line/preview",
            "",
            Some(json!({})),
        )
        .await;
    nobody.expect(StatusCode::UNAUTHORIZED);
}
