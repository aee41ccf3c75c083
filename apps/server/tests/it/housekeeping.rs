//! What the hourly housekeeping removes and makes ready, by a clock turned by hand.

use access::{
    Role,
    link::Purpose,
    session,
    ticket::{self, Ticket},
};
use axum::http::{Method, StatusCode, header};
use kernel::time::{DAY, HOUR};
use profiles::{Source, ingest::Verdict, ingest::body};
use serde_json::json;
use storage::sql;

use crate::app::TestApp;

async fn number(app: &TestApp, text: &str) -> i64 {
    sql::number(app.kit.db.reader(), text, []).await.unwrap()
}

async fn say(app: &TestApp) -> Vec<Verdict> {
    let batch = json!({"batch": [{"type": "track", "event": "A", "userId": "u1", "messageId": "m1",
        "timestamp": "2026-07-01T00:00:00Z"}]});
    let body = body::read(batch.to_string().as_bytes(), None).unwrap();
    let ingest = &app.app.ingest;
    ingest
        .submit(app.kit.workspace, Source::Server, body)
        .await
        .unwrap()
}

#[tokio::test]
async fn receipts_are_kept_ninety_days_and_the_feed_seven() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        // More than one batch of old receipts and changes.
        let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4500)";
        let hash = match test.name() {
            "sqlite" => "CAST('old' || i AS BLOB)",
            _ => "convert_to('old' || i, 'UTF8')",
        };
        for text in [
            format!(
                "{many} INSERT INTO receipt (workspace_id, message_hash, content_hash, received_at) SELECT 1, {hash}, 0, i FROM n"
            ),
            format!(
                "{many} INSERT INTO feed (workspace_id, profile_id, kind, a, b, written_at) SELECT 1, 1, 1, 0, 0, i FROM n"
            ),
        ] {
            sql::exec(app.kit.db.writer(), text, []).await.unwrap();
        }
        assert_eq!(say(&app).await, [Verdict::Taken], "{}", test.name());
        let fresh = number(&app, "SELECT COUNT(*) FROM feed WHERE written_at > 4500").await;

        server::keep_house(&app.app).await.unwrap();
        assert_eq!(
            number(&app, "SELECT COUNT(*) FROM receipt").await,
            1,
            "{}",
            test.name()
        );
        assert_eq!(
            number(&app, "SELECT COUNT(*) FROM feed").await,
            fresh,
            "{}",
            test.name()
        );

        app.kit.clock.advance(89 * DAY);
        server::keep_house(&app.app).await.unwrap();
        assert_eq!(
            number(&app, "SELECT COUNT(*) FROM feed").await,
            0,
            "{}",
            test.name()
        );
        assert_eq!(say(&app).await, [Verdict::Repeated], "known for 90 days");

        app.kit.clock.advance(2 * DAY);
        server::keep_house(&app.app).await.unwrap();
        assert_eq!(number(&app, "SELECT COUNT(*) FROM receipt").await, 0);
        assert_eq!(say(&app).await, [Verdict::Taken], "and forgotten then");
    }
}

#[tokio::test]
async fn what_let_somebody_in_is_removed_once_it_has_run_out() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let count =
            async |table: &str| number(&app, &format!("SELECT COUNT(*) FROM {table}")).await;
        // More than one batch of sessions that nobody came back to.
        let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4500)";
        let text = format!(
            "{many} INSERT INTO session (id, user_id, workspace_id, generation, rotated_at, created_at, expires_at)
             SELECT i, 1, 1, 1, 0, 0, i FROM n"
        );
        sql::exec(app.kit.db.writer(), text, []).await.unwrap();
        let owner = app.token(Role::Owner).await;
        let used = app.link(&Purpose::FirstOwner).await;
        app.link(&Purpose::FirstOwner).await;
        let ticket = Ticket {
            workspace: app.kit.workspace,
            user: None,
            purpose: "preview".to_owned(),
            payload: json!({"html": "お客様のメール"}),
        };
        let tx = app.kit.db.begin().await.unwrap();
        access::link::consume(&tx, &used, app.app.now())
            .await
            .unwrap();
        ticket::create(&tx, &ticket, app.app.now()).await.unwrap();
        tx.commit().await.unwrap();
        let request = axum::http::Request::builder()
            .method(Method::POST)
            .uri("/api/v1/write-keys")
            .header(header::AUTHORIZATION, format!("Bearer {owner}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header("Idempotency-Key", "k")
            .body(axum::body::Body::from(
                json!({"name": "店", "power": "server"}).to_string(),
            ));
        app.send(request.unwrap()).await.expect(StatusCode::CREATED);

        server::keep_house(&app.app).await.unwrap();
        let left = async || {
            (
                count("session").await,
                count("sign_in_link").await,
                count("ticket").await,
                count("idempotency").await,
            )
        };
        assert_eq!(
            left().await,
            (1, 2, 1, 1),
            "{}: what may be used stays",
            test.name()
        );
        app.get("/api/v1/workspace", &owner)
            .await
            .expect(StatusCode::OK);

        app.kit.clock.advance(ticket::LIFETIME + 1);
        server::keep_house(&app.app).await.unwrap();
        assert_eq!(left().await, (1, 2, 0, 1), "{}", test.name());
        app.kit.clock.advance(DAY);
        server::keep_house(&app.app).await.unwrap();
        assert_eq!(left().await, (1, 2, 0, 0), "{}", test.name());
        app.kit.clock.advance(access::link::LIFETIME);
        server::keep_house(&app.app).await.unwrap();
        assert_eq!(left().await, (1, 0, 0, 0), "{}: used or not", test.name());
        app.kit
            .clock
            .advance(session::SESSION_LIFETIME - 4 * DAY - HOUR);
        server::keep_house(&app.app).await.unwrap();
        assert_eq!(count("session").await, 1, "{}", test.name());
        app.kit.clock.advance(DAY + 2 * HOUR);
        server::keep_house(&app.app).await.unwrap();
        assert_eq!(left().await, (0, 0, 0, 0), "{}", test.name());
    }
}

#[tokio::test]
async fn this_month_and_the_next_have_their_place_before_anything_happens_in_them() {
    let test = testkit::postgres().await;
    let app = TestApp::new(&test).await;
    let months = async || {
        number(
            &app,
            "SELECT COUNT(*) FROM pg_class WHERE relname IN ('event_2026_07', 'event_2026_08') AND relkind = 'r'",
        )
        .await
    };
    assert_eq!(months().await, 0);
    server::keep_house(&app.app).await.unwrap();
    assert_eq!(months().await, 2);
    server::keep_house(&app.app).await.unwrap();
    assert_eq!(months().await, 2, "once is enough");
}
