//! Every documented route refuses a caller without a key, save a pinned list.

use axum::http::{Method, StatusCode};

use crate::app::TestApp;

/// Routes that work without being signed in. Growing this list is a decision, not an accident.
const PUBLIC: [&str; 5] = [
    "POST /api/v1/session",
    "DELETE /api/v1/session",
    "POST /api/v1/session/refresh",
    "POST /api/v1/session/link",
    "POST /api/v1/session/setup",
];

#[tokio::test]
async fn every_route_needs_a_key() {
    let test = testkit::sqlite().await;
    let app = TestApp::new(&test).await;
    let description = serde_json::to_value(server::openapi()).unwrap();
    let mut open = Vec::new();
    let mut seen = 0;
    for (path, item) in description["paths"].as_object().unwrap() {
        for verb in item
            .as_object()
            .unwrap()
            .keys()
            .filter(|verb| *verb != "parameters")
        {
            seen += 1;
            let method: Method = verb.to_uppercase().parse().unwrap();
            let route = format!("{method} {path}");
            let address = path.replace("{id}", "prf_00000000000070008000000000000000");
            let body = matches!(method, Method::POST | Method::PUT | Method::PATCH)
                .then(|| serde_json::json!({}));
            let status = app.call(method, &address, "", body).await.status;
            if status != StatusCode::UNAUTHORIZED {
                open.push(route);
            } else if PUBLIC.contains(&route.as_str()) {
                // Signing in without a session is refused too; what matters is that it is meant to be public.
                open.push(route);
            }
        }
    }
    open.sort();
    let mut pinned = PUBLIC.map(str::to_owned).to_vec();
    pinned.sort();
    assert_eq!(open, pinned);
    assert!(seen > PUBLIC.len());
}

#[test]
fn every_answer_is_described_by_its_status_and_every_refusal_as_a_problem() {
    let description = serde_json::to_value(server::openapi()).unwrap();
    let mut names = std::collections::HashSet::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (verb, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} is there twice");
            let responses = operation["responses"].as_object().unwrap();
            for (status, response) in responses {
                let number: u16 = status.parse().expect("a status, not a range of them");
                assert_ne!(response["description"], "", "{verb} {path} {status}");
                if number >= 400 {
                    let kinds: Vec<&String> =
                        response["content"].as_object().unwrap().keys().collect();
                    assert_eq!(
                        kinds,
                        ["application/problem+json"],
                        "{verb} {path} {status}"
                    );
                }
            }
            let expected = match (verb.as_str(), path.contains('{')) {
                ("post", true) => vec!["404", "409", "422", "500", "503"],
                ("post", false) => vec!["409", "422", "500", "503"],
                (_, true) => vec!["404", "500", "503"],
                (_, false) => vec!["500", "503"],
            };
            for status in expected {
                assert!(responses.contains_key(status), "{verb} {path} {status}");
            }
        }
    }
}

#[tokio::test]
async fn unknown_addresses_of_the_api_are_problems_and_pages_belong_to_the_admin() {
    let test = testkit::sqlite().await;
    let app = TestApp::new(&test).await;
    let missing = app
        .get("/api/v1/nothing", "")
        .await
        .expect(StatusCode::NOT_FOUND);
    assert_eq!(missing.headers["content-type"], "application/problem+json");
    assert_eq!(missing.json()["type"], "/problems/not-found");
    let wrong = app
        .call(Method::PUT, "/api/v1/session", "", None)
        .await
        .expect(StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(wrong.json()["type"], "/problems/method");
    assert!(
        wrong.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("frame-ancestors 'none'")
    );
    assert_eq!(app.get("/healthz", "").await.text, "ok");
    app.get("/readyz", "").await.expect(StatusCode::OK);
}
