//! Reports through the router.

use access::Role;
use axum::http::{StatusCode, header};
use kernel::{
    id::{CampaignId, ProfileId, WorkspaceId},
    time::MINUTE,
};
use profiles::names;
use serde_json::json;
use storage::{Value, sql};

use crate::app::TestApp;

/// Three matched: one without consent, two sent to; person 1 opens, clicks and buys.
async fn story(app: &TestApp) -> CampaignId {
    let tx = app.kit.db.begin().await.unwrap();
    let (workspace, at) = (app.kit.workspace.raw(), app.app.now());
    let before = at.plus(-60 * MINUTE).0;
    let json = |value: serde_json::Value| Value::Json(Some(Box::new(value)));
    let campaign = CampaignId::from_raw(9_000);
    let document = json!({"version": 1, "goal": {"event": "order", "window_days": 7}});
    sql::exec(
        &tx,
        "INSERT INTO campaign (workspace_id, id, name, state, document, launched_at, finished_at, created_at, updated_at)
         VALUES ($1, 9000, '牛乳の日', 'finished', $2, $3, $3, $3, $3)",
        [workspace.into(), json(document), before.into()],
    )
    .await
    .unwrap();
    for (id, name, state) in [
        (1_i64, "青木 ひなた", 5_i64),
        (2, "森 千夏", 5),
        (3, "谷 蓮", 10),
    ] {
        sql::exec(
            &tx,
            "INSERT INTO profile (workspace_id, id, email, full_name, is_anonymous, attributes, search_text, first_seen_at, last_seen_at, created_at, updated_at)
             VALUES ($1, $2, $3, $4, FALSE, $5, '', 0, 0, 0, 0)",
            [workspace.into(), id.into(), format!("person{id}@example.jp").into(), name.into(), json(json!({}))],
        )
        .await
        .unwrap();
        sql::exec(
            &tx,
            "INSERT INTO delivery (workspace_id, profile_id, id, campaign_id, occurrence, channel, is_test, state, reason,
               due_at, expires_at, attempts, planned_at, handed_over_at, settled_at, origin_profile_id)
             VALUES ($1, $2, $3, 9000, 0, 1, FALSE, $4, $5, $6, $6, 1, $6, $6, $6, $2)",
            [
                workspace.into(),
                id.into(),
                (100 + id).into(),
                state.into(),
                (state == 10).then_some("no_consent").into(),
                before.into(),
            ],
        )
        .await
        .unwrap();
    }
    sql::exec(
        &tx,
        "INSERT INTO campaign_link (workspace_id, campaign_id, id, position, label, url, created_at)
         VALUES ($1, 9000, 7, 0, '牛乳を見る', 'https://shop.example.jp/milk', 0)",
        [workspace.into()],
    )
    .await
    .unwrap();
    for (id, name, link) in [
        (501_i64, names::MESSAGE_OPENED, None),
        (502, names::MESSAGE_CLICKED, Some(7_i64)),
    ] {
        sql::exec(
            &tx,
            "INSERT INTO event (workspace_id, profile_id, occurred_at, id, name_id, campaign_id, delivery_id, link_id, flags, received_at)
             VALUES ($1, 1, $2, $3, $4, 9000, 101, $5, 0, $2)",
            [workspace.into(), (before + MINUTE).into(), id.into(), i64::from(name).into(), link.into()],
        )
        .await
        .unwrap();
    }
    sql::exec(
        &tx,
        "INSERT INTO purchase_order (workspace_id, profile_id, id, order_no, occurred_at, amount, currency, n_lines, quantity, status, event_id)
         VALUES ($1, 1, 77, 'N-1', $2, 1280, 'JPY', 1, 1, 'completed', 77)",
        [workspace.into(), (before + 2 * MINUTE).into()],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    campaign
}

#[tokio::test]
async fn a_report_gives_every_number_with_its_people() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let campaign = story(&app).await;
        let analyst = app.token(Role::Analyst).await;
        let base = format!("/api/v1/campaigns/{campaign}/report");
        let report = app.get(&base, &analyst).await.expect(StatusCode::OK).json();
        assert_eq!(report["matched"], 3);
        assert_eq!(report["steps"][0]["key"], "no_consent");
        let figure = |key: &str| {
            let figures = report["figures"].as_array().unwrap();
            figures
                .iter()
                .find(|figure| figure["metric"] == key)
                .unwrap()
                .clone()
        };
        assert_eq!(figure("opens")["rate"]["denominator"], 2);
        assert!((figure("opens")["rate"]["value"].as_f64().unwrap() - 0.5).abs() < 1e-9);
        assert!(figure("opens")["rate"]["low"].as_f64().unwrap() < 0.5);
        assert_eq!(figure("revenue_last_touch")["value"], 1280);

        let people = app
            .get(&format!("{base}/people?metric=clicks"), &analyst)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(people["items"][0]["id"], ProfileId::from_raw(1).to_string());
        assert_eq!(people["items"][0]["name"], "青木 ひなた");
        assert_ne!(
            people["items"][0]["email"], "person1@example.jp",
            "an analyst sees addresses masked"
        );
        let looked = async || -> Vec<(String, i64, String)> {
            let text = "SELECT action, n_people, fields FROM access_log ORDER BY id";
            let rows = sql::rows(app.kit.db.reader(), text, []).await.unwrap();
            let read = |row: &sea_orm::QueryResult| {
                Ok::<_, sea_orm::DbErr>((
                    row.try_get_by_index(0)?,
                    row.try_get_by_index(1)?,
                    row.try_get_by_index(2)?,
                ))
            };
            rows.iter().map(|row| read(row).unwrap()).collect()
        };
        let line = |fields: &str| ("report.people".to_owned(), 1, fields.to_owned());
        assert_eq!(looked().await, [line("name")], "{}", test.name());
        let marketer = app.token(Role::Marketer).await;
        let seen = app
            .get(&format!("{base}/people?metric=clicks"), &marketer)
            .await
            .json();
        assert_eq!(seen["items"][0]["email"], "person1@example.jp");
        assert_eq!(looked().await, [line("name"), line("name email")]);
        let losses = app
            .get(
                &format!("{base}/people?metric=step:no_consent&limit=1"),
                &analyst,
            )
            .await
            .json();
        assert_eq!(
            (losses["items"].as_array().unwrap().len(), &losses["next"]),
            (1, &json!(null))
        );

        let links = app
            .get(&format!("{base}/links"), &analyst)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(
            (&links[0]["label"], &links[0]["clicks"]["numerator"]),
            (&json!("牛乳を見る"), &json!(1))
        );
        let series = app
            .get(&format!("{base}/series?bucket=day"), &analyst)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(
            series["lines"][0],
            json!({"metric": "sends", "values": [2]})
        );

        let home = app
            .get("/api/v1/home", &analyst)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(
            (&home["customers"], &home["knots"][0]["sent"]),
            (&json!(3), &json!(2))
        );
        assert_eq!(home["reasons"][0]["key"], "no_consent");
        let metrics = app
            .get("/api/v1/metrics", &analyst)
            .await
            .expect(StatusCode::OK)
            .json();
        assert!(
            metrics
                .as_array()
                .unwrap()
                .iter()
                .all(|one| !one["formula_ja"].as_str().unwrap().is_empty())
        );
    }
}

#[tokio::test]
async fn a_customer_s_story_and_row_tell_of_the_campaigns() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        story(&app).await;
        let token = app.token(Role::Marketer).await;
        let timeline = async |id: i64| {
            let id = ProfileId::from_raw(id);
            let path = format!("/api/v1/customers/{id}/timeline");
            app.get(&path, &token).await.expect(StatusCode::OK).json()
        };
        let clicked = &timeline(1).await["items"][0];
        assert_eq!(clicked["name"], "message_clicked");
        assert_eq!(
            (&clicked["campaign"], &clicked["link"]),
            (&json!("牛乳の日"), &json!("牛乳を見る"))
        );
        let silent = &timeline(3).await["items"][0];
        assert_eq!(
            (
                &silent["kind"],
                &silent["campaign"],
                &silent["outcome"]["step"]
            ),
            (&json!("delivery"), &json!("牛乳の日"), &json!("no_consent"))
        );
        assert_eq!(
            timeline(2).await["items"],
            json!([]),
            "what was sent is an event"
        );

        let people = app
            .get("/api/v1/customers", &token)
            .await
            .expect(StatusCode::OK)
            .json();
        let row = |id: i64| {
            let id = ProfileId::from_raw(id).to_string();
            let rows = people["items"].as_array().unwrap();
            rows.iter().find(|row| row["id"] == id).unwrap().clone()
        };
        assert_eq!(row(1)["totals"]["amount"], 1280);
        assert_eq!(
            (&row(2)["reach"]["email"], &row(2)["reach"]["line"]),
            (&json!("unasked"), &json!("missing"))
        );
        let count = app
            .get("/api/v1/customers/count", &token)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(count, json!({"count": 3, "is_more": false}));

        let names = async |search: &str| {
            let path = format!("/api/v1/campaigns?search={search}");
            let found = app.get(&path, &token).await.expect(StatusCode::OK).json();
            found["items"].as_array().unwrap().len()
        };
        assert_eq!((names("%E7%89%9B").await, names("nothing").await), (1, 0));
    }
}

#[tokio::test]
async fn a_report_downloads_once_by_ticket_and_by_key_as_often_as_wanted() {
    let test = testkit::sqlite().await;
    let app = TestApp::new(&test).await;
    let campaign = story(&app).await;
    let viewer = app.token(Role::Viewer).await;
    let base = format!("/api/v1/campaigns/{campaign}/report");
    for table in ["figures", "series", "links", "steps"] {
        let path = format!("{base}/ticket?table={table}");
        let made = app
            .post(&path, &viewer, json!({}))
            .await
            .expect(StatusCode::OK)
            .json();
        let url = made["url"].as_str().unwrap().to_owned();
        let file = app.get(&url, "").await.expect(StatusCode::OK);
        assert!(
            file.text.starts_with('\u{feff}') && file.text.lines().count() > 1,
            "{table}: {}",
            file.text
        );
        assert!(
            file.headers[header::CONTENT_DISPOSITION]
                .to_str()
                .unwrap()
                .contains(table)
        );
        app.get(&url, "").await.expect(StatusCode::NOT_FOUND);
    }
    let csv = app
        .get(&format!("{base}.csv"), &viewer)
        .await
        .expect(StatusCode::OK);
    assert!(
        csv.text
            .contains("revenue_last_touch,Revenue by last touch,1280,money"),
        "{}",
        csv.text
    );
}

#[tokio::test]
async fn what_is_not_ones_own_is_not_found_and_wrong_questions_are_told() {
    let test = testkit::sqlite().await;
    let app = TestApp::new(&test).await;
    let campaign = story(&app).await;
    let other = WorkspaceId::from_raw(700_000_000_000_000_002);
    app.kit.add_workspace(other, "若葉マート").await;
    let stranger = app.token_in(other, Role::Owner).await;
    let base = format!("/api/v1/campaigns/{campaign}/report");
    for path in ["", "/series", "/links", "/people?metric=opens", ".csv"] {
        app.get(&format!("{base}{path}"), &stranger)
            .await
            .expect(StatusCode::NOT_FOUND);
    }
    let viewer = app.token(Role::Viewer).await;
    let refused = app
        .get(&format!("{base}/people?metric=opens"), &viewer)
        .await
        .expect(StatusCode::FORBIDDEN);
    assert!(
        refused.json()["detail"]
            .as_str()
            .unwrap()
            .contains("profiles:read")
    );
    let owner = app.token(Role::Owner).await;
    let wrong = app
        .get(&format!("{base}/people?metric=revenue'"), &owner)
        .await;
    let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
    assert_eq!(wrong["errors"][0]["pointer"], "/metric");
    app.get(&format!("{base}/series?bucket=week"), &owner)
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
}
