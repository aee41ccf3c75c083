//! What is worth knowing of a rule, and how it came to say what it says.

use access::Role;
use axum::http::{Method, StatusCode};
use kernel::{
    id::WorkspaceId,
    time::{Clock, DAY},
};
use serde_json::{Value as Json, json};
use storage::sql;

use crate::app::TestApp;

const WOMEN: i64 = 900;
const EVERYBODY: i64 = 1_200;

/// Women, of whom every third bought ten days ago and every third a hundred days ago; and men, who never did.
async fn shop(app: &TestApp) {
    let tx = app.kit.db.begin().await.unwrap();
    let workspace = app.kit.workspace.raw();
    let now = app.kit.clock.now().0;
    for id in 1..=EVERYBODY {
        let gender = if id <= WOMEN { "female" } else { "male" };
        let attributes = storage::Value::Json(Some(Box::new(json!({ "gender": gender }))));
        let text = "INSERT INTO profile (workspace_id, id, is_anonymous, full_name, attributes, search_text,
                        first_seen_at, last_seen_at, created_at, updated_at)
                    VALUES ($1, $2, FALSE, '客', $3, '', 0, 0, 0, 0)";
        let binds = [workspace.into(), id.into(), attributes];
        sql::exec(&tx, text, binds).await.unwrap();
        let days = match (gender, id % 3) {
            ("female", 0) => 10,
            ("female", 1) => 100,
            _ => continue,
        };
        let text =
            "INSERT INTO event (workspace_id, profile_id, occurred_at, id, name_id, received_at)
                    VALUES ($1, $2, $3, $2, 1, $3)";
        let binds = [workspace.into(), id.into(), (now - days * DAY).into()];
        sql::exec(&tx, text, binds).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn women() -> Json {
    json!({"version": 2, "root": {"all": [
        {"fact": {"of": {"attribute": "gender"}, "test": {"text": {"equals": "female"}}}},
    ]}})
}

fn bought(days: u32) -> Json {
    json!({"version": 2, "root": {"all": [
        {"events": {"names": ["Order Completed"], "within": {"last": {"days": days}}, "test": {"count": {"times": {"at_least": 1}}}}},
    ]}})
}

async fn save(app: &TestApp, token: &str, name: &str, document: Json) -> String {
    let body = json!({"name": name, "document": document});
    let saved = app.post("/api/v1/segments", token, body).await;
    let saved = saved.expect(StatusCode::CREATED).json();
    saved["id"].as_str().unwrap().to_owned()
}

async fn remarks(app: &TestApp, token: &str, body: Json) -> Json {
    let answer = app.post("/api/v1/segments/remarks", token, body).await;
    answer.expect(StatusCode::OK).json()
}

fn codes(said: &Json) -> Vec<&str> {
    let items = said["items"].as_array().unwrap().iter();
    items.map(|one| one["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_rule_is_told_what_is_wrong_with_whom_it_selects() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        shop(&app).await;
        let token = app.token(Role::Marketer).await;
        let said = remarks(&app, &token, json!({"document": women()})).await;
        assert_eq!(
            codes(&said),
            ["only_demographic", "too_large"],
            "{}",
            test.name()
        );
        assert_eq!(
            (&said["members"], &said["everybody"]),
            (&json!(WOMEN), &json!(EVERYBODY))
        );
        let spread = said["spread"].as_array().unwrap().iter();
        let spread: Vec<_> = spread
            .map(|one| {
                (
                    one["bought"].as_str().unwrap(),
                    one["members"].as_i64().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            spread,
            [
                ("30", 300),
                ("90", 0),
                ("365", 300),
                ("longer", 0),
                ("never", 300)
            ]
        );

        // A second one with the same people is told of the first; the first itself is not.
        let id = save(&app, &token, "女性のお客様", women()).await;
        let said = remarks(&app, &token, json!({"document": women()})).await;
        assert!(codes(&said).contains(&"almost_the_same"));
        let twin = said["items"].as_array().unwrap().last().unwrap();
        assert_eq!(
            (&twin["segment"]["id"], &twin["segment"]["name"]),
            (&json!(id), &json!("女性のお客様"))
        );
        assert!(
            twin["message"]["ja"]
                .as_str()
                .unwrap()
                .contains("「女性のお客様」と100%")
        );
        let own = remarks(&app, &token, json!({"document": women(), "segment": id})).await;
        assert_eq!(codes(&own), ["only_demographic", "too_large"]);

        // What they did is asked: nothing but its size is remarked upon.
        let said = remarks(&app, &token, json!({"document": bought(30)})).await;
        assert_eq!(
            (codes(&said), said.get("spread")),
            (vec!["too_small"], None)
        );
        assert_eq!(said["power"]["needed"], 394);
        assert!(said["power"]["smallest"].as_f64().unwrap() > 0.2);
        let said = remarks(&app, &token, json!({"document": bought(1)})).await;
        assert_eq!(codes(&said), ["nobody"]);
    }
}

#[tokio::test]
async fn a_segment_that_is_no_longer_who_it_was_is_told_so() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        shop(&app).await;
        let token = app.token(Role::Marketer).await;
        let id = save(&app, &token, "最近の購入者", bought(120)).await;
        crate::membership::keep(&app).await;
        app.kit.clock.advance(29 * DAY);
        crate::membership::keep(&app).await;
        let token = app.token(Role::Marketer).await;
        let said = remarks(
            &app,
            &token,
            json!({"document": bought(120), "segment": id}),
        )
        .await;
        // Those who bought a hundred days before have left the window.
        assert_eq!(codes(&said), ["too_small", "drifted"], "{}", test.name());
        let message = said["items"][1]["message"]["en"].as_str().unwrap();
        assert!(
            message.contains("of 600 people") && message.contains("300 are still in"),
            "{message}"
        );
        let edited = remarks(&app, &token, json!({"document": bought(60), "segment": id})).await;
        assert!(
            !codes(&edited).contains(&"drifted"),
            "another rule has no past"
        );
    }
}

#[tokio::test]
async fn strangers_and_nonsense_get_no_remarks() {
    let test = testkit::sqlite().await;
    let app = TestApp::new(&test).await;
    let token = app.token(Role::Marketer).await;
    let id = save(&app, &token, "店", women()).await;
    let other = WorkspaceId::from_raw(700_000_000_000_000_002);
    app.kit.add_workspace(other, "よその店").await;
    let stranger = app.token_in(other, Role::Owner).await;
    let ask =
        async |token: &str, body: Json| app.post("/api/v1/segments/remarks", token, body).await;
    let body = json!({"document": women(), "segment": id});
    ask(&stranger, body).await.expect(StatusCode::NOT_FOUND);
    let body = json!({"document": women(), "segment": "seg_0' OR 1=1"});
    ask(&token, body).await.expect(StatusCode::NOT_FOUND);
    let wrong = ask(
        &token,
        json!({"document": {"version": 2, "root": {"all": [{"nope": 1}]}}}),
    )
    .await;
    assert!(
        wrong.json()["errors"][0]["pointer"]
            .as_str()
            .unwrap()
            .starts_with("/document/root")
    );
    let versions = format!("/api/v1/segments/{id}/versions");
    app.get(&versions, &stranger)
        .await
        .expect(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn each_version_says_what_changed_and_by_whom() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let token = app.token(Role::Marketer).await;
        let id = save(&app, &token, "最近の購入者", bought(30)).await;
        let path = format!("/api/v1/segments/{id}");
        let mut root = bought(60)["root"].clone();
        root["all"]
            .as_array_mut()
            .unwrap()
            .push(json!({"consent": {"channel": "email"}}));
        let documents = [json!({"version": 2, "root": root}), women()];
        for (version, document) in (1..).zip(documents) {
            let body = json!({"version": version, "name": "最近の購入者", "document": document});
            let saved = app.call(Method::PUT, &path, &token, Some(body)).await;
            saved.expect(StatusCode::OK);
        }
        let versions = app.get(&format!("{path}/versions"), &token).await;
        let versions = versions.expect(StatusCode::OK).json();
        let versions = versions.as_array().unwrap();
        let numbers: Vec<_> = versions
            .iter()
            .map(|one| one["version"].as_i64().unwrap())
            .collect();
        assert_eq!(numbers, [3, 2, 1], "{}", test.name());
        let kinds = |version: &Json| -> Vec<String> {
            let changes = version["changes"].as_array().unwrap().iter();
            changes
                .map(|one| one["kind"].as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(kinds(&versions[0]), ["added", "removed", "removed"]);
        assert_eq!(kinds(&versions[1]), ["changed", "added"]);
        assert!(kinds(&versions[2]).is_empty());
        let change = &versions[1]["changes"][0];
        let days = |side: &str| change[side]["ja"].as_str().unwrap().to_owned();
        assert!(
            days("before").contains("30日") && days("after").contains("60日"),
            "{change}"
        );
        assert_eq!(versions[2]["document"], bought(30));
        assert!(versions[0]["saved_by"].is_string(), "{}", versions[0]);
    }
}
