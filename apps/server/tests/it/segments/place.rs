//! Why somebody is near a place, or is not.

use access::Role;
use axum::http::{Method, StatusCode};
use profiles::{Source, ingest::body};
use serde_json::{Value as Json, json};
use storage::sql;

use crate::app::TestApp;

/// Tokyo station, 451 m from it, Osaka, no place, nothing.
const HOMES: [Option<&str>; 5] = [
    Some("35.681236,139.767125"),
    Some("35.685283,139.767125"),
    Some("34.702485,135.495951"),
    Some("東京駅の近く📍"),
    None,
];

async fn people(app: &TestApp) {
    let one = |(at, home): (usize, Option<&str>)| {
        let traits = home.map_or_else(|| json!({"name": "客"}), |home| json!({ "home": home }));
        json!({"type": "identify", "userId": format!("u{at}"), "traits": traits})
    };
    let messages: Vec<Json> = HOMES.into_iter().enumerate().map(one).collect();
    let body = json!({ "batch": messages }).to_string();
    let body = body::read(body.as_bytes(), None).unwrap();
    let ingest = &app.app.ingest;
    let verdicts = ingest.submit(app.kit.workspace, Source::Server, body);
    verdicts.await.unwrap();
}

/// Whether somebody is in, and the clause of the condition.
async fn why(app: &TestApp, token: &str, user: usize, test: &str, metres: u32) -> (Json, Json) {
    let query = "SELECT id FROM profile WHERE external_id = $1";
    let id = sql::number(app.kit.db.reader(), query, [format!("u{user}").into()]);
    let id = kernel::id::ProfileId::from_raw(id.await.unwrap()).to_string();
    let circle = json!({"lat": 35.681_236, "lng": 139.767_125, "metres": metres});
    let root = json!({"all": [{"fact": {"of": {"attribute": "home"}, "test": {"place": {test: circle}}}}]});
    let body = json!({"document": {"version": 2, "root": root}, "profile": id});
    let told = app.post("/api/v1/segments/explain", token, body).await;
    let told = told.expect(StatusCode::OK).json();
    (told["is_member"].clone(), told["clauses"][1].clone())
}

#[tokio::test]
async fn an_explanation_tells_how_far_away_somebody_is() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        people(&app).await;
        let token = app.token(Role::Marketer).await;
        for (user, asked, metres, is_in, away) in [
            (0, "near", 1, true, json!(0)),
            (1, "near", 451, true, json!(451)),
            (1, "near", 450, false, json!(451)),
            (1, "farther", 450, true, json!(451)),
            (2, "near", 1_000, false, json!(403_059)),
            (3, "near", 1_000, false, Json::Null),
            (4, "farther", 1_000, false, Json::Null),
        ] {
            let (is_member, clause) = why(&app, &token, user, asked, metres).await;
            let said = format!("{}: u{user} {asked} {metres}: {clause}", test.name());
            assert_eq!(is_member, is_in, "{said}");
            assert_eq!(clause["metres"], away, "{said}");
            assert_eq!(clause["value"], json!(HOMES[user]), "{said}");
        }
    }
}

#[tokio::test]
async fn a_sensitive_attribute_is_not_told_to_who_may_not_see_it() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        people(&app).await;
        let owner = app.token(Role::Owner).await;
        let home = json!({"key": "home", "value_type": "text", "label_ja": null, "label_en": null, "is_sensitive": true});
        let path = "/api/v1/attributes";
        app.call(Method::PUT, path, &owner, Some(home))
            .await
            .expect(StatusCode::OK);
        let (_, clause) = why(&app, &owner, 1, "near", 451).await;
        assert_eq!(
            (&clause["metres"], &clause["value"]),
            (&json!(451), &json!(HOMES[1]))
        );
        let analyst = app.token(Role::Analyst).await;
        let (is_member, clause) = why(&app, &analyst, 1, "near", 451).await;
        assert_eq!(is_member, true, "who is in is no secret, the value is");
        assert_eq!(
            (&clause["metres"], &clause["value"]),
            (&Json::Null, &Json::Null)
        );
    }
}
