//! VIP segments through the router: from the order that makes somebody a VIP to the campaign that spares her.

use access::Role;
use axum::http::{Method, StatusCode};
use kernel::id::{SenderId, WorkspaceId};
use serde_json::{Value as Json, json};
use storage::sql;

use crate::{app::TestApp, membership};

const PATH: &str = "/api/v1/segments";

async fn gold(app: &TestApp, token: &str, name: &str) -> String {
    let rule = json!({"version": 1, "root": {"all": [
        {"fact": {"of": {"attribute": "rank"}, "test": {"text": {"equals": "gold"}}}},
    ]}});
    let made = app
        .post(PATH, token, json!({"name": name, "document": rule}))
        .await
        .expect(StatusCode::CREATED)
        .json();
    made["id"].as_str().unwrap().to_owned()
}

/// Adds people who may be written to; rank `gold` for some.
async fn people(app: &TestApp) {
    for (id, rank) in [(1, "gold"), (2, "gold"), (3, "silver")] {
        for text in [
            format!(
                "INSERT INTO profile (workspace_id, id, email, full_name, is_anonymous, attributes, search_text,
                   first_seen_at, last_seen_at, created_at, updated_at)
                 VALUES ($1, {id}, 'c{id}@example.jp', '客{id}', FALSE, '{{\"rank\": \"{rank}\"}}', '', 0, 0, 0, 0)"
            ),
            format!(
                "INSERT INTO consent (workspace_id, profile_id, channel, purpose, granted, source, occurred_at)
                 VALUES ($1, {id}, 'email', 'marketing', TRUE, 'form', 0)"
            ),
        ] {
            sql::exec(app.kit.db.writer(), text, [app.kit.workspace.raw().into()])
                .await
                .unwrap();
        }
    }
    sql::exec(
        app.kit.db.writer(),
        "INSERT INTO attribute_def (workspace_id, key, value_type, label_ja, created_at) VALUES ($1, 'rank', 'text', '会員ランク', 0)",
        [app.kit.workspace.raw().into()],
    )
    .await
    .unwrap();
}

async fn review(app: &TestApp, token: &str, target: Json) -> Json {
    let document = json!({"version": 1, "target": target,
        "channel": {"kind": "email", "sender": SenderId::from_raw(42)}});
    let body = json!({"name": "夏の案内", "document": document});
    let made = app.post("/api/v1/campaigns", token, body).await;
    let made = made.expect(StatusCode::CREATED).json();
    let path = format!(
        "/api/v1/campaigns/{}/review",
        made["id"].as_str().unwrap_or_default()
    );
    app.get(&path, token).await.expect(StatusCode::OK).json()
}

#[tokio::test]
async fn members_of_a_vip_segment_get_what_names_it_and_are_spared_the_rest() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        people(&app).await;
        let owner = app.token(Role::Owner).await;
        let id = gold(&app, &owner, "金会員").await;
        let vip = format!("{PATH}/{id}/vip");
        let treated = app.call(Method::PUT, &vip, &owner, None).await;
        assert_eq!(treated.expect(StatusCode::OK).json()["is_vip"], true);
        membership::keep(&app).await;

        let seen = review(&app, &owner, json!({"everybody": true})).await;
        assert_eq!(
            (&seen["sendable"], &seen["steps"]),
            (
                &json!(1),
                &json!([{"reason": "vip", "count": 2, "left": 1}])
            ),
            "{}",
            test.name()
        );
        let named = review(&app, &owner, json!({"include": [id]})).await;
        assert_eq!(
            (&named["sendable"], &named["steps"]),
            (&json!(2), &json!([]))
        );
        let also = json!({"everybody": true, "include_vip": true});
        assert_eq!(review(&app, &owner, also).await["sendable"], 3);

        let refused = app.delete(&format!("{PATH}/{id}"), &owner).await;
        let refused = refused.expect(StatusCode::CONFLICT).json();
        assert_eq!(refused["type"], "/problems/vip-segment");
        let back = app.delete(&vip, &owner).await.expect(StatusCode::OK);
        assert_eq!(back.json()["is_vip"], false);
        let seen = review(&app, &owner, json!({"everybody": true})).await;
        assert_eq!(seen["sendable"], 3);
        app.delete(&format!("{PATH}/{id}"), &owner)
            .await
            .expect(StatusCode::NO_CONTENT);
        let archived = app.call(Method::PUT, &vip, &owner, None).await;
        let archived = archived.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(archived["errors"][0]["code"], "archived");

        let logged =
            "SELECT COUNT(*) FROM audit_log WHERE action IN ('segment.vip', 'segment.usual')";
        assert_eq!(
            sql::number(app.kit.db.reader(), logged, []).await.unwrap(),
            2
        );
    }
}

#[tokio::test]
async fn only_who_may_change_segments_of_the_workspace_makes_vips_and_only_twenty() {
    let test = testkit::sqlite().await;
    let app = TestApp::new(&test).await;
    people(&app).await;
    let owner = app.token(Role::Owner).await;
    let viewer = app.token(Role::Viewer).await;
    let other = WorkspaceId::from_raw(700_000_000_000_000_002);
    app.kit.add_workspace(other, "よその店").await;
    let stranger = app.token_in(other, Role::Owner).await;
    let first = format!("{PATH}/{}/vip", gold(&app, &owner, "金会員").await);
    for (method, token, status) in [
        (Method::PUT, &viewer, StatusCode::FORBIDDEN),
        (Method::DELETE, &viewer, StatusCode::FORBIDDEN),
        (Method::PUT, &stranger, StatusCode::NOT_FOUND),
    ] {
        app.call(method, &first, token, None).await.expect(status);
    }
    for number in 0..20 {
        let id = gold(&app, &owner, &format!("VIP{number}")).await;
        app.call(Method::PUT, &format!("{PATH}/{id}/vip"), &owner, None)
            .await
            .expect(StatusCode::OK);
    }
    let over = app.call(Method::PUT, &first, &owner, None).await;
    let over = over.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
    assert_eq!(over["errors"][0]["code"], "too_many");
}
