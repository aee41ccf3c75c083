//! Linking a LINE account with a customer: by LINE's own page, by LINE Login, and parting again.

use access::Role;
use axum::http::{Method, StatusCode};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::time::{Clock, MINUTE, SECOND};
use line_fake::Options;
use ring::hmac;
use serde_json::{Value, json};
use testkit::both;

use super::{
    account,
    hooks::{USER, tell},
    with_line,
};
use crate::app::{Answer, TestApp};

const LOGIN: &str = "1234567891";
const LOGIN_SECRET: &str = "0123456789abcdef0123456789abcdef";

async fn post(app: &TestApp, token: &str, path: &str, body: Value) -> Answer {
    app.call(Method::POST, path, token, Some(body)).await
}

/// Connects an account with LINE Login; returns its id.
async fn connected(app: &TestApp, owner: &str) -> String {
    let mut body = account();
    body["line"]["login_channel_id"] = json!(LOGIN);
    body["line"]["login_channel_secret"] = json!(LOGIN_SECRET);
    let made = post(app, owner, "/api/v1/senders", body).await;
    let made = made.expect(StatusCode::CREATED).json();
    made["id"].as_str().unwrap().to_owned()
}

async fn customer(app: &TestApp, token: &str, external_id: &str) -> String {
    let made = post(
        app,
        token,
        "/api/v1/customers",
        json!({ "external_id": external_id }),
    )
    .await;
    let made = made.expect(StatusCode::CREATED).json();
    made["id"].as_str().unwrap().to_owned()
}

async fn standings(app: &TestApp, token: &str, customer: &str) -> Value {
    let path = format!("/api/v1/customers/{customer}/line");
    app.call(Method::GET, &path, token, None)
        .await
        .expect(StatusCode::OK)
        .json()
}

/// An ID token as LINE Login signs it for the web.
fn id_token(app: &TestApp, change: impl FnOnce(&mut Value)) -> String {
    let now = app.kit.clock.now().0 / SECOND;
    let mut claims = json!({ "iss": "https://access.line.me", "sub": USER, "aud": LOGIN,
        "exp": now + 3_600, "iat": now, "nonce": "n-1", "name": "縁 花子" });
    change(&mut claims);
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!(
        "{}.{}",
        part(&json!({ "alg": "HS256", "typ": "JWT" })),
        part(&claims)
    );
    let key = hmac::Key::new(hmac::HMAC_SHA256, LOGIN_SECRET.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()));
    format!("{signed}.{signature}")
}

#[tokio::test]
async fn lines_own_page_links_and_a_member_parts_again() {
    for test in both().await {
        let (app, fake) = with_line(&test, Options::default()).await;
        let owner = app.token(Role::Owner).await;
        let id = connected(&app, &owner).await;
        fake.befriend(USER);
        tell(&app, &fake, &id, &[fake.event("follow", USER)]).await;
        let listed = app
            .call(Method::GET, "/api/v1/customers?kind=all", &owner, None)
            .await;
        let listed = listed.expect(StatusCode::OK).json();
        let anonymous = listed["items"][0]["id"].as_str().unwrap().to_owned();
        let known = customer(&app, &owner, "C-1").await;
        // LINE's token goes to the company's sign-in page in a message, and comes back with who signed in.
        let path = format!("/api/v1/customers/{anonymous}/line/{id}/link-token");
        let token = post(&app, &owner, &path, json!({}))
            .await
            .expect(StatusCode::OK)
            .json();
        let token = token["link_token"].as_str().unwrap();
        let path = format!("/api/v1/line/{id}/links");
        let begun = post(
            &app,
            &owner,
            &path,
            json!({ "external_id": "C-1", "link_token": token }),
        )
        .await;
        let begun = begun.expect(StatusCode::OK).json();
        let address = url::Url::parse(begun["address"].as_str().unwrap()).unwrap();
        assert_eq!(address.host_str(), Some("access.line.me"));
        let of = |name: &str| {
            address
                .query_pairs()
                .find(|(key, _)| key == name)
                .unwrap()
                .1
                .into_owned()
        };
        assert_eq!(of("linkToken"), token);
        let nonce = of("nonce");
        assert!(nonce.len() >= 43, "256 bits");
        let event = fake.finish_link(token, &nonce).unwrap();
        tell(&app, &fake, &id, std::slice::from_ref(&event)).await;
        let linked = standings(&app, &owner, &known).await;
        assert_eq!(linked[0]["state"], "following");
        assert_eq!(linked[0]["user_id"], USER);
        assert_eq!(linked[0]["account_name"], "青葉ストア");
        assert!(linked[0]["linked_at"].is_string());
        assert_eq!(
            standings(&app, &owner, &anonymous).await,
            linked,
            "the two are one"
        );
        let viewer = app.token(Role::Analyst).await;
        let masked = standings(&app, &viewer, &known).await;
        assert_eq!(masked[0]["user_id"], "U***cdef");
        // Parting: who may not, elsewhere, and twice.
        let path = format!("/api/v1/customers/{known}/line/{id}");
        let part = async |token: &str| app.call(Method::DELETE, &path, token, None).await;
        part(&viewer).await.expect(StatusCode::FORBIDDEN);
        let other = kernel::id::WorkspaceId::from_raw(700_000_000_000_000_002);
        app.kit.add_workspace(other, "みどり薬局").await;
        let stranger = app.token_in(other, Role::Owner).await;
        part(&stranger).await.expect(StatusCode::NOT_FOUND);
        part(&owner).await.expect(StatusCode::NO_CONTENT);
        part(&owner).await.expect(StatusCode::NOT_FOUND);
        assert_eq!(standings(&app, &owner, &known).await, json!([]));
        let logged = "SELECT COUNT(*) FROM audit_log WHERE action = 'customer.line_unlink'";
        let logged = storage::sql::number(app.kit.db.reader(), logged, [])
            .await
            .unwrap();
        assert_eq!(logged, 1);
        // A value serves once: LINE's event again, under another name, links nobody.
        let mut again = event;
        again["webhookEventId"] = json!("01FZ74A0TDDPYRVKAGAIN00000");
        tell(&app, &fake, &id, &[again]).await;
        assert_eq!(standings(&app, &owner, &known).await, json!([]));
    }
}

#[tokio::test]
async fn a_token_of_line_login_is_believed_only_when_it_is_right() {
    for test in both().await {
        let (app, _fake) = with_line(&test, Options::default()).await;
        let owner = app.token(Role::Owner).await;
        let id = connected(&app, &owner).await;
        let known = customer(&app, &owner, "C-1").await;
        let path = format!("/api/v1/line/{id}/sign-in");
        let whole = id_token(&app, |_| ());
        let unsigned = format!("{}.", whole.rsplit_once('.').unwrap().0);
        for (token, nonce, code) in [
            (
                id_token(&app, |claims| claims["aud"] = json!("9999999999")),
                "n-1",
                "audience",
            ),
            (
                id_token(&app, |claims| claims["iss"] = json!("https://evil.example")),
                "n-1",
                "issuer",
            ),
            (
                id_token(&app, |claims| claims["exp"] = json!(1)),
                "n-1",
                "expired",
            ),
            (whole.clone(), "another", "nonce"),
            (unsigned, "n-1", "signature"),
            ("縁".to_owned(), "n-1", "malformed"),
        ] {
            let body = json!({ "id_token": token, "nonce": nonce, "external_id": "C-1" });
            let problem = post(&app, &owner, &path, body).await;
            let problem = problem.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
            assert_eq!(problem["errors"][0]["pointer"], "/id_token");
            assert_eq!(problem["errors"][0]["code"], code);
        }
        assert_eq!(standings(&app, &owner, &known).await, json!([]));
        // Nobody of ours yet, then a customer, then another.
        let met = post(
            &app,
            &owner,
            &path,
            json!({ "id_token": whole, "nonce": "n-1" }),
        )
        .await;
        let met = met.expect(StatusCode::OK).json();
        assert_eq!(met["is_linked"], false);
        let body = json!({ "id_token": whole, "nonce": "n-1", "external_id": "C-1" });
        let linked = post(&app, &owner, &path, body)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(linked["is_linked"], true);
        assert_eq!(standings(&app, &owner, &known).await[0]["state"], "unknown");
        let bad = json!({ "id_token": whole, "external_id": " null " });
        let bad = post(&app, &owner, &path, bad)
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(bad.json()["errors"][0]["pointer"], "/external_id");
        let viewer = app.token(Role::Analyst).await;
        let body = json!({ "id_token": whole });
        post(&app, &viewer, &path, body)
            .await
            .expect(StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn a_value_that_comes_too_late_or_from_a_failed_try_links_nobody() {
    for test in both().await {
        let (app, fake) = with_line(&test, Options::default()).await;
        let owner = app.token(Role::Owner).await;
        let id = connected(&app, &owner).await;
        let known = customer(&app, &owner, "C-1").await;
        let path = format!("/api/v1/line/{id}/links");
        for (wait, result) in [(0, "failed"), (10 * MINUTE, "ok")] {
            let body =
                json!({ "external_id": "C-1", "link_token": "NMZTNuVrPTqlr2IF8Bnymkb7rXfYv5EY" });
            let begun = post(&app, &owner, &path, body).await.json();
            let nonce = begun["address"]
                .as_str()
                .unwrap()
                .split("nonce=")
                .nth(1)
                .unwrap()
                .to_owned();
            app.kit.clock.advance(wait);
            // A session of before has run out meanwhile.
            let owner = app.token(Role::Owner).await;
            let mut event = fake.event("accountLink", USER);
            event["link"] = json!({ "result": result, "nonce": nonce });
            tell(&app, &fake, &id, &[event]).await;
            // After a failure the value is void, also for a yes.
            let mut event = fake.event("accountLink", USER);
            event["link"] = json!({ "result": "ok", "nonce": nonce });
            tell(&app, &fake, &id, &[event]).await;
            assert_eq!(standings(&app, &owner, &known).await, json!([]), "{result}");
        }
        let owner = app.token(Role::Owner).await;
        for (body, pointer) in [
            (
                json!({ "external_id": "", "link_token": "x" }),
                "/external_id",
            ),
            (
                json!({ "external_id": "C-1", "link_token": "リンク" }),
                "/link_token",
            ),
        ] {
            let problem = post(&app, &owner, &path, body).await;
            let problem = problem.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
            assert_eq!(problem["errors"][0]["pointer"], pointer);
        }
    }
}

#[tokio::test]
async fn the_account_tells_how_its_friends_stand() {
    for test in both().await {
        let (app, fake) = with_line(&test, Options::default()).await;
        let owner = app.token(Role::Owner).await;
        let id = connected(&app, &owner).await;
        let path = format!("/api/v1/line/{id}");
        let state = async || app.call(Method::GET, &path, &owner, None).await.json();
        let silent = state().await;
        assert_eq!(
            (&silent["heard_at"], &silent["block_rate"]),
            (&Value::Null, &Value::Null)
        );
        let user = |n: u8| format!("U{n:032x}");
        let mut events: Vec<Value> = (1..=4).map(|n| fake.event("follow", &user(n))).collect();
        app.kit.clock.advance(1);
        events.push(fake.event("unfollow", &user(4)));
        let mut wrote = fake.event("message", &user(9));
        wrote["message"] = json!({ "id": "1", "type": "text", "text": "はじめまして" });
        events.push(wrote);
        events.push(fake.event("somethingNew", &user(1)));
        tell(&app, &fake, &id, &events).await;
        let told = state().await;
        assert_eq!(
            (&told["following"], &told["blocked"], &told["unknown"]),
            (&json!(3), &json!(1), &json!(1))
        );
        assert_eq!(told["block_rate"], json!(0.25));
        assert_eq!(
            (&told["n_events"], &told["n_ignored"]),
            (&json!(7), &json!(1))
        );
        assert!(told["heard_at"].is_string());
        // What she wrote is hers: whoever may not see addresses does not read it either.
        let listed = app
            .call(Method::GET, "/api/v1/customers?kind=all", &owner, None)
            .await
            .json();
        let viewer = app.token(Role::Analyst).await;
        let reach = |what: &str| {
            let people = listed["items"].as_array().unwrap();
            let is = |one: &&Value| one["reach"]["line"] == what;
            people.iter().filter(is).count()
        };
        assert_eq!(
            (reach("open"), reach("broken"), reach("missing")),
            (3, 1, 1)
        );
        let mut seen = (0, 0);
        for customer in listed["items"].as_array().unwrap() {
            let path = format!(
                "/api/v1/customers/{}/timeline",
                customer["id"].as_str().unwrap()
            );
            let reads = async |token: &str| {
                app.call(Method::GET, &path, token, None)
                    .await
                    .text
                    .contains("はじめまして")
            };
            seen.0 += u32::from(reads(&owner).await);
            seen.1 += u32::from(reads(&viewer).await);
        }
        assert_eq!(seen, (1, 0));
    }
}
