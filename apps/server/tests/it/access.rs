//! Signing in, members, keys and settings.

use access::{Role, link::Purpose};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn the_first_owner_comes_in_by_a_link_and_stays_signed_in_by_cookie() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let token = app.link(&Purpose::FirstOwner).await;
        let seen = app
            .post("/api/v1/session/link", "", json!({ "token": token }))
            .await
            .expect(StatusCode::OK);
        assert_eq!(
            seen.json(),
            json!({ "result": "set_up", "first_owner": true, "email": null })
        );

        let body = json!({ "token": token, "name": "森 千夏", "email": "mori@example.jp",
            "password": "ながいあいことば2026", "workspace_name": "青葉ストア" });
        let made = app
            .post("/api/v1/session/setup", "", body.clone())
            .await
            .expect(StatusCode::OK);
        assert_eq!(made.json()["role"], "owner");
        assert_eq!(made.json()["workspace"]["tracking_mode"], "required");
        let again = app
            .post("/api/v1/session/setup", "", body)
            .await
            .expect(StatusCode::GONE);
        assert_eq!(again.json()["type"], "/problems/link-spent");

        let cookie = made.cookie();
        assert!(
            made.headers[header::SET_COOKIE]
                .to_str()
                .unwrap()
                .contains("HttpOnly; SameSite=Strict")
        );
        let refresh = |origin: &'static str, cookie: String| {
            let request = Request::builder()
                .method(Method::POST)
                .uri("/api/v1/session/refresh")
                .header(header::COOKIE, cookie)
                .header(header::HOST, "127.0.0.1:8080")
                .header(header::ORIGIN, origin);
            app.send(request.body(Body::empty()).unwrap())
        };
        let foreign = refresh("https://evil.example", cookie.clone())
            .await
            .expect(StatusCode::FORBIDDEN);
        assert_eq!(foreign.json()["type"], "/problems/foreign-origin");
        let fresh = refresh("http://127.0.0.1:8080", cookie)
            .await
            .expect(StatusCode::OK);
        let access = fresh.json()["access_token"].as_str().unwrap().to_owned();
        app.get("/api/v1/workspace", &access)
            .await
            .expect(StatusCode::OK);
    }
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down() {
    let test = testkit::sqlite().await;
    let app = TestApp::new(&test).await;
    let guess = || {
        app.post(
            "/api/v1/session",
            "",
            json!({ "email": "mori@example.jp", "password": "x" }),
        )
    };
    for _ in 0..10 {
        guess().await.expect(StatusCode::UNAUTHORIZED);
    }
    let refused = guess().await.expect(StatusCode::TOO_MANY_REQUESTS);
    let wait: u32 = refused.headers[header::RETRY_AFTER]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=12).contains(&wait), "five a minute: {wait} s");
    assert_eq!(refused.headers["x-ratelimit-reset"], wait.to_string());
}

#[tokio::test]
async fn settings_changed_by_two_people_conflict_instead_of_overwriting() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let owner = app.token(Role::Owner).await;
        let change =
            |name: &str| json!({ "version": 1, "name": name, "postal_address": "東京都港区1-2-3" });
        let first = app
            .patch("/api/v1/workspace", &owner, change("青葉"))
            .await
            .expect(StatusCode::OK);
        assert_eq!(first.json()["version"], 2);
        let second = app
            .patch("/api/v1/workspace", &owner, change("若葉"))
            .await
            .expect(StatusCode::CONFLICT);
        assert_eq!(second.json()["type"], "/problems/conflict");
        let bad = json!({ "version": 2, "time_zone": "Mars/Olympus", "locale": "fr" });
        let bad = app
            .patch("/api/v1/workspace", &owner, bad)
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(bad.json()["errors"][0]["pointer"], "/time_zone");
        assert_eq!(bad.json()["errors"][1]["pointer"], "/locale");
    }
}

#[tokio::test]
async fn a_repeated_post_with_one_key_acts_once() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let owner = app.token(Role::Owner).await;
        let make = |name: &str| {
            let request = Request::builder()
                .method(Method::POST)
                .uri("/api/v1/write-keys")
                .header(header::AUTHORIZATION, format!("Bearer {owner}"))
                .header(header::CONTENT_TYPE, "application/json")
                .header("Idempotency-Key", "order-1");
            app.send(
                request
                    .body(Body::from(
                        json!({ "name": name, "power": "server" }).to_string(),
                    ))
                    .unwrap(),
            )
        };
        let first = make("shop").await.expect(StatusCode::CREATED);
        let again = make("shop").await.expect(StatusCode::CREATED);
        assert_eq!(first.json(), again.json(), "{}", test.name());
        assert_eq!(again.headers["idempotency-replayed"], "true");
        make("other").await.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            app.get("/api/v1/write-keys", &owner)
                .await
                .json()
                .as_array()
                .unwrap()
                .len(),
            1
        );
    }
}

#[tokio::test]
async fn a_key_reaches_only_what_its_scopes_name_and_dies_when_revoked() {
    let test = testkit::sqlite().await;
    let app = TestApp::new(&test).await;
    let owner = app.token(Role::Owner).await;
    let body = json!({ "name": "BI", "scopes": ["reports:read"] });
    let made = app
        .post("/api/v1/api-keys", &owner, body)
        .await
        .expect(StatusCode::CREATED)
        .json();
    let key = made["key"].as_str().unwrap();
    app.get("/api/v1/workspace", key)
        .await
        .expect(StatusCode::OK);
    let refused = app
        .get("/api/v1/audit", key)
        .await
        .expect(StatusCode::FORBIDDEN);
    assert!(
        refused.json()["detail"]
            .as_str()
            .unwrap()
            .contains("audit:read")
    );
    app.delete(
        &format!("/api/v1/api-keys/{}", made["id"].as_str().unwrap()),
        &owner,
    )
    .await
    .expect(StatusCode::NO_CONTENT);
    app.get("/api/v1/workspace", key)
        .await
        .expect(StatusCode::UNAUTHORIZED);
    let actions: Vec<String> = app.get("/api/v1/audit", &owner).await.json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["action"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(actions, ["api_key.revoke", "api_key.create"]);
}

#[tokio::test]
async fn only_an_owner_makes_owners() {
    let test = testkit::sqlite().await;
    let app = TestApp::new(&test).await;
    let admin = app.token(Role::Admin).await;
    app.post("/api/v1/members/invite", &admin, json!({ "role": "owner" }))
        .await
        .expect(StatusCode::FORBIDDEN);
    let link = app
        .post(
            "/api/v1/members/invite",
            &admin,
            json!({ "role": "analyst" }),
        )
        .await
        .expect(StatusCode::CREATED);
    assert!(
        link.json()["url"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:8080/welcome/")
    );
}

#[tokio::test]
async fn a_malformed_body_is_told_by_field_and_language() {
    let test = testkit::sqlite().await;
    let app = TestApp::new(&test).await;
    let owner = app.token(Role::Owner).await;
    let send = |body: &'static str, language: &'static str| {
        let request = Request::builder()
            .method(Method::PATCH)
            .uri("/api/v1/workspace")
            .header(header::AUTHORIZATION, format!("Bearer {owner}"))
            .header(header::ACCEPT_LANGUAGE, language)
            .header(header::CONTENT_TYPE, "application/json");
        app.send(request.body(Body::from(body)).unwrap())
    };
    let wrong = send(r#"{"version":"x"}"#, "en")
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY)
        .json();
    assert_eq!(wrong["errors"][0]["pointer"], "/version");
    let nul = send(r#"{"version":1,"name":"a\u0000b"}"#, "en")
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY)
        .json();
    assert_eq!(nul["errors"][0]["pointer"], "/name");
    assert_eq!(nul["errors"][0]["code"], "nul");
    send(r#"{"version":1,"name":"\ud800"}"#, "en")
        .await
        .expect(StatusCode::BAD_REQUEST);
    let broken = send(r#"{"version":"#, "ja,en;q=0.5")
        .await
        .expect(StatusCode::BAD_REQUEST)
        .json();
    assert_eq!(broken["title"], "本文がJSONではありません");
    assert_eq!(broken["type"], "/problems/malformed-json");
    assert!(!broken["request_id"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn a_query_that_no_page_can_answer_is_refused() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let owner = app.token(Role::Owner).await;
        for query in [
            "limit=0",
            "limit=101",
            "limit=99999999999999999999",
            "limit=-1",
            "after=ffffffffffffffffff",
            "after=%00",
            "after=%F0%9F%98%80",
        ] {
            let answer = app.get(&format!("/api/v1/customers?{query}"), &owner).await;
            let answer = answer.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
            assert_eq!(answer["type"], "/problems/invalid", "{query}");
        }
        app.get("/api/v1/customers?limit=100&search=%25_%5C", &owner)
            .await
            .expect(StatusCode::OK);
    }
}
