//! A position that a list has not written is refused by its name, in every list.

use access::Role;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use serde_json::{Value, json};

use crate::{app::TestApp, membership};

/// Positions of a list with three parts, cut ones, and rubbish.
const FOREIGN: [&str; 8] = ["1-2-3", "1-2-", "-1-2", "%2B1", "01", "zz", "", "1-2-3-4-5"];

/// Returns the address of something of the workspace for each kind that has lists of its own.
async fn things(app: &TestApp, token: &str) -> Vec<String> {
    let rule = json!({"version": 1, "root": {"all": []}});
    let document = json!({"version": 1, "target": {"everybody": true}});
    let mut found = Vec::new();
    for (path, body) in [
        ("/api/v1/customers", json!({"external_id": "7"})),
        (
            "/api/v1/segments",
            json!({"name": "全員", "document": rule}),
        ),
        ("/api/v1/lists", json!({"name": "名簿"})),
        (
            "/api/v1/campaigns",
            json!({"name": "夏", "document": document}),
        ),
        (
            "/api/v1/webhooks",
            json!({"url": "https://hooks.example.jp/"}),
        ),
    ] {
        let made = app.post(path, token, body).await;
        let made = made.expect(StatusCode::CREATED);
        found.push(made.headers[header::LOCATION].to_str().unwrap().to_owned());
    }
    let file = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nsku,name\r\n1,tea\r\n--x--\r\n";
    let request = Request::builder()
        .method(Method::POST)
        .uri("/api/v1/imports?kind=products")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    let made = app.send(request.body(Body::from(file)).unwrap()).await;
    let made = made.expect(StatusCode::CREATED);
    found.push(made.headers[header::LOCATION].to_str().unwrap().to_owned());
    found
}

/// Returns what a list must be asked besides.
fn needed(operation: &Value, now: &str) -> String {
    let mut text = String::new();
    for parameter in operation["parameters"].as_array().unwrap() {
        let name = parameter["name"].as_str().unwrap();
        if parameter["in"] == "query" && parameter["required"] == true {
            let value = match name {
                "metric" => "opens",
                "behind" => "sendable",
                "at" => now,
                other => panic!("say what to ask for {other}"),
            };
            text = format!("{text}&{name}={value}");
        }
    }
    text
}

#[tokio::test]
async fn a_foreign_position_is_told_by_its_field_in_every_list() {
    let description = serde_json::to_value(server::openapi()).unwrap();
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let token = app.token(Role::Owner).await;
        let things = things(&app, &token).await;
        membership::keep(&app).await;
        app.kit.clock.advance(1_000);
        let now = app.app.now().to_string();
        let mut n_lists = 0;
        for (path, item) in description["paths"].as_object().unwrap() {
            let operation = &item["get"];
            let takes = |name: &str| {
                let parameters = operation["parameters"].as_array();
                parameters.is_some_and(|all| all.iter().any(|one| one["name"] == name))
            };
            if !takes("after") {
                continue;
            }
            n_lists += 1;
            let path = match path.split_once("/{id}") {
                Some((collection, rest)) => {
                    let of = |thing: &&String| thing.starts_with(&format!("{collection}/"));
                    let thing = things.iter().find(of).expect("a thing of this kind");
                    format!("{thing}{rest}")
                }
                None => path.clone(),
            };
            let more = needed(operation, &now);
            app.get(&format!("{path}?limit=1{more}"), &token)
                .await
                .expect(StatusCode::OK);
            for after in FOREIGN {
                let address = format!("{path}?after={after}{more}");
                let answer = app.get(&address, &token).await;
                assert_eq!(
                    answer.status,
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "{}: {address}: {}",
                    test.name(),
                    answer.text
                );
                assert_eq!(answer.json()["errors"][0]["pointer"], "/after", "{address}");
            }
        }
        assert!(n_lists >= 15, "{n_lists}");
    }
}
