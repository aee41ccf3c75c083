//! Who looked at whom: asking a segment for its people is as much a look as opening a customer.

use access::Role;
use axum::http::StatusCode;
use serde_json::json;
use storage::{Value, sql};

use crate::app::TestApp;

const N: i64 = 120;

async fn crowd(app: &TestApp) {
    for id in 1..=N {
        let binds: [Value; 4] = [
            app.kit.workspace.raw().into(),
            (1_000 + id).into(),
            format!("客{id}").into(),
            Value::Json(Some(Box::new(json!({})))),
        ];
        sql::exec(
            app.kit.db.writer(),
            "INSERT INTO profile (workspace_id, id, is_anonymous, family_name, given_name, attributes, search_text,
               first_seen_at, last_seen_at, created_at, updated_at)
             VALUES ($1, $2, FALSE, $3, '花子', $4, '', 0, 0, 0, 0)",
            binds,
        )
        .await
        .unwrap();
    }
}

/// The access log as texts, the oldest first.
async fn looks(app: &TestApp) -> Vec<String> {
    let text = "SELECT action || ' ' || n_people || ' ' || COALESCE(CAST(profile_id AS TEXT), '-') || ' ' || fields
                FROM access_log ORDER BY id";
    let rows = sql::rows(app.kit.db.reader(), text, []).await.unwrap();
    let text = |row: &sea_orm::QueryResult| row.try_get_by_index(0).unwrap();
    rows.iter().map(text).collect()
}

#[tokio::test]
async fn every_look_at_people_of_a_segment_is_logged() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        crowd(&app).await;
        let token = app.token(Role::Marketer).await;
        let everybody = json!({"version": 1, "root": {"all": []}});
        let examples = json!({"document": everybody, "seed": 1});
        let shown = app
            .post("/api/v1/segments/examples", &token, examples)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(
            shown["items"].as_array().unwrap().len(),
            10,
            "{}",
            test.name()
        );
        assert!(
            shown["items"][0]["name"]
                .as_str()
                .unwrap()
                .ends_with(" 花子"),
            "{shown}"
        );

        let why = json!({"document": everybody, "profile": shown["items"][0]["id"]});
        app.post("/api/v1/segments/explain", &token, why)
            .await
            .expect(StatusCode::OK);
        let saved = app
            .post(
                "/api/v1/segments",
                &token,
                json!({"name": "みんな", "document": everybody}),
            )
            .await
            .expect(StatusCode::CREATED)
            .json();
        let path = format!(
            "/api/v1/segments/{}/members?limit=100",
            saved["id"].as_str().unwrap()
        );
        let page = app.get(&path, &token).await.expect(StatusCode::OK).json();
        let next = format!("{path}&after={}", page["next"].as_str().unwrap());
        let rest = app.get(&next, &token).await.expect(StatusCode::OK).json();
        assert_eq!(rest["items"].as_array().unwrap().len(), 20);

        let looks = looks(&app).await;
        assert_eq!(looks.len(), 4, "{}: {looks:?}", test.name());
        assert_eq!(looks[0], "segment.examples 10 - name");
        assert!(looks[1].starts_with("segment.explain 1 1"), "{looks:?}");
        assert_eq!(looks[2], "segment.members 100 - name");
        assert_eq!(looks[3], "segment.members 20 - name");
    }
}
