//! Who may do what, and what is refused.

use access::Role;
use axum::http::{Method, StatusCode};
use kernel::id::WorkspaceId;
use serde_json::{Value, json};
use storage::sql;

use crate::app::TestApp;

async fn make(app: &TestApp, token: &str, body: Value) -> Value {
    let made = app.post("/api/v1/webhooks", token, body).await;
    let made = made.expect(StatusCode::CREATED);
    let json = made.json();
    let location = made.headers["location"].to_str().unwrap();
    assert_eq!(
        location,
        format!("/api/v1/webhooks/{}", json["id"].as_str().unwrap())
    );
    json
}

/// Code and pointer of everything that is wrong.
fn faults(answer: &crate::app::Answer) -> Vec<(String, String)> {
    let json = answer.json();
    let errors = json["errors"].as_array().unwrap();
    let text = |error: &Value, key: &str| error[key].as_str().unwrap().to_owned();
    errors
        .iter()
        .map(|error| (text(error, "pointer"), text(error, "code")))
        .collect()
}

#[tokio::test]
async fn a_webhook_lives_from_its_secret_to_its_end() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let token = app.token(Role::Admin).await;
        let none = app
            .get("/api/v1/webhooks", &token)
            .await
            .expect(StatusCode::OK);
        assert_eq!(none.json(), json!([]), "{}", test.name());
        let body = json!({"url": " https://hooks.example.jp/T0KEN ", "description": "在庫 😀", "types": ["segment.entered"]});
        let made = make(&app, &token, body).await;
        let secret = made["secret"].as_str().unwrap();
        assert!(
            channel_webhook::Secret::parse(secret).is_ok(),
            "{}",
            test.name()
        );
        assert_eq!(
            made["url"],
            "https://hooks.example.jp/T0KEN",
            "{}",
            test.name()
        );
        assert_eq!(made["enabled"], true, "{}", test.name());
        let path = format!("/api/v1/webhooks/{}", made["id"].as_str().unwrap());

        // Shown again only where it is asked for.
        for look in [
            app.get("/api/v1/webhooks", &token).await,
            app.get(&path, &token).await,
        ] {
            assert!(!look.text.contains("whsec_"), "{}", test.name());
        }
        let opened = app
            .get(&format!("{path}/secret"), &token)
            .await
            .expect(StatusCode::OK);
        assert_eq!(
            opened.json(),
            json!({"secret": secret, "old_secret_until": null}),
            "{}",
            test.name()
        );

        let replaced = app
            .post(&format!("{path}/secret"), &token, json!({}))
            .await
            .expect(StatusCode::OK);
        assert_ne!(replaced.json()["secret"], secret, "{}", test.name());
        let until = app.app.now().plus(kernel::time::DAY).to_string();
        assert_eq!(
            replaced.json()["old_secret_until"],
            until,
            "{}",
            test.name()
        );
        let own = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let replaced = app
            .post(&format!("{path}/secret"), &token, json!({"secret": own}))
            .await;
        assert_eq!(
            replaced.expect(StatusCode::OK).json()["secret"],
            own,
            "{}",
            test.name()
        );

        let change = json!({"url": "https://hooks.example.jp/2", "enabled": false, "version": 1});
        let changed = app
            .call(Method::PUT, &path, &token, Some(change.clone()))
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(changed["disabled_reason"], "user", "{}", test.name());
        assert_eq!(changed["types"], json!([]), "{}", test.name());
        let late = app.call(Method::PUT, &path, &token, Some(change)).await;
        assert_eq!(
            late.expect(StatusCode::CONFLICT).json()["type"],
            "/problems/conflict"
        );
        let without = json!({"url": "https://hooks.example.jp/2"});
        let without = app.call(Method::PUT, &path, &token, Some(without)).await;
        assert_eq!(
            faults(&without.expect(StatusCode::UNPROCESSABLE_ENTITY))[0].0,
            "/version"
        );

        app.delete(&path, &token)
            .await
            .expect(StatusCode::NO_CONTENT);
        app.get(&path, &token).await.expect(StatusCode::NOT_FOUND);
        app.delete(&path, &token)
            .await
            .expect(StatusCode::NOT_FOUND);
        app.get(&format!("{path}/secret"), &token)
            .await
            .expect(StatusCode::NOT_FOUND);
        let db = app.kit.db.reader();
        let kept = sql::number(
            db,
            "SELECT COUNT(*) FROM secret WHERE name LIKE 'webhook.%'",
            [],
        )
        .await;
        assert_eq!(kept.unwrap(), 0, "{}", test.name());

        let log = app
            .get("/api/v1/audit", &token)
            .await
            .expect(StatusCode::OK);
        let entries = log.json()["items"].as_array().unwrap().clone();
        let actions: Vec<&str> = entries
            .iter()
            .filter_map(|entry| entry["action"].as_str())
            .collect();
        assert_eq!(
            actions,
            [
                "webhook.delete",
                "webhook.change",
                "webhook.secret_replace",
                "webhook.secret_replace",
                "webhook.secret_open",
                "webhook.create"
            ],
            "{}",
            test.name()
        );
        assert!(
            !log.text.contains("T0KEN") && !log.text.contains("whsec_"),
            "{}",
            test.name()
        );
    }
}

#[tokio::test]
async fn every_field_that_is_wrong_is_told() {
    let test = testkit::sqlite().await;
    let app = TestApp::new(&test).await;
    let token = app.token(Role::Owner).await;
    for (url, code) in [
        ("", "url"),
        ("example.jp", "url"),
        ("http://example.jp", "scheme"),
        ("ftp://example.jp", "scheme"),
        ("https://u:p@example.jp", "credentials"),
        ("https://example.jp/#x", "fragment"),
        ("https://example.jp:25", "port"),
        ("https://127.0.0.1", "not_allowed"),
        ("https://[::1]:8443", "not_allowed"),
        ("https://169.254.169.254/latest", "not_allowed"),
        ("https://0x7f.1", "url"),
        ("https://2130706433", "url"),
        ("https://１２７．０．０．１", "url"),
    ] {
        let answer = app
            .post("/api/v1/webhooks", &token, json!({"url": url}))
            .await;
        let answer = answer.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            faults(&answer),
            [("/url".to_owned(), code.to_owned())],
            "{url:?}"
        );
    }
    let body = json!({"url": "x", "description": "あ".repeat(201), "types": ["segment.left", "ping", "😀"]});
    let all = app.post("/api/v1/webhooks", &token, body).await;
    let all = faults(&all.expect(StatusCode::UNPROCESSABLE_ENTITY));
    let pointers: Vec<&str> = all.iter().map(|(pointer, _)| pointer.as_str()).collect();
    assert_eq!(pointers, ["/description", "/types/1", "/types/2", "/url"]);
    let missing = app.post("/api/v1/webhooks", &token, json!({})).await;
    missing.expect(StatusCode::UNPROCESSABLE_ENTITY);

    for n in 0..20 {
        make(
            &app,
            &token,
            json!({"url": format!("https://example.jp/{n}")}),
        )
        .await;
    }
    let surplus = app
        .post(
            "/api/v1/webhooks",
            &token,
            json!({"url": "https://example.jp"}),
        )
        .await;
    assert_eq!(
        faults(&surplus.expect(StatusCode::UNPROCESSABLE_ENTITY))[0].1,
        "too_many"
    );

    let list = app.get("/api/v1/webhooks", &token).await.json();
    let path = format!("/api/v1/webhooks/{}", list[0]["id"].as_str().unwrap());
    for (body, pointer) in [
        (json!({"from": "yesterday", "deliveries": "all"}), "/from"),
        (
            json!({"from": "2026-07-14T00:00:00Z", "to": "2026-07-13T00:00:00Z", "deliveries": "all"}),
            "/to",
        ),
        (
            json!({"from": "2026-07-13T00:00:00Z", "deliveries": "some"}),
            "/deliveries",
        ),
    ] {
        let answer = app.post(&format!("{path}/replay"), &token, body).await;
        assert_eq!(
            faults(&answer.expect(StatusCode::UNPROCESSABLE_ENTITY))[0].0,
            pointer
        );
    }
    for secret in ["", "whsec_AAAA", "whsk_x", "秘密"] {
        let answer = app
            .post(&format!("{path}/secret"), &token, json!({"secret": secret}))
            .await;
        assert_eq!(
            faults(&answer.expect(StatusCode::UNPROCESSABLE_ENTITY))[0].0,
            "/secret"
        );
    }
    let answer = app
        .get(&format!("{path}/deliveries?state=lost"), &token)
        .await;
    assert_eq!(
        faults(&answer.expect(StatusCode::UNPROCESSABLE_ENTITY))[0].0,
        "/state"
    );
    let types = app.get("/api/v1/webhook-types", &token).await.json();
    assert_eq!(
        types.as_array().unwrap().len(),
        webhooks::EventType::ALL.len()
    );
    assert_eq!(
        types[0],
        json!({"name": "segment.entered", "description": "A customer entered a segment"})
    );
}

#[tokio::test]
async fn a_lesser_role_and_another_workspace_get_nothing() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let owner = app.token(Role::Owner).await;
        let made = make(&app, &owner, json!({"url": "https://example.jp/"})).await;
        let path = format!("/api/v1/webhooks/{}", made["id"].as_str().unwrap());
        let ping = app
            .post(&format!("{path}/test"), &owner, json!({}))
            .await
            .expect(StatusCode::CREATED);
        let ping = format!(
            "/api/v1/webhook-deliveries/{}",
            ping.json()["id"].as_str().unwrap()
        );
        let other = WorkspaceId::from_raw(700_000_000_000_000_002);
        app.kit.add_workspace(other, "みどり薬局").await;
        let stranger = app.token_in(other, Role::Owner).await;
        let marketer = app.token(Role::Marketer).await;
        let write = json!({"url": "https://example.jp/", "version": 1});
        let range = json!({"from": "2026-07-13T00:00:00Z", "deliveries": "all"});
        for (method, path, body) in [
            (Method::GET, path.clone(), None),
            (Method::PUT, path.clone(), Some(write)),
            (Method::GET, format!("{path}/secret"), None),
            (Method::POST, format!("{path}/secret"), Some(json!({}))),
            (Method::POST, format!("{path}/test"), Some(json!({}))),
            (Method::GET, format!("{path}/deliveries"), None),
            (Method::POST, format!("{path}/replay"), Some(range)),
            (Method::GET, ping.clone(), None),
            (Method::POST, format!("{ping}/replay"), Some(json!({}))),
            (Method::DELETE, path.clone(), None),
        ] {
            let answer = app
                .call(method.clone(), &path, &stranger, body.clone())
                .await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
            let answer = app.call(method.clone(), &path, &marketer, body).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}");
        }
        let theirs = app
            .get("/api/v1/webhooks", &stranger)
            .await
            .expect(StatusCode::OK);
        assert_eq!(theirs.json(), json!([]), "{}", test.name());
        app.get("/api/v1/webhooks", &marketer)
            .await
            .expect(StatusCode::FORBIDDEN);
        app.get(&path, &owner).await.expect(StatusCode::OK);
    }
}
