//! What a company calls the groups of its RFM analysis.

use access::Role;
use axum::http::{Method, StatusCode};
use kernel::id::WorkspaceId;
use profiles::{Source, ingest::body};
use serde_json::{Value as Json, json};

use crate::app::{Answer, TestApp};

const NAMES: &str = "/api/v1/analytics/rfm/names";
const OTHER: WorkspaceId = WorkspaceId::from_raw(77);

async fn give(app: &TestApp, token: &str, key: &str, name: &str) -> Answer {
    let path = format!("{NAMES}/{key}");
    let body = json!({ "name": name });
    app.call(Method::PUT, &path, token, Some(body)).await
}

/// What the RFM page and the list of names say of a group; they agree.
async fn own(app: &TestApp, token: &str, key: &str) -> Json {
    let of = |all: &Json| {
        let mut all = all.as_array().unwrap().iter();
        all.find(|one| one["key"] == key).unwrap()["own"].clone()
    };
    let page = app.get("/api/v1/analytics/rfm", token).await;
    let page = of(&page.expect(StatusCode::OK).json()["parts"]);
    let list = app.get(NAMES, token).await.expect(StatusCode::OK).json();
    assert_eq!(of(&list), page);
    page
}

/// One customer with one order: the only buyer has the lowest scores.
async fn buyer(app: &TestApp) {
    let now = app.app.now().plus(-1_000).to_string();
    let order = json!({"type": "track", "event": "Order Completed", "userId": "u1", "timestamp": now, "messageId": "m1",
        "properties": {"order_id": "o1", "total": "1200", "currency": "JPY", "products": []}});
    let body = body::read(json!({ "batch": [order] }).to_string().as_bytes(), None).unwrap();
    let ingest = &app.app.ingest;
    let verdicts = ingest.submit(app.kit.workspace, Source::Server, body);
    verdicts.await.unwrap();
}

#[tokio::test]
async fn what_is_no_name_is_refused_at_its_place_and_changes_nothing() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let marketer = app.token(Role::Marketer).await;
        give(&app, &marketer, "best", "ＶＩＰ")
            .await
            .expect(StatusCode::OK);
        for (name, code) in [
            ("", "length"),
            ("　 ", "length"),
            (&"あ".repeat(41), "length"),
            ("上\u{7}下", "characters"),
            ("\u{202e}abc", "characters"),
            ("vip", "taken"),
            ("Dormant", "taken"),
            ("休眠", "taken"),
        ] {
            let answer = give(&app, &marketer, "loyal", name).await;
            let problem = answer.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
            let error = &problem["errors"][0];
            assert_eq!(
                (&error["pointer"], &error["code"]),
                (&json!("/name"), &json!(code)),
                "{name:?}"
            );
        }
        for body in [
            json!({}),
            json!({"name": null}),
            json!({"name": 5}),
            json!({"name": "x", "title": "y"}),
        ] {
            let path = format!("{NAMES}/loyal");
            let answer = app.call(Method::PUT, &path, &marketer, Some(body)).await;
            let problem = answer.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
            assert!(problem["errors"][0]["pointer"].is_string(), "{problem}");
        }
        for unknown in ["nobody", "%F0%9F%8D%A3", "..", "BEST"] {
            give(&app, &marketer, unknown, "x")
                .await
                .expect(StatusCode::NOT_FOUND);
            let path = format!("{NAMES}/{unknown}");
            app.delete(&path, &marketer)
                .await
                .expect(StatusCode::NOT_FOUND);
        }
        assert_eq!(own(&app, &marketer, "loyal").await, Json::Null);
        assert_eq!(own(&app, &marketer, "best").await, "ＶＩＰ");
    }
}

#[tokio::test]
async fn a_group_is_called_so_wherever_it_is_named_until_it_is_reset() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let (owner, marketer) = (
            app.token(Role::Owner).await,
            app.token(Role::Marketer).await,
        );
        buyer(&app).await;
        let csv = "/api/v1/analytics/rfm.csv";
        let before = app.get(csv, &marketer).await.expect(StatusCode::OK).text;
        assert!(
            before.ends_with("\r\n1,1,1,1,1,1200,Dormant\r\n"),
            "{before}"
        );
        let longest = "🍣".repeat(40);
        for name in ["=ねむり", "  ＹＥＳ　会員 ", &longest] {
            let answer = give(&app, &marketer, "dormant", name).await;
            let answer = answer.expect(StatusCode::OK).json();
            assert_eq!(answer["own"], name.trim());
            assert_eq!(answer["name_ja"], "休眠");
            assert_eq!(own(&app, &marketer, "dormant").await, name.trim());
            let after = app.get(csv, &marketer).await.expect(StatusCode::OK).text;
            let cell = name.trim().replace('=', "'=");
            assert!(after.ends_with(&format!(",1200,{cell}\r\n")), "{after}");
        }
        // Another setting is written beside it, and neither is lost.
        let workspace = app.get("/api/v1/workspace", &owner).await.json();
        let body = json!({"version": workspace["version"], "postal_address": "東京都港区1-1"});
        let changed = app.patch("/api/v1/workspace", &owner, body).await;
        changed.expect(StatusCode::OK);
        assert_eq!(own(&app, &marketer, "dormant").await, longest);
        let path = format!("{NAMES}/dormant");
        for _ in 0..2 {
            app.delete(&path, &marketer)
                .await
                .expect(StatusCode::NO_CONTENT);
            assert_eq!(own(&app, &marketer, "dormant").await, Json::Null);
        }
        let workspace = app.get("/api/v1/workspace", &owner).await.json();
        assert_eq!(workspace["postal_address"], "東京都港区1-1");
        // A given name that another group has by now is not given back.
        give(&app, &marketer, "dormant", "zzz")
            .await
            .expect(StatusCode::OK);
        give(&app, &marketer, "loyal", "休眠")
            .await
            .expect(StatusCode::OK);
        let problem = app.delete(&path, &marketer).await;
        let problem = problem.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(problem["errors"][0]["code"], "taken");
        let log = app.get("/api/v1/audit?limit=100", &owner).await.json();
        let log = log["items"].as_array().unwrap().iter();
        let own: Vec<&Json> = log
            .filter(|line| line["action"] == "rfm_name.change")
            .collect();
        assert_eq!(own.len(), 6, "{own:?}");
        assert_eq!(
            own[0]["detail"],
            json!({"key": "loyal", "before": null, "after": "休眠"})
        );
    }
}

#[tokio::test]
async fn names_are_the_workspaces_own_and_readers_do_not_give_them() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        app.kit.add_workspace(OTHER, "よその店").await;
        let marketer = app.token(Role::Marketer).await;
        let viewer = app.token(Role::Viewer).await;
        let stranger = app.token_in(OTHER, Role::Owner).await;
        give(&app, &marketer, "best", "ＶＩＰ")
            .await
            .expect(StatusCode::OK);
        assert_eq!(own(&app, &stranger, "best").await, Json::Null);
        // What is taken here is free there.
        give(&app, &stranger, "loyal", "ＶＩＰ")
            .await
            .expect(StatusCode::OK);
        assert_eq!(own(&app, &marketer, "loyal").await, Json::Null);
        assert_eq!(own(&app, &viewer, "best").await, "ＶＩＰ");
        give(&app, &viewer, "best", "x")
            .await
            .expect(StatusCode::FORBIDDEN);
        let path = format!("{NAMES}/best");
        app.delete(&path, &viewer)
            .await
            .expect(StatusCode::FORBIDDEN);
        assert_eq!(own(&app, &viewer, "best").await, "ＶＩＰ");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_choose_one_name_at_once_one_is_told() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let marketer = app.token(Role::Marketer).await;
        let keys = ["best", "loyal", "growing", "recent"];
        let all = keys.map(|key| give(&app, &marketer, key, "一番"));
        let answers = futures::future::join_all(all).await;
        let (given, told): (Vec<_>, Vec<_>) = answers
            .iter()
            .partition(|answer| answer.status == StatusCode::OK);
        assert_eq!(given.len(), 1);
        for answer in told {
            let refused = [StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY];
            assert!(refused.contains(&answer.status), "{}", answer.text);
        }
        let mut n_called = 0;
        for key in keys {
            n_called += usize::from(own(&app, &marketer, key).await == "一番");
        }
        assert_eq!(n_called, 1);
    }
}
