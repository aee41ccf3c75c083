//! Lead scores: points come, fade and turn at the threshold, each turn told once; who fits is graded apart.

use access::Role;
use axum::http::{Method, StatusCode};
use computed::rule::Kind;
use kernel::time::{Clock as _, DAY};
use profiles::event::MACHINE;
use serde_json::{Value as Json, json};
use storage::sql;

use super::hands::{
    claim, days_go_by, declare, is_as_if_anew, is_told_once, profile, say, seen, settle, told,
};
use super::story::members;
use crate::app::TestApp;

fn rule() -> Json {
    json!({"score": {"half_life": 10, "threshold": 100,
        "actions": [{"event": "Form Submitted", "points": 50, "where": {"property": "form", "test": {"is": ["資料請求", "見積"]}}},
                    {"event": "Page Viewed", "points": 1, "per_day": 3}],
        "fit": [{"attribute": "industry", "test": {"is": ["IT"]}, "points": 30}]}})
}

fn form(user: &str, name: &str) -> Json {
    json!({"type": "track", "event": "Form Submitted", "userId": user, "properties": {"form": name}})
}

#[tokio::test]
async fn points_come_fade_and_turn_at_the_threshold_once() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        declare(&app, &rule()).await;
        let mut keeper = claim(&app).await;
        settle(&app, &mut keeper).await;
        say(&app, json!([form("u1", "資料請求"), form("u1", "😀"), {"type": "page", "name": "top", "userId": "u2"}])).await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        let id = profile(&app, "u1").await.raw();
        assert_eq!(
            seen(&app, id).await["computed.score"],
            50,
            "a name that came with these rows"
        );
        let many: Vec<Json> = (0..20)
            .map(|n| json!({"type": "page", "name": format!("p{n}"), "userId": "u1"}))
            .collect();
        say(&app, json!(many)).await;
        say(&app, json!([form("u1", "見積")])).await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        let hot = seen(&app, id).await;
        assert_eq!(
            (&hot["computed.score"], &hot["computed.score_above"]),
            (&json!(103), &json!(true)),
            "views are capped"
        );
        let at_least = |n: i64| json!({"fact": {"of": {"attribute": "computed.score"}, "test": {"number": {"at_least": n}}}});
        assert_eq!(members(&app, at_least(100)).await, [id].into());

        // What a machine does counts for nothing, and wakes nobody to anything.
        let text = "UPDATE event SET flags = flags | $1 WHERE profile_id = $2 AND name_id = 10";
        let tx = app.kit.db.begin().await.unwrap();
        sql::exec(&tx, text, [MACHINE.into(), id.into()])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        say(
            &app,
            json!([{"type": "page", "name": "again", "userId": "u1"}]),
        )
        .await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        assert_eq!(
            seen(&app, id).await["computed.score"],
            101,
            "{}: one view by herself",
            test.name()
        );

        days_go_by(&app, &mut keeper, 10).await;
        let cold = seen(&app, id).await;
        assert_eq!(
            (&cold["computed.score"], &cold["computed.score_above"]),
            (&json!(50), &json!(false))
        );
        assert!(members(&app, at_least(51)).await.is_empty());
        assert_eq!(members(&app, at_least(50)).await, [id].into());
        let step = |before: &str, after: &str, cause| (before.to_owned(), after.to_owned(), cause);
        assert_eq!(
            told(&app, id, Kind::Score).await,
            [
                step("below", "above", "event"),
                step("above", "below", "time")
            ],
            "the first point is no turn"
        );
        is_as_if_anew(&app, test.name()).await;
        is_told_once(&app, test.name()).await;
    }
}

#[tokio::test]
async fn the_crossing_by_time_is_written_in_its_own_minute() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        declare(&app, &rule()).await;
        let mut keeper = claim(&app).await;
        settle(&app, &mut keeper).await;
        say(&app, json!([form("u1", "見積"), form("u1", "見積")])).await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        let id = profile(&app, "u1").await.raw();
        let text = "SELECT due_at FROM computed_value WHERE profile_id = $1";
        let due = sql::number(app.kit.db.reader(), text, [id.into()])
            .await
            .unwrap();
        // 100 fade to 99.5 in 10 days * log2(100 / 99.5).
        let left = due - app.kit.clock.now().0;
        assert!((6_240_000..6_250_000).contains(&left), "{left}");
        app.kit.clock.advance(left - 1);
        settle(&app, &mut keeper).await;
        assert_eq!(
            seen(&app, id).await["computed.score_above"],
            true,
            "{}",
            test.name()
        );
        app.kit.clock.advance(1);
        settle(&app, &mut keeper).await;
        assert_eq!(
            seen(&app, id).await["computed.score_above"],
            false,
            "{}",
            test.name()
        );
    }
}

#[tokio::test]
async fn who_fits_is_graded_as_soon_as_it_is_known() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let marketer = app.token(Role::Marketer).await;
        let save = json!({"rule": rule(), "version": 0});
        app.call(
            Method::PUT,
            "/api/v1/computed-attributes/score",
            &marketer,
            Some(save),
        )
        .await
        .expect(StatusCode::OK);
        let mut keeper = claim(&app).await;
        settle(&app, &mut keeper).await;
        say(
            &app,
            json!([{"type": "identify", "userId": "u1", "traits": {"industry": "食品"}}]),
        )
        .await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        let id = profile(&app, "u1").await;
        let cold = seen(&app, id.raw()).await;
        assert_eq!(
            (cold.get("computed.score"), &cold["computed.grade"]),
            (None, &json!("D"))
        );
        say(&app, json!([{"type": "identify", "userId": "u1", "traits": {"industry": "IT"}}, form("u1", "見積")])).await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        let warm = seen(&app, id.raw()).await;
        assert_eq!(
            (
                &warm["computed.grade"],
                &warm["computed.fit"],
                &warm["computed.score"]
            ),
            (&json!("A"), &json!(30), &json!(50))
        );
        is_as_if_anew(&app, test.name()).await;

        app.kit.clock.advance(10 * DAY - 1_000);
        let marketer = app.token(Role::Marketer).await;
        let found = app
            .get(&format!("/api/v1/customers/{id}/computed"), &marketer)
            .await
            .expect(StatusCode::OK)
            .json();
        let score = &found["reasons"][0];
        assert_eq!(
            (&score["kind"], &score["standing"]),
            (&json!("score"), &json!("below"))
        );
        let lines: Vec<&str> = score["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["ja"].as_str().unwrap())
            .collect();
        assert!(
            lines[1].contains("Form Submitted（1回50点）: 1回、いま25.0点"),
            "{lines:?}"
        );
        assert!(lines.last().unwrap().contains("グレードA"), "{lines:?}");
        let path = "/api/v1/computed-attributes/preview";
        let tried = app
            .post(path, &marketer, json!({"rule": rule()}))
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(
            tried["counts"],
            json!([{"standing": "below", "customers": 1}])
        );
    }
}
