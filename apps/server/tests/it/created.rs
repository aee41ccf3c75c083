//! Whatever is made is named by `Location`, also when the answer is given a second time.

use std::collections::BTreeSet;

use access::Role;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use line_fake::Options;
use serde_json::{Value, json};

use crate::{
    app::{Answer, TestApp},
    line::{account, with_line},
};

/// Sends what an operation needs to make something, under a key for those that take JSON.
async fn make(app: &TestApp, token: &str, path: &str, body: Option<&Value>) -> Answer {
    let (kind, text) = match body {
        Some(json) => ("application/json", json.to_string()),
        None => (
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nsku,name\r\n1,tea\r\n--x--\r\n"
                .to_owned(),
        ),
    };
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, kind)
        .header("Idempotency-Key", path);
    app.send(request.body(Body::from(text)).unwrap())
        .await
        .expect(StatusCode::CREATED)
}

fn location(answer: &Answer) -> String {
    let found = answer.headers.get(header::LOCATION);
    let found = found.unwrap_or_else(|| panic!("no Location: {}", answer.text));
    found.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_answer_that_makes_something_says_where_it_is() {
    let rule = json!({"version": 1, "root": {"all": []}});
    let plain = [
        (
            "/api/v1/segments",
            json!({"name": "金会員", "document": rule}),
        ),
        (
            "/api/v1/customers",
            json!({"external_id": "7", "family_name": "森"}),
        ),
        ("/api/v1/products", json!({"sku": "t-1", "name": "煎茶"})),
        ("/api/v1/lists", json!({"name": "夏の招待"})),
        ("/api/v1/campaigns", json!({"name": "夏の案内"})),
        ("/api/v1/contents", json!({"starter": "coupon"})),
        (
            "/api/v1/senders",
            json!({"from_name": "青葉", "from_address": "info@shop.example.jp", "transport": "sandbox"}),
        ),
        (
            "/api/v1/api-keys",
            json!({"name": "BI", "scopes": ["reports:read"]}),
        ),
        (
            "/api/v1/write-keys",
            json!({"name": "店", "power": "server"}),
        ),
        ("/api/v1/members/invite", json!({"role": "viewer"})),
        (
            "/api/v1/webhooks",
            json!({"url": "https://hooks.example.jp/"}),
        ),
    ];
    for test in testkit::both().await {
        let (app, _line) = with_line(&test, Options::default()).await;
        let token = app.token(Role::Owner).await;
        let mut seen = BTreeSet::new();
        let mut copies = Vec::new();
        for (path, body) in &plain {
            let made = make(&app, &token, path, Some(body)).await;
            let at = location(&made);
            if *path == "/api/v1/members/invite" {
                assert_eq!(at, made.json()["url"]);
            } else {
                let id = made.json()["id"].as_str().unwrap().to_owned();
                assert_eq!(at, format!("{path}/{id}"));
            }
            let again = make(&app, &token, path, Some(body)).await;
            assert_eq!(again.headers["idempotency-replayed"], "true");
            assert_eq!(location(&again), at, "{path}, given a second time");
            if ["/api/v1/campaigns", "/api/v1/contents"].contains(path) {
                copies.push(((*path).to_owned(), format!("{at}/copy")));
            }
            if *path == "/api/v1/webhooks" {
                let test = format!("{at}/test");
                let made = make(&app, &token, &test, Some(&json!({}))).await;
                let deliveries = "/api/v1/webhook-deliveries";
                let id = made.json()["id"].as_str().unwrap().to_owned();
                assert_eq!(location(&made), format!("{deliveries}/{id}"));
                follow(&app, &token, deliveries, &location(&made)).await;
                seen.insert(format!("{path}/{{id}}/test"));
            }
            seen.insert((*path).to_owned());
            follow(&app, &token, path, &at).await;
        }
        for (collection, path) in copies {
            let made = make(&app, &token, &path, Some(&json!({"name": "写し"}))).await;
            let at = location(&made);
            let id = made.json()["id"].as_str().unwrap().to_owned();
            assert_eq!(at, format!("{collection}/{id}"));
            follow(&app, &token, &collection, &at).await;
            seen.insert(format!("{collection}/{{id}}/copy"));
        }
        let made = make(&app, &token, "/api/v1/imports?kind=products", None).await;
        let id = made.json()["import"]["id"].as_str().unwrap().to_owned();
        assert_eq!(location(&made), format!("/api/v1/imports/{id}"));
        follow(&app, &token, "/api/v1/imports", &location(&made)).await;
        seen.insert("/api/v1/imports".to_owned());
        of_line(&app, &token, &mut seen).await;
        assert_eq!(seen, documented(), "{}", test.name());
    }
}

/// Makes what belongs to a LINE account.
async fn of_line(app: &TestApp, token: &str, seen: &mut BTreeSet<String>) {
    let made = app.post("/api/v1/senders", token, account()).await;
    let made = made.expect(StatusCode::CREATED).json();
    let of = format!("/api/v1/line/{}", made["id"].as_str().unwrap());
    let words = json!({ "version": 1, "kind": "line", "name": "答え", "default_locale": "ja",
        "variants": { "ja": { "messages": [{ "kind": "text", "text": "はい" }] } } });
    for (part, collection, body) in [
        ("menus", "/api/v1/line-menus", json!({ "name": "春" })),
        (
            "replies",
            "/api/v1/line-replies",
            json!({ "name": "答え", "keywords": ["はい"], "document": words }),
        ),
    ] {
        let made = make(app, token, &format!("{of}/{part}"), Some(&body)).await;
        let id = made.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(location(&made), format!("{collection}/{id}"));
        follow(app, token, collection, &location(&made)).await;
        seen.insert(format!("/api/v1/line/{{account}}/{part}"));
    }
}

/// Reads what was made at its address, where things of that kind are read one by one.
async fn follow(app: &TestApp, token: &str, collection: &str, at: &str) {
    let description = serde_json::to_value(server::openapi()).unwrap();
    if description["paths"][format!("{collection}/{{id}}")]["get"].is_object() {
        app.get(at, token).await.expect(StatusCode::OK);
    }
}

/// Returns the addresses that may answer 201; each promises the header.
fn documented() -> BTreeSet<String> {
    let description = serde_json::to_value(server::openapi()).unwrap();
    let mut found = BTreeSet::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            let made = &operation["responses"]["201"];
            if made.is_object() {
                assert_eq!(
                    made["headers"]["location"]["schema"]["format"], "uri-reference",
                    "{path}"
                );
                found.insert(path.clone());
            }
        }
    }
    found
}
