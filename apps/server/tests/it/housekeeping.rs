//! What the hourly housekeeping removes and makes ready, by a clock turned by hand.

use kernel::time::DAY;
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
