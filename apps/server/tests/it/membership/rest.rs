//! Asked over REST: a segment over time, who was in it, and what one customer went through.

use access::Role;
use axum::http::StatusCode;
use kernel::{
    id::WorkspaceId,
    time::{Clock, DAY},
};
use serde_json::{Value as Json, json};
use server::membership::Indexing;
use storage::sql;

use super::{
    hands::{Node, next_minute, segment},
    story::{did, has_done, say},
};
use crate::app::TestApp;

const OTHER: WorkspaceId = WorkspaceId::from_raw(9);

#[tokio::test]
async fn what_happened_to_a_segment_and_to_a_customer_can_be_asked() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        app.kit.add_workspace(OTHER, "よその店").await;
        let id = segment(&app, &has_done("Bought")).await;
        let path = |rest: &str| format!("/api/v1/segments/{id}/{rest}");
        let viewer = app.token(Role::Viewer).await;
        let waiting = app.get(&path("history"), &viewer).await.json();
        assert_eq!(
            (&waiting["state"], &waiting["by"]),
            (&json!("waiting"), &json!("none"))
        );
        assert_eq!(waiting["days"][0]["members"], Json::Null);

        let node = Node::start(&app, Indexing::On);
        let mut keeper = node.claim(app.kit.workspace).await;
        say(&app, did("u1", "Bought")).await;
        app.kit.clock.advance(1_000);
        node.settle(&app, &mut keeper).await;
        let between = app.kit.clock.now().plus(500);
        app.kit.clock.advance(2 * DAY);
        say(&app, did("u2", "Bought")).await;
        next_minute(&app);
        node.settle(&app, &mut keeper).await;
        app.kit.clock.advance(1_000);

        let viewer = app.token(Role::Viewer).await;
        let history = app.get(&path("history?days=4"), &viewer).await;
        let history = history.expect(StatusCode::OK).json();
        assert_eq!(
            (&history["state"], &history["by"]),
            (&json!("kept"), &json!("index"))
        );
        let days = history["days"].as_array().unwrap();
        let told: Vec<_> = days
            .iter()
            .map(|day| (&day["members"], &day["entered"], &day["filled_in"]))
            .collect();
        assert_eq!(
            told,
            [
                (&Json::Null, &json!(0), &json!(0)),
                (&json!(1), &json!(1), &json!(1)),
                (&json!(1), &json!(0), &json!(0)),
                (&json!(2), &json!(1), &json!(0)),
            ],
            "{}",
            test.name()
        );

        let marketer = app.token(Role::Marketer).await;
        let past = |at: &str| path(&format!("past-members?at={at}"));
        let then = app.get(&past(&between.to_string()), &marketer).await;
        let then = then.expect(StatusCode::OK).json();
        assert_eq!(then["items"].as_array().unwrap().len(), 1);
        assert_eq!(then["items"][0]["external_id"], "u1");
        let now = app
            .get(&past(&app.kit.clock.now().to_string()), &marketer)
            .await
            .json();
        assert_eq!(now["items"].as_array().unwrap().len(), 2);
        for (at, code) in [
            ("昨日", "instant"),
            ("2020-01-01T00:00:00Z", "unknown"),
            ("2100-01-01T00:00:00Z", "future"),
        ] {
            let wrong = app.get(&past(&urlencoded(at)), &marketer).await;
            let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
            assert_eq!(wrong["errors"][0]["pointer"], "/at");
            assert_eq!(wrong["errors"][0]["code"], code);
        }
        for days in ["0", "401"] {
            let wrong = app
                .get(&path(&format!("history?days={days}")), &viewer)
                .await;
            let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
            assert_eq!(wrong["errors"][0]["pointer"], "/days");
        }

        let person = now["items"].as_array().unwrap();
        let late = person
            .iter()
            .find(|one| one["external_id"] == "u2")
            .unwrap();
        let hers = format!("/api/v1/customers/{}", late["id"].as_str().unwrap());
        let segments = app.get(&format!("{hers}/segments"), &marketer).await;
        let segments = segments.expect(StatusCode::OK).json();
        assert_eq!(segments["items"][0]["segment_id"], id.to_string());
        assert_eq!(segments["items"][0]["entered_by"], "event");
        assert_eq!(segments["items"][0]["left_at"], Json::Null);
        let timeline = app.get(&format!("{hers}/timeline"), &marketer).await.json();
        let entries = timeline["items"].as_array().unwrap();
        let entered = entries.iter().find(|one| one["kind"] == "segment").unwrap();
        assert_eq!(entered["is_granted"], true);
        assert_eq!(entered["detail"]["cause"], "event");

        for path in [past(&between.to_string()), format!("{hers}/segments")] {
            app.get(&path, &viewer).await.expect(StatusCode::FORBIDDEN);
        }
        // Who looked is written down, and another company sees nothing.
        let looks = "SELECT COUNT(*) FROM access_log WHERE action IN ('segment.past_members', 'customer.segments')";
        assert_eq!(
            sql::number(app.kit.db.reader(), looks, []).await.unwrap(),
            3
        );
        let stranger = app.token_in(OTHER, Role::Owner).await;
        for path in [
            path("history"),
            past(&between.to_string()),
            format!("{hers}/segments"),
        ] {
            app.get(&path, &stranger)
                .await
                .expect(StatusCode::NOT_FOUND);
        }
    }
}

#[tokio::test]
async fn who_was_merged_since_is_shown_as_the_one_she_is_now() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let id = segment(&app, &has_done("Bought")).await;
        let node = Node::start(&app, Indexing::On);
        let mut keeper = node.claim(app.kit.workspace).await;
        say(&app, json!({"type": "identify", "userId": "u1"})).await;
        app.kit.clock.advance(1_000);
        let anonymous =
            json!({"type": "track", "event": "Bought", "anonymousId": "a1", "properties": {}});
        say(&app, anonymous).await;
        app.kit.clock.advance(1_000);
        node.settle(&app, &mut keeper).await;
        let then = app.kit.clock.now().plus(500);
        app.kit.clock.advance(1_000);
        say(
            &app,
            json!({"type": "identify", "userId": "u1", "anonymousId": "a1"}),
        )
        .await;
        app.kit.clock.advance(1_000);
        node.settle(&app, &mut keeper).await;
        let marketer = app.token(Role::Marketer).await;
        let path = format!("/api/v1/segments/{id}/past-members?at={then}");
        let found = app
            .get(&path, &marketer)
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        assert_eq!(found["items"][0]["external_id"], "u1", "{}", test.name());
    }
}

fn urlencoded(text: &str) -> String {
    let hex = hex::encode(text);
    let bytes = hex.as_bytes().chunks(2);
    bytes.fold(String::new(), |done, byte| {
        done + "%" + std::str::from_utf8(byte).unwrap()
    })
}
