//! Campaigns through the router: drafts, readiness, review, launch, pause, cancel, rights.

use access::Role;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use kernel::id::{SenderId, WorkspaceId};
use serde_json::{Value, json};
use storage::sql;

use crate::app::TestApp;

const PATH: &str = "/api/v1/campaigns";

async fn shop(app: &TestApp) {
    let tx = app.kit.db.begin().await.unwrap();
    for id in 1..=3 {
        for text in [
            format!(
                "INSERT INTO profile (workspace_id, id, email, full_name, is_anonymous, attributes, search_text,
                   first_seen_at, last_seen_at, created_at, updated_at)
                 VALUES ($1, {id}, 'c{id}@example.jp', '客{id}', FALSE, '{{}}', '', 0, 0, 0, 0)"
            ),
            format!(
                "INSERT INTO consent (workspace_id, profile_id, channel, purpose, granted, source, occurred_at)
                 VALUES ($1, {id}, 'email', 'marketing', {}, 'form', 0)",
                id < 3
            ),
        ] {
            sql::exec(&tx, text, [app.kit.workspace.raw().into()]).await.unwrap();
        }
    }
    let sender = campaigns::sender::Sender {
        id: SenderId::from_raw(42),
        from_name: "青葉ストア".to_owned(),
        from_address: "info@shop.example.jp".to_owned(),
        reply_to: None,
        transport: campaigns::sender::Transport::Sandbox,
        version: 1,
    };
    campaigns::sender::insert(&tx, app.kit.workspace, &sender, app.app.now())
        .await
        .unwrap();
    sql::exec(
        &tx,
        "UPDATE workspace SET settings = '{\"postal_address\": \"東京都千代田区\"}'",
        [],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

fn document() -> Value {
    let mjml = "<mjml><mj-body><mj-section><mj-column><mj-text>{{ customer.name }}さん</mj-text></mj-column></mj-section></mj-body></mjml>";
    json!({
        "version": 1,
        "target": {"everybody": true},
        "offer": {"kind": "none"},
        "timing": {"kind": "now"},
        "channel": {"kind": "email", "sender": SenderId::from_raw(42)},
        "contents": {"source": {"inline": {"version": 1, "name": "夏", "default_locale": "ja",
            "variants": {"ja": {"subject": "こんにちは", "mjml": mjml}}}}},
        "goal": {"event": "order", "window_days": 7},
    })
}

#[tokio::test]
async fn a_draft_is_made_ready_reviewed_launched_held_and_called_off() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        shop(&app).await;
        let owner = app.token(Role::Owner).await;
        let made = app
            .post(PATH, &owner, json!({"name": "夏の案内"}))
            .await
            .expect(StatusCode::CREATED)
            .json();
        let path = format!("{PATH}/{}", made["id"].as_str().unwrap());

        let missing = app
            .get(&format!("{path}/readiness"), &owner)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(missing["ready"], false);
        assert_eq!(
            missing["missing"].as_array().unwrap().len(),
            6,
            "five cards and the goal"
        );
        assert_eq!(missing["missing"][0]["message"], "choose who gets it");
        let refused = app
            .post(&format!("{path}/launch"), &owner, json!({"version": 1}))
            .await;
        let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(refused["errors"][0]["pointer"], "/target");

        let save = json!({"version": 1, "name": "夏の案内", "document": document()});
        let saved = app
            .call(Method::PUT, &path, &owner, Some(save.clone()))
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(saved["version"], 2);
        app.call(Method::PUT, &path, &owner, Some(save))
            .await
            .expect(StatusCode::CONFLICT);

        let ready = app.get(&format!("{path}/readiness"), &owner).await.json();
        assert_eq!(
            (ready["ready"].clone(), ready["missing"].clone()),
            (json!(true), json!([])),
            "{}",
            test.name()
        );
        let review = app
            .get(&format!("{path}/review"), &owner)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(
            (review["matched"].clone(), review["sendable"].clone()),
            (json!(3), json!(2))
        );
        assert_eq!(
            review["steps"],
            json!([{"reason": "refused", "count": 1, "left": 2}])
        );
        let behind = app
            .get(&format!("{path}/people?behind=refused"), &owner)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(behind["items"].as_array().unwrap().len(), 1);

        let launch = || {
            let request = Request::post(format!("{path}/launch"))
                .header(header::AUTHORIZATION, format!("Bearer {owner}"))
                .header(header::CONTENT_TYPE, "application/json")
                .header("idempotency-key", "launch-1");
            app.send(request.body(Body::from(r#"{"version":2}"#)).unwrap())
        };
        let launched = launch().await.expect(StatusCode::OK).json();
        assert_eq!(launched["state"], "scheduled");
        assert_eq!(
            launch().await.expect(StatusCode::OK).json(),
            launched,
            "a repeat launches nothing anew"
        );
        server::job_worker(&app.app).run_due().await.unwrap();
        let progress = app
            .get(&format!("{path}/progress"), &owner)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(
            (progress["state"].clone(), progress["waiting"].clone()),
            (json!("running"), json!(2))
        );
        assert_eq!(
            (progress["not_sent"].clone(), progress["total"].clone()),
            (json!(1), json!(3))
        );

        let paused = format!("{path}/pause");
        app.call(Method::POST, &paused, &owner, None)
            .await
            .expect(StatusCode::OK);
        let again = app
            .call(Method::POST, &paused, &owner, None)
            .await
            .expect(StatusCode::CONFLICT)
            .json();
        assert_eq!(again["type"], "/problems/campaign-state");
        for what in ["resume", "cancel"] {
            app.call(Method::POST, &format!("{path}/{what}"), &owner, None)
                .await
                .expect(StatusCode::OK);
        }
        let rows = app
            .get(&format!("{path}/deliveries?state=cancelled"), &owner)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(rows["items"].as_array().unwrap().len(), 2);
        let viewer = app.token(Role::Viewer).await;
        let masked = app
            .get(&format!("{path}/deliveries?state=cancelled"), &viewer)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(rows["items"][0]["address"], "c2@example.jp");
        assert_ne!(
            masked["items"][0]["address"], "c2@example.jp",
            "masked without pii:read"
        );
        let seen = "SELECT COUNT(*) FROM access_log WHERE action = 'campaign.deliveries' AND n_people = 2 AND fields = 'address'";
        assert_eq!(
            sql::number(app.kit.db.reader(), seen, []).await.unwrap(),
            1,
            "who saw addresses is logged, who saw none is not"
        );

        let copy = app
            .post(&format!("{path}/copy"), &owner, json!({"name": "写し"}))
            .await
            .expect(StatusCode::CREATED)
            .json();
        assert_eq!(
            (copy["state"].clone(), copy["document"].clone()),
            (json!("draft"), saved["document"].clone())
        );
        let listed = app
            .get(&format!("{PATH}?state=draft"), &owner)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        app.delete(&path, &owner).await.expect(StatusCode::CONFLICT);
    }
}

#[tokio::test]
async fn rights_and_workspaces_are_kept_apart() {
    let test = testkit::sqlite().await;
    let app = TestApp::new(&test).await;
    shop(&app).await;
    let owner = app.token(Role::Owner).await;
    let viewer = app.token(Role::Viewer).await;
    let made = app
        .post(PATH, &owner, json!({"name": "夏", "document": document()}))
        .await
        .expect(StatusCode::CREATED)
        .json();
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    app.get(&path, &viewer).await.expect(StatusCode::OK);
    app.post(PATH, &viewer, json!({"name": "x"}))
        .await
        .expect(StatusCode::FORBIDDEN);
    app.post(&format!("{path}/launch"), &viewer, json!({"version": 1}))
        .await
        .expect(StatusCode::FORBIDDEN);

    let other = WorkspaceId::from_raw(700_000_000_000_000_002);
    app.kit.add_workspace(other, "よその店").await;
    let stranger = app.token_in(other, Role::Owner).await;
    for what in ["", "/review", "/progress", "/deliveries", "/readiness"] {
        app.get(&format!("{path}{what}"), &stranger)
            .await
            .expect(StatusCode::NOT_FOUND);
    }
    app.post(&format!("{path}/launch"), &stranger, json!({"version": 1}))
        .await
        .expect(StatusCode::NOT_FOUND);
    let wrong = json!({"name": "x", "document": {"version": 1, "timing": {"kind": "someday"}}});
    app.post(PATH, &owner, wrong)
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_test_goes_to_the_team_and_is_never_counted() {
    let test = testkit::sqlite().await;
    let app = TestApp::new(&test).await;
    shop(&app).await;
    let owner = app.token(Role::Owner).await;
    let made = app
        .post(PATH, &owner, json!({"name": "夏", "document": document()}))
        .await
        .expect(StatusCode::CREATED)
        .json();
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let profile = kernel::id::ProfileId::from_raw(1);
    let bad = json!({"addresses": ["no address"], "profile": profile});
    app.post(&format!("{path}/test"), &owner, bad)
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
    let good = json!({"addresses": ["team@example.jp", "boss@example.jp"], "profile": profile});
    let queued = app
        .post(&format!("{path}/test"), &owner, good)
        .await
        .expect(StatusCode::ACCEPTED)
        .json();
    assert_eq!(queued["queued"], 2);
    let progress = app.get(&format!("{path}/progress"), &owner).await.json();
    assert_eq!(progress["total"], 0);
}
