//! LINE accounts: connecting one, what LINE says of wrong credentials, and who may.

use access::Role;
use axum::http::{Method, StatusCode};
use kernel::id::WorkspaceId;
use line_fake::{LineFake, Options};
use serde_json::{Value, json};
use std::sync::Arc;
use testkit::{Kit, TestDb, both};

use crate::app::TestApp;

mod hooks;
mod linking;
mod menus;
mod replies;

pub(crate) const SECRET: &str = "8c570fa6dd201bb328f1c1eac23a96d8";

/// An application whose LINE is a fake.
pub(crate) async fn with_line(test: &TestDb, options: Options) -> (TestApp, LineFake) {
    let kit = Kit::new(test).await;
    let fake = LineFake::start(options, Arc::new(kit.clock.clone())).await;
    let url = fake.base_url();
    let app = TestApp::with(kit, |config| {
        config.security.allow_private = vec!["127.0.0.1/32".to_owned()];
        config.line.api.clone_from(&url);
        config.line.data = url;
    });
    (app, fake)
}

pub(crate) fn account() -> Value {
    json!({ "transport": "line", "line": { "channel_id": "1234567890", "channel_secret": SECRET } })
}

async fn save(app: &TestApp, token: &str, body: Value) -> crate::app::Answer {
    app.call(Method::POST, "/api/v1/senders", token, Some(body))
        .await
}

#[tokio::test]
async fn line_itself_says_who_the_account_is() {
    for test in both().await {
        let (app, fake) = with_line(&test, Options::default()).await;
        let owner = app.token(Role::Owner).await;
        let made = save(&app, &owner, account())
            .await
            .expect(StatusCode::CREATED);
        assert!(!made.text.contains(SECRET), "{}", made.text);
        let made = made.json();
        assert_eq!(made["from_name"], "青葉ストア");
        assert_eq!(made["from_address"], "@216ru123");
        let line = &made["line"];
        assert_eq!(line["bot_user_id"], line_fake::BOT);
        assert_eq!(line["credentials"], "stateless");
        assert_eq!(line["has_secret"], true);
        assert_eq!(line["has_login_secret"], false);
        let hook = format!("/hooks/line/{}", made["id"].as_str().unwrap());
        assert!(line["webhook_url"].as_str().unwrap().ends_with(&hook));
        assert_eq!(fake.tokens_issued(), 1);

        let listed = app.call(Method::GET, "/api/v1/senders", &owner, None).await;
        assert!(!listed.text.contains(SECRET));
        assert_eq!(listed.json()[0]["line"], *line);

        // A second time it is the same account.
        let again = save(&app, &owner, account()).await;
        let again = again.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(again["errors"][0]["pointer"], "/line/channel_id");
        assert_eq!(again["errors"][0]["code"], "taken");
    }
}

#[tokio::test]
async fn what_line_refuses_is_a_field_at_fault_and_nothing_is_saved() {
    for test in both().await {
        let (app, _fake) = with_line(&test, Options::default()).await;
        let owner = app.token(Role::Owner).await;
        for (change, pointer, code) in [
            (
                json!({ "channel_secret": "0000" }),
                "/line/channel_secret",
                "refused",
            ),
            (
                json!({ "channel_id": "9999999999" }),
                "/line/channel_secret",
                "refused",
            ),
            (
                json!({ "channel_id": "１２３４５６７" }),
                "/line/channel_id",
                "channel_id",
            ),
            (
                json!({ "channel_secret": null }),
                "/line/channel_secret",
                "required",
            ),
            (
                json!({ "channel_secret": "ひみつ🗝" }),
                "/line/channel_secret",
                "form",
            ),
            (
                json!({ "channel_secret": "x\r\nhost: y" }),
                "/line/channel_secret",
                "form",
            ),
            (
                json!({ "credentials": "long_lived" }),
                "/line/token",
                "required",
            ),
            (
                json!({ "credentials": "long_lived", "token": "no" }),
                "/line/token",
                "refused",
            ),
            (
                json!({ "credentials": "magic" }),
                "/line/credentials",
                "unknown",
            ),
            (json!({ "lanes": 0 }), "/line/lanes", "range"),
        ] {
            let mut body = account();
            for (key, value) in change.as_object().unwrap() {
                body["line"][key] = value.clone();
            }
            let answer = save(&app, &owner, body).await;
            let problem = answer.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{change}");
            assert_eq!(problem["errors"][0]["code"], code, "{change}");
        }
        let listed = app.call(Method::GET, "/api/v1/senders", &owner, None).await;
        assert_eq!(listed.json(), json!([]));
        let none =
            storage::sql::number(app.kit.db.reader(), "SELECT COUNT(*) FROM secret", []).await;
        assert_eq!(none.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_line_that_is_away_is_nobodys_fault() {
    for test in both().await {
        let (app, fake) = with_line(&test, Options::default()).await;
        drop(fake);
        let owner = app.token(Role::Owner).await;
        let answer = save(&app, &owner, account()).await;
        let problem = answer.expect(StatusCode::SERVICE_UNAVAILABLE).json();
        assert_eq!(problem["type"], "/problems/line-away");
    }
}

#[tokio::test]
async fn a_change_is_checked_with_the_secret_that_is_kept() {
    for test in both().await {
        let options = Options {
            long_lived: Some("by-hand".to_owned()),
            ..Options::default()
        };
        let (app, fake) = with_line(&test, options).await;
        let owner = app.token(Role::Owner).await;
        let made = save(&app, &owner, account()).await.json();
        let path = format!("/api/v1/senders/{}", made["id"].as_str().unwrap());
        let change = |line: Value, version: i64| {
            let body = json!({ "transport": "line", "version": version, "line": line });
            app.call(Method::PUT, &path, &owner, Some(body))
        };
        let line = json!({ "channel_id": "1234567890", "credentials": "long_lived", "token": "by-hand",
            "login_channel_id": "1234567891", "login_channel_secret": "login-secret", "per_second": 50 });
        let changed = change(line.clone(), 1).await.expect(StatusCode::OK);
        assert!(!changed.text.contains("by-hand") && !changed.text.contains("login-secret"));
        let changed = changed.json();
        assert_eq!(changed["line"]["has_token"], true);
        assert_eq!(changed["line"]["has_login_secret"], true);
        assert_eq!(changed["line"]["per_second"], 50);
        assert_eq!(changed["version"], 2);
        change(line.clone(), 1).await.expect(StatusCode::CONFLICT);
        // The secret was issued anew in LINE's console: the kept one does not do any more.
        fake.set_channel_secret("new");
        let stale = change(line, 2)
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY)
            .json();
        assert_eq!(stale["errors"][0]["pointer"], "/line/channel_secret");
        // What it is cannot be changed.
        let mail = json!({ "transport": "sandbox", "version": 2, "from_name": "青葉", "from_address": "a@x.jp" });
        let fixed = app.call(Method::PUT, &path, &owner, Some(mail)).await;
        let fixed = fixed.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(fixed["errors"][0]["pointer"], "/transport");
    }
}

#[tokio::test]
async fn only_who_may_change_settings_connects_and_only_at_home() {
    for test in both().await {
        let (app, fake) = with_line(&test, Options::default()).await;
        let owner = app.token(Role::Owner).await;
        let made = save(&app, &owner, account()).await.json();
        let viewer = app.token(Role::Viewer).await;
        let before = fake.log().len();
        save(&app, &viewer, account())
            .await
            .expect(StatusCode::FORBIDDEN);
        assert_eq!(
            fake.log().len(),
            before,
            "LINE was asked for somebody who may not"
        );
        let other = WorkspaceId::from_raw(700_000_000_000_000_002);
        app.kit.add_workspace(other, "みどり薬局").await;
        let stranger = app.token_in(other, Role::Owner).await;
        let path = format!("/api/v1/senders/{}", made["id"].as_str().unwrap());
        let mut body = account();
        body["version"] = json!(1);
        let answer = app.call(Method::PUT, &path, &stranger, Some(body)).await;
        answer.expect(StatusCode::NOT_FOUND);
        let check = format!("{path}/check");
        for (token, status) in [
            (&stranger, StatusCode::NOT_FOUND),
            (&viewer, StatusCode::FORBIDDEN),
            (&owner, StatusCode::NO_CONTENT),
        ] {
            let answer = app.call(Method::POST, &check, token, None).await;
            answer.expect(status);
        }
        fake.set_channel_secret("new");
        fake.revoke_tokens();
        let answer = app.call(Method::POST, &check, &owner, None).await;
        let problem = answer.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(problem["errors"][0]["pointer"], "/line/channel_secret");
    }
}
