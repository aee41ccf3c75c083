//! Segments through the router: saving, conflicts, previews, explanations, and other workspaces.

mod place;
mod vip;

use access::Role;
use axum::http::{Method, StatusCode};
use kernel::{id::ProfileId, id::WorkspaceId, time::DAY};
use serde_json::{Value as Json, json};
use storage::Value;
use testkit::START;

use crate::app::TestApp;

async fn shop(app: &TestApp) {
    let run = async |text: &str, values: Vec<Value>| {
        storage::sql::exec(app.kit.db.writer(), text, values)
            .await
            .unwrap();
    };
    for (id, rank, state) in [
        (1_001i64, "gold", 0i64),
        (1_002, "gold", 0),
        (1_003, "silver", 0),
        (1_004, "gold", 2),
    ] {
        run(
            "INSERT INTO profile (workspace_id, id, state, is_anonymous, full_name, attributes, search_text,
                                  first_seen_at, last_seen_at, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, '', 0, 0, 0, 0)",
            vec![
                app.kit.workspace.raw().into(),
                id.into(),
                state.into(),
                false.into(),
                format!("𠮷田{id}").into(),
                Value::Json(Some(Box::new(json!({ "rank": rank })))),
            ],
        )
        .await;
    }
    run(
        "INSERT INTO attribute_def (workspace_id, key, value_type, label_ja, created_at) VALUES ($1, 'rank', 'text', '会員ランク', 0)",
        vec![app.kit.workspace.raw().into()],
    )
    .await;
    run(
        "INSERT INTO event (workspace_id, profile_id, occurred_at, id, name_id, received_at) VALUES ($1, 1001, $2, 1, 1, $2)",
        vec![app.kit.workspace.raw().into(), (START.0 - 13 * DAY).into()],
    )
    .await;
}

fn rule() -> Json {
    json!({"version": 1, "root": {"all": [
        {"fact": {"of": {"attribute": "rank"}, "test": {"text": {"equals": "gold"}}}},
        {"events": {"names": ["Order Completed"], "within": {"last": {"days": 14}}, "test": "never"}},
    ]}})
}

#[tokio::test]
async fn a_rule_is_previewed_explained_saved_and_not_overwritten() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        shop(&app).await;
        let token = app.token(Role::Marketer).await;
        let preview = app
            .post(
                "/api/v1/segments/preview",
                &token,
                json!({"document": rule()}),
            )
            .await;
        let preview = preview.expect(StatusCode::OK).json();
        assert_eq!(
            (&preview["total"], &preview["everybody"]),
            (&json!(1), &json!(3)),
            "{}",
            test.name()
        );
        assert_eq!(preview["nodes"][1]["count"], 2);
        assert_eq!(
            preview["sentence"]["ja"],
            "会員ランクが「gold」で、直近14日は注文していない人"
        );

        let person = ProfileId::from_raw(1_001).to_string();
        let why = app
            .post(
                "/api/v1/segments/explain",
                &token,
                json!({"document": rule(), "profile": person}),
            )
            .await;
        let why = why.expect(StatusCode::OK).json();
        assert_eq!(
            (&why["is_member"], &why["clauses"][2]["truth"]),
            (&json!(false), &json!("false"))
        );
        assert_eq!(why["clauses"][1]["value"], "gold");
        assert_eq!(
            why["flips_at"],
            START.plus(DAY + 1).to_string(),
            "the order leaves the window tomorrow"
        );

        let body = json!({"name": "金会員の足が遠のいた人", "document": rule()});
        let saved = app
            .post("/api/v1/segments", &token, body)
            .await
            .expect(StatusCode::CREATED)
            .json();
        let path = format!("/api/v1/segments/{}", saved["id"].as_str().unwrap());
        let change =
            |version: i64| json!({"version": version, "name": "別の名前", "document": rule()});
        app.call(Method::PUT, &path, &token, Some(change(1)))
            .await
            .expect(StatusCode::OK);
        app.call(Method::PUT, &path, &token, Some(change(1)))
            .await
            .expect(StatusCode::CONFLICT);
        assert_eq!(app.get(&path, &token).await.json()["version"], 2);
        let members = app
            .get(&format!("{path}/members?limit=1"), &token)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(
            (members["items"][0]["name"].as_str(), &members["next"]),
            (Some("𠮷田1002"), &json!(null))
        );
        let overlap = app
            .post(
                "/api/v1/segments/overlap",
                &token,
                json!({"documents": [rule(), rule()]}),
            )
            .await;
        let parts = json!([{"in": [0], "n": 0}, {"in": [1], "n": 0}, {"in": [0, 1], "n": 1}]);
        assert_eq!(overlap.expect(StatusCode::OK).json()["parts"], parts);
        for n in [0, 1, 5, 1_000] {
            let documents = vec![rule(); n];
            let body = json!({"documents": documents});
            let refused = app.post("/api/v1/segments/overlap", &token, body).await;
            let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
            assert_eq!(refused["errors"][0]["pointer"], "/documents", "{n}");
        }
        let body = json!({"documents": [rule(), {"version": 1, "root": {"all": [{"any": []}]}}]});
        let refused = app.post("/api/v1/segments/overlap", &token, body).await;
        let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        let pointer = refused["errors"][0]["pointer"].as_str().unwrap();
        assert!(pointer.starts_with("/documents/1/root"), "{pointer}");
        let own = json!({"version": 1, "root": {"segment": {"id": saved["id"]}}});
        let circle = json!({"version": 2, "name": "輪", "document": own});
        let refused = app.call(Method::PUT, &path, &token, Some(circle)).await;
        assert_eq!(refused.json()["errors"][0]["code"], "cycle");
        app.delete(&path, &token)
            .await
            .expect(StatusCode::NO_CONTENT);
        assert_eq!(
            app.get("/api/v1/segments", &token).await.json()["items"],
            json!([])
        );
    }
}

#[tokio::test]
async fn a_segment_says_where_it_is_used() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let token = app.token(Role::Marketer).await;
        let save = async |name: &str, document: Json| {
            let body = json!({"name": name, "document": document});
            let answer = app.post("/api/v1/segments", &token, body).await;
            let saved = answer.expect(StatusCode::CREATED).json();
            saved["id"].as_str().unwrap().to_owned()
        };
        let id = save("金会員", rule()).await;
        let within = json!({"version": 1, "root": {"segment": {"id": id}}});
        save("金会員の中", within).await;
        for (name, include) in [("週末の便り", json!([id])), ("ほかの便り", json!([]))] {
            let body = json!({"name": name});
            let made = app.post("/api/v1/campaigns", &token, body).await;
            let made = made.expect(StatusCode::CREATED).json();
            let path = format!("/api/v1/campaigns/{}", made["id"].as_str().unwrap());
            let document = json!({"version": 1, "target": {"include": include, "exclude": []}});
            let body = json!({"version": made["version"], "name": name, "document": document});
            let saved = app.call(Method::PUT, &path, &token, Some(body)).await;
            saved.expect(StatusCode::OK);
        }
        let uses = app
            .get(&format!("/api/v1/segments/{id}/uses"), &token)
            .await
            .expect(StatusCode::OK)
            .json();
        let names = |kind: &str| -> Vec<String> {
            let found = uses[kind].as_array().unwrap().iter();
            found
                .map(|used| used["name"].as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(names("campaigns"), ["週末の便り"]);
        assert_eq!(names("segments"), ["金会員の中"]);
    }
}

#[tokio::test]
async fn a_wrong_rule_names_its_place_and_strangers_see_nothing() {
    let test = testkit::sqlite().await;
    let app = TestApp::new(&test).await;
    shop(&app).await;
    let token = app.token(Role::Owner).await;
    let preview = async |root: Json| {
        let body = json!({"document": {"version": 1, "root": root}});
        let answer = app.post("/api/v1/segments/preview", &token, body).await;
        assert!(answer.status.is_client_error(), "{}", answer.text);
        answer.json()["errors"][0].clone()
    };
    let wrong = preview(json!({"all": [{"fact": {"of": {"attribute": "rank"}, "test": {"number": {"at_least": 1}}}}]})).await;
    assert_eq!(
        (wrong["pointer"].as_str(), wrong["code"].as_str()),
        (Some("/document/root/all/0/fact/test"), Some("type_clash"))
    );
    let wrong = preview(json!({"any": [{"events": {"names": ["Order Completed"], "test": {"count": {"times": {"at_least": "3"}}}}}]})).await;
    assert_eq!(
        wrong["pointer"],
        "/document/root/any/0/events/test/count/times/at_least"
    );

    let other = WorkspaceId::from_raw(700_000_000_000_000_002);
    app.kit.add_workspace(other, "よその店").await;
    let stranger = app.token_in(other, Role::Owner).await;
    let saved = app
        .post(
            "/api/v1/segments",
            &token,
            json!({"name": "x", "document": rule()}),
        )
        .await
        .json();
    let path = format!("/api/v1/segments/{}", saved["id"].as_str().unwrap());
    app.get(&path, &stranger)
        .await
        .expect(StatusCode::NOT_FOUND);
    let everybody = json!({"document": {"version": 1, "root": {"all": []}}});
    assert_eq!(
        app.post("/api/v1/segments/preview", &stranger, everybody)
            .await
            .json()["total"],
        0
    );
    let viewer = app.token(Role::Viewer).await;
    app.post(
        "/api/v1/segments",
        &viewer,
        json!({"name": "x", "document": rule()}),
    )
    .await
    .expect(StatusCode::FORBIDDEN);
    assert_eq!(
        app.get("/api/v1/segment-templates", &token)
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        9
    );
    let words = app.get("/api/v1/segment-vocabulary", &token).await.json();
    assert_eq!(words["attributes"][0]["label"]["ja"], "会員ランク");
}
