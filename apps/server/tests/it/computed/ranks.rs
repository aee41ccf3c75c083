//! Ranks: reached, kept by grace, fallen in their minute, told once, asked for by segments, and tried before saving.

use access::Role;
use axum::http::{Method, StatusCode};
use computed::rule::Kind;
use serde_json::{Value as Json, json};

use super::hands::{
    claim, days_go_by, declare, is_as_if_anew, is_told_once, order, profile, say, seen, settle,
    told,
};
use super::story::members;
use crate::app::TestApp;

fn programme() -> Json {
    json!({"rank": {
        "ranks": [{"name": "レギュラー"}, {"name": "シルバー", "spend": 3_000}, {"name": "ゴールド", "spend": 8_000, "orders": 2}],
        "period": {"days": 30}, "grace": {"days": 10}, "fall": "one_step"}})
}

#[tokio::test]
async fn a_rank_is_reached_kept_by_grace_and_lost_step_by_step() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        declare(&app, &programme()).await;
        let mut keeper = claim(&app).await;
        settle(&app, &mut keeper).await;
        say(
            &app,
            json!([{"type": "identify", "userId": "u1"}, {"type": "identify", "userId": "u2"}]),
        )
        .await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        say(
            &app,
            json!([
                order(&app, "u1", "o1", 0, 5_000),
                order(&app, "u1", "o2", 0, 4_000)
            ]),
        )
        .await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        let id = profile(&app, "u1").await.raw();
        let other = profile(&app, "u2").await.raw();
        let gold = seen(&app, id).await;
        assert_eq!(
            (&gold["computed.rank"], &gold["computed.rank_level"]),
            (&json!("ゴールド"), &json!(3))
        );
        assert!(
            !gold.contains_key("computed.rank_next"),
            "there is none above"
        );
        let member = seen(&app, other).await;
        assert_eq!(
            (
                &member["computed.rank"],
                &member["computed.rank_next"],
                &member["computed.rank_next_spend"]
            ),
            (&json!("レギュラー"), &json!("シルバー"), &json!(3_000))
        );

        // Segments ask for it by name and by height.
        let named = json!({"fact": {"of": {"attribute": "computed.rank"}, "test": {"text": {"equals": "ゴールド"}}}});
        let high = json!({"fact": {"of": {"attribute": "computed.rank_level"}, "test": {"number": {"at_least": 2}}}});
        assert_eq!(members(&app, named.clone()).await, [id].into());
        assert_eq!(members(&app, high.clone()).await, [id].into());

        // 30 days of the period and 10 of grace: then one step, kept for 10 days again.
        days_go_by(&app, &mut keeper, 39).await;
        assert_eq!(
            seen(&app, id).await["computed.rank"],
            "ゴールド",
            "{}",
            test.name()
        );
        days_go_by(&app, &mut keeper, 1).await;
        assert_eq!(
            seen(&app, id).await["computed.rank"],
            "シルバー",
            "{}",
            test.name()
        );
        assert!(members(&app, named).await.is_empty());
        assert_eq!(members(&app, high).await, [id].into());
        days_go_by(&app, &mut keeper, 10).await;
        assert_eq!(seen(&app, id).await["computed.rank"], "レギュラー");
        let step = |before: &str, after: &str, cause| (before.to_owned(), after.to_owned(), cause);
        assert_eq!(
            told(&app, id, Kind::Rank).await,
            [
                step("", "レギュラー", "profile"),
                step("レギュラー", "ゴールド", "event"),
                step("ゴールド", "シルバー", "time"),
                step("シルバー", "レギュラー", "time"),
            ]
        );
        is_as_if_anew(&app, test.name()).await;
        is_told_once(&app, test.name()).await;
    }
}

#[tokio::test]
async fn money_paid_back_takes_the_rank_along_whatever_the_grace() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        declare(&app, &programme()).await;
        let mut keeper = claim(&app).await;
        settle(&app, &mut keeper).await;
        say(&app, json!([order(&app, "u1", "o1", 2, 3_500)])).await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        let id = profile(&app, "u1").await.raw();
        assert_eq!(seen(&app, id).await["computed.rank"], "シルバー");
        say(
            &app,
            json!([{"type": "track", "event": "Order Refunded", "userId": "u1",
            "properties": {"order_id": "o1", "total": 1_000, "currency": "JPY"}}]),
        )
        .await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        let after = seen(&app, id).await;
        assert_eq!(
            (&after["computed.rank"], &after["computed.rank_next_spend"]),
            (&json!("レギュラー"), &json!(500))
        );
        let text =
            "SELECT MAX(written_at - occurred_at) FROM computed_change WHERE before = 'シルバー'";
        let late = storage::sql::number(app.kit.db.reader(), text, [])
            .await
            .unwrap();
        assert_eq!(
            late,
            0,
            "{}: it came about when the money went back",
            test.name()
        );
        is_as_if_anew(&app, test.name()).await;
    }
}

#[tokio::test]
async fn a_programme_is_tried_before_it_is_saved_and_explained_afterwards() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let marketer = app.token(Role::Marketer).await;
        let viewer = app.token(Role::Viewer).await;
        let mut messages = vec![json!({"type": "identify", "userId": "p1"})];
        for (user, total) in [("s1", 3_000), ("s2", 4_000), ("g1", 9_000)] {
            messages.push(order(&app, user, &format!("{user}-1"), 3, total));
            messages.push(order(&app, user, &format!("{user}-2"), 2, 1));
        }
        say(&app, json!(messages)).await;
        app.kit.clock.advance(1_000);
        let path = "/api/v1/computed-attributes/preview";
        let found = app
            .post(path, &marketer, json!({"rule": programme()}))
            .await;
        let found = found.expect(StatusCode::OK).json();
        assert_eq!(
            found,
            json!({"customers": 4, "looked_at": 4, "counts": [
                {"standing": "レギュラー", "customers": 1}, {"standing": "シルバー", "customers": 2}, {"standing": "ゴールド", "customers": 1}]}),
            "{}",
            test.name()
        );
        app.post(path, &viewer, json!({"rule": programme()}))
            .await
            .expect(StatusCode::FORBIDDEN);
        let wrong = json!({"rule": {"rank": {"ranks": [{"name": "金", "spend": "３０００"}], "period": {"days": 30}}}});
        let wrong = app
            .post(path, &marketer, wrong)
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY)
            .json();
        assert_eq!(wrong["errors"][0]["pointer"], "/rule/rank/ranks/0/spend");

        let save = json!({"rule": programme(), "version": 0});
        app.call(
            Method::PUT,
            "/api/v1/computed-attributes/rank",
            &marketer,
            Some(save),
        )
        .await
        .expect(StatusCode::OK);
        let mut keeper = claim(&app).await;
        settle(&app, &mut keeper).await;
        let id = profile(&app, "s2").await;
        let found = app
            .get(&format!("/api/v1/customers/{id}/computed"), &marketer)
            .await
            .expect(StatusCode::OK)
            .json();
        let rank = &found["reasons"][0];
        assert_eq!(
            (&rank["kind"], &rank["standing"], &rank["turns_to"]),
            (&json!("rank"), &json!("シルバー"), &json!("レギュラー"))
        );
        let lines: Vec<&str> = rank["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["ja"].as_str().unwrap())
            .collect();
        assert!(lines[1].contains("注文2回、4,001円"), "{lines:?}");
        assert_eq!(lines[3], "「ゴールド」まで、あと3,999円。");
        let words = app.get("/api/v1/segment-vocabulary", &viewer).await.json();
        let mut known = words["attributes"].as_array().unwrap().iter();
        let known = known.find(|one| one["key"] == "computed.rank").unwrap();
        let known: Vec<&Json> = known["values"]
            .as_array()
            .unwrap()
            .iter()
            .map(|value| &value["key"])
            .collect();
        assert_eq!(
            known,
            ["レギュラー", "シルバー", "ゴールド"],
            "offered in their order"
        );
        let whole = app.get("/api/v1/computed-attributes", &viewer).await.json();
        assert_eq!(whole["items"][0]["counts"].as_array().unwrap().len(), 3);
    }
}
