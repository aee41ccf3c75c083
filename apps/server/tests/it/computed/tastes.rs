//! Tastes: they follow what people do at once, fall away by time alone, and are told by what events recorded.

use access::Role;
use axum::http::{Method, StatusCode};
use computed::rule::Kind;
use kernel::time::{Clock as _, DAY};
use profiles::event::MACHINE;
use serde_json::{Value as Json, json};
use storage::sql;

use super::hands::{claim, days_go_by, declare, is_as_if_anew, profile, say, seen, settle, told};
use super::story::members;
use crate::app::TestApp;

fn rule() -> Json {
    json!({"affinity": {"category": {"depth": 1}, "brand": {"property": "brand"},
        "price": [{"name": "お手頃"}, {"name": "高級", "from": 1_000}]}})
}

fn look(app: &TestApp, user: &str, days_ago: i64, goods: &Json) -> Json {
    let at = app.kit.clock.now().plus(-days_ago * DAY);
    json!({"type": "track", "event": "Product Viewed", "userId": user, "timestamp": at.to_string(), "properties": goods})
}

fn bought(app: &TestApp, user: &str, number: &str, days_ago: i64, goods: &Json) -> Json {
    let at = app.kit.clock.now().plus(-days_ago * DAY);
    json!({"type": "track", "event": "Order Completed", "userId": user, "timestamp": at.to_string(),
        "properties": {"order_id": number, "currency": "JPY", "products": [goods]}})
}

fn plate() -> Json {
    json!({"sku": "P1", "category": "食器 > 皿", "brand": "窯元", "price": 2_400})
}

fn diaper() -> Json {
    json!({"sku": "B1", "category": "ベビー > おむつ", "brand": "ほっぺ", "price": 900})
}

#[tokio::test]
async fn a_burst_of_views_changes_the_favourite_in_the_same_round() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        declare(&app, &rule()).await;
        let mut keeper = claim(&app).await;
        settle(&app, &mut keeper).await;
        let year = (0..12).map(|n| bought(&app, "u1", &format!("o{n}"), n * 30 + 1, &plate()));
        say(&app, json!(year.collect::<Vec<_>>())).await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        let id = profile(&app, "u1").await.raw();
        let before = seen(&app, id).await;
        assert_eq!(
            (
                &before["computed.favourite_category"],
                &before["computed.favourite_brand"]
            ),
            (&json!("食器"), &json!("窯元"))
        );
        assert_eq!(
            (
                &before["computed.price_band"],
                &before["computed.price_level"],
                &before["computed.category_share"]
            ),
            (&json!("高級"), &json!(2), &json!(100))
        );
        let views = (0..8).map(|_| look(&app, "u1", 0, &diaper()));
        say(&app, json!(views.collect::<Vec<_>>())).await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        let after = seen(&app, id).await;
        assert_eq!(
            after["computed.favourite_category"],
            "ベビー",
            "{}",
            test.name()
        );
        assert_eq!(after["computed.top_categories"], json!(["ベビー", "食器"]));
        assert_eq!(
            (
                &after["computed.favourite_brand"],
                &after["computed.price_level"]
            ),
            (&json!("ほっぺ"), &json!(1))
        );
        let any_of = json!({"fact": {"of": {"attribute": "computed.top_categories"}, "test": {"list": {"any_of": ["食器"]}}}});
        assert_eq!(members(&app, any_of).await, [id].into());
        assert!(
            told(&app, id, Kind::Affinity).await.is_empty(),
            "a taste is no turn"
        );
        is_as_if_anew(&app, test.name()).await;

        // What machines do says nothing, and an order that is called off never was.
        let text = "UPDATE event SET flags = flags | $1 WHERE profile_id = $2 AND name_id = 3";
        let tx = app.kit.db.begin().await.unwrap();
        sql::exec(&tx, text, [MACHINE.into(), id.into()])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let off = json!({"type": "track", "event": "Order Cancelled", "userId": "u1", "properties": {"order_id": "o0"}});
        say(&app, json!([off])).await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        let back = seen(&app, id).await;
        assert_eq!(back["computed.top_categories"], json!(["食器"]));
        is_as_if_anew(&app, test.name()).await;
    }
}

#[tokio::test]
async fn a_cancelled_or_refunded_order_and_a_moved_product_count_as_the_guide_says() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        declare(
            &app,
            &json!({"affinity": {"category": {}, "acts": 1, "days": 4}}),
        )
        .await;
        let mut keeper = claim(&app).await;
        say(
            &app,
            json!([
                bought(&app, "u1", "o1", 0, &plate()),
                look(&app, "u1", 0, &json!({"sku": "B1", "category": "ベビー"}))
            ]),
        )
        .await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        let id = profile(&app, "u1").await.raw();
        let refund = json!({"type": "track", "event": "Order Refunded", "userId": "u1", "properties": {"order_id": "o1", "total": 2_400, "currency": "JPY"}});
        say(&app, json!([refund])).await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        assert_eq!(
            seen(&app, id).await["computed.favourite_category"],
            "食器 > 皿",
            "she chose it all the same"
        );
        let off = json!({"type": "track", "event": "Order Cancelled", "userId": "u1", "properties": {"order_id": "o1"}});
        say(&app, json!([off])).await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        assert_eq!(
            seen(&app, id).await["computed.favourite_category"],
            "ベビー"
        );

        // The catalogue moves the product: what was recorded stays, what is recorded from now on counts as it says.
        let tx = app.kit.db.begin().await.unwrap();
        let text = "INSERT INTO term (workspace_id, id, kind, value) VALUES ($1, 77, 2, '育児')";
        sql::exec(&tx, text, [app.kit.workspace.raw().into()])
            .await
            .unwrap();
        let text = "UPDATE term SET parent_id = 77 WHERE kind = 1 AND value = 'B1'";
        sql::exec(&tx, text, []).await.unwrap();
        tx.commit().await.unwrap();
        let new = json!({"sku": "B1", "category": "育児"});
        say(
            &app,
            json!([
                look(&app, "u1", 0, &new),
                look(&app, "u1", 0, &new),
                look(&app, "u1", 0, &new)
            ]),
        )
        .await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        let moved = seen(&app, id).await;
        assert_eq!(
            moved["computed.top_categories"],
            json!(["育児", "ベビー"]),
            "{}",
            test.name()
        );
        assert_eq!(moved["computed.category_share"], 75);
        is_as_if_anew(&app, test.name()).await;

        days_go_by(&app, &mut keeper, 5).await;
        let gone = seen(&app, id).await;
        assert!(gone.is_empty(), "{}: {gone:?}", test.name());
        is_as_if_anew(&app, test.name()).await;
    }
}

#[tokio::test]
async fn tastes_are_declared_tried_and_explained_over_rest() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let marketer = app.token(Role::Marketer).await;
        let three = (0..3).map(|n| look(&app, "u1", n, &plate()));
        say(&app, json!(three.collect::<Vec<_>>())).await;
        say(&app, json!([look(&app, "u2", 0, &diaper())])).await;
        app.kit.clock.advance(1_000);
        let tried = json!({"rule": rule()});
        let tried = app
            .post("/api/v1/computed-attributes/preview", &marketer, tried)
            .await;
        let tried = tried.expect(StatusCode::OK).json();
        assert_eq!(
            tried["counts"],
            json!([{"standing": "食器", "customers": 1}, {"standing": "", "customers": 1}])
        );
        let path = "/api/v1/computed-attributes/affinity";
        let wrong = json!({"rule": {"affinity": {"category": {"depth": 0}}}, "version": 0});
        let problem = app.call(Method::PUT, path, &marketer, Some(wrong)).await;
        let problem = problem.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(
            problem["errors"][0]["pointer"],
            "/rule/affinity/category/depth"
        );
        let save = json!({"rule": rule(), "version": 0});
        let saved = app.call(Method::PUT, path, &marketer, Some(save)).await;
        saved.expect(StatusCode::OK);
        let mut keeper = claim(&app).await;
        settle(&app, &mut keeper).await;
        let words = app
            .get("/api/v1/segment-vocabulary", &marketer)
            .await
            .json();
        let mut known = words["attributes"].as_array().unwrap().iter();
        let known = known
            .find(|one| one["key"] == "computed.price_band")
            .unwrap();
        assert_eq!(known["values"][1]["key"], "高級", "offered by the builder");
        let id = profile(&app, "u1").await;
        let why = app
            .get(&format!("/api/v1/customers/{id}/computed"), &marketer)
            .await;
        let why = why.expect(StatusCode::OK).json();
        let own = &why["reasons"][0];
        assert_eq!(
            (&own["kind"], &own["standing"]),
            (&json!("affinity"), &json!("食器"))
        );
        let lines = own["lines"].to_string();
        for part in [
            "食器 100%",
            "Product Viewed P1 1 → 0.95",
            "3 acts",
            "行動3回",
            "窯元 100%",
            "高級 100%",
        ] {
            assert!(lines.contains(part), "{part} in {lines}");
        }
    }
}
