//! Over REST: declaring, conflicts, progress, reasons, the picture, and who may do what.

use access::Role;
use axum::http::{Method, StatusCode};
use kernel::{id::WorkspaceId, time::Clock as _};
use serde_json::{Value as Json, json};

use super::hands::{claim, order, profile, say, settle};
use crate::app::{Answer, TestApp};

const OTHER: WorkspaceId = WorkspaceId::from_raw(9);
const PATH: &str = "/api/v1/computed-attributes";

async fn put(app: &TestApp, kind: &str, token: &str, body: Json) -> Answer {
    let path = format!("{PATH}/{kind}");
    app.call(Method::PUT, &path, token, Some(body)).await
}

fn dormancy(days: &Json) -> Json {
    json!({"dormancy": {"purchase_days": 3, "after": {"days": days}}})
}

fn stages() -> Json {
    json!({"lifecycle": {"repeat_orders": 2, "loyal": {"orders": 3}}})
}

#[tokio::test]
async fn rules_are_declared_changed_and_put_away() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        app.kit.add_workspace(OTHER, "よその店").await;
        let marketer = app.token(Role::Marketer).await;
        let viewer = app.token(Role::Viewer).await;
        let nothing = app.get(PATH, &viewer).await.expect(StatusCode::OK).json();
        assert_eq!(nothing["items"], json!([]));

        let early = put(
            &app,
            "lifecycle",
            &marketer,
            json!({"rule": stages(), "version": 0}),
        )
        .await;
        let early = early.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(early["errors"][0]["pointer"], "/rule/lifecycle");
        assert_eq!(early["errors"][0]["code"], "needs_dormancy");
        for (rule, pointer) in [
            (dormancy(&json!(0)), "/rule/dormancy/after/days"),
            (dormancy(&json!("３６５")), "/rule/dormancy/after/days"),
            (dormancy(&json!(null)), "/rule/dormancy/after/days"),
            (stages(), "/rule"),
            (json!([]), "/rule"),
        ] {
            let wrong = put(
                &app,
                "dormancy",
                &marketer,
                json!({"rule": rule, "version": 0}),
            )
            .await;
            let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
            assert_eq!(wrong["errors"][0]["pointer"], pointer, "{rule}");
        }

        let saved = put(
            &app,
            "dormancy",
            &marketer,
            json!({"rule": dormancy(&json!(90)), "version": 0}),
        )
        .await;
        let saved = saved.expect(StatusCode::OK).json();
        assert_eq!(
            (&saved["version"], &saved["is_active"]),
            (&json!(1), &json!(true))
        );
        let stale = put(
            &app,
            "dormancy",
            &marketer,
            json!({"rule": dormancy(&json!(60)), "version": 0}),
        )
        .await;
        stale.expect(StatusCode::CONFLICT);
        put(
            &app,
            "lifecycle",
            &marketer,
            json!({"rule": stages(), "version": 0}),
        )
        .await
        .expect(StatusCode::OK);
        let waiting = app.get(PATH, &viewer).await.json();
        assert_eq!(
            waiting["progress"]["is_whole"], false,
            "the worker has not been there"
        );

        say(
            &app,
            json!([
                order(&app, "u1", "o1", 3, 900),
                order(&app, "u2", "o2", 100, 900)
            ]),
        )
        .await;
        app.kit.clock.advance(1_000);
        let mut keeper = claim(&app).await;
        settle(&app, &mut keeper).await;
        let whole = app.get(PATH, &viewer).await.json();
        assert_eq!(whole["progress"]["is_whole"], true);
        assert_eq!(
            whole["items"][0]["counts"],
            json!([{"standing": "active", "customers": 1}, {"standing": "dormant", "customers": 1}])
        );
        let keys = app.get("/api/v1/attributes", &marketer).await.json();
        let keys: Vec<&str> = keys
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["key"].as_str().unwrap())
            .collect();
        assert!(keys.contains(&"computed.stage"), "{keys:?}");

        // The builder offers stages by their names, and sentences say them.
        let words = app.get("/api/v1/segment-vocabulary", &viewer).await.json();
        let mut known = words["attributes"].as_array().unwrap().iter();
        let known = known.find(|one| one["key"] == "computed.stage");
        assert_eq!(
            known.unwrap()["values"][4],
            json!({"key": "dormant", "label": {"en": "dormant", "ja": "休眠"}})
        );
        let root = json!({"fact": {"of": {"attribute": "computed.stage"}, "test": {"text": {"in": ["dormant", "loyal", "妙"]}}}});
        let document = json!({"document": {"version": 2, "root": root}});
        let said = app
            .post("/api/v1/segments/preview", &marketer, document)
            .await;
        let said = said.expect(StatusCode::OK).json();
        let ja = said["sentence"]["ja"].as_str().unwrap();
        assert!(
            ja.contains("休眠") && ja.contains("優良") && ja.contains("妙"),
            "{ja}"
        );
        assert!(!ja.contains("dormant"), "{ja}");

        let needed = app.delete(&format!("{PATH}/dormancy"), &marketer).await;
        let needed = needed.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(needed["errors"][0]["code"], "needed");
        let gone = app.delete(&format!("{PATH}/lifecycle"), &marketer).await;
        gone.expect(StatusCode::NO_CONTENT);
        let again = app.delete(&format!("{PATH}/lifecycle"), &marketer).await;
        again.expect(StatusCode::NOT_FOUND);
        let versions = app
            .get(&format!("{PATH}/lifecycle/versions"), &viewer)
            .await
            .json();
        let told: Vec<_> = versions
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (&one["version"], &one["is_active"]))
            .collect();
        assert_eq!(
            told,
            [(&json!(2), &json!(false)), (&json!(1), &json!(true))]
        );

        // Too small a role, an unknown kind, another company.
        put(
            &app,
            "dormancy",
            &viewer,
            json!({"rule": dormancy(&json!(9)), "version": 1}),
        )
        .await
        .expect(StatusCode::FORBIDDEN);
        put(
            &app,
            "mood",
            &marketer,
            json!({"rule": dormancy(&json!(9)), "version": 0}),
        )
        .await
        .expect(StatusCode::NOT_FOUND);
        let stranger = app.token_in(OTHER, Role::Owner).await;
        assert_eq!(app.get(PATH, &stranger).await.json()["items"], json!([]));
        app.get(&format!("{PATH}/dormancy/versions"), &stranger)
            .await
            .expect(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn why_somebody_is_dormant_is_told_down_to_the_orders() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        app.kit.add_workspace(OTHER, "よその店").await;
        let marketer = app.token(Role::Marketer).await;
        for (kind, rule) in [
            (
                "dormancy",
                json!({"dormancy": {"purchase_days": 3, "after": {"cycles": {"times": 3, "at_least": 10, "at_most": 365, "otherwise": 365}}}}),
            ),
            ("lifecycle", stages()),
        ] {
            put(&app, kind, &marketer, json!({"rule": rule, "version": 0}))
                .await
                .expect(StatusCode::OK);
        }
        say(
            &app,
            json!([
                order(&app, "u1", "o1", 200, 900),
                order(&app, "u1", "o2", 164, 1_100),
                order(&app, "u1", "o3", 126, 500)
            ]),
        )
        .await;
        say(&app, json!([{"type": "track", "event": "Order Cancelled", "userId": "u1", "properties": {"order_id": "o9"}}])).await;
        app.kit.clock.advance(1_000);
        let mut keeper = claim(&app).await;
        settle(&app, &mut keeper).await;
        let id = profile(&app, "u1").await;
        let path = format!("/api/v1/customers/{id}/computed");
        let found = app
            .get(&path, &marketer)
            .await
            .expect(StatusCode::OK)
            .json();
        let [sleep, stage] = [&found["reasons"][0], &found["reasons"][1]];
        assert_eq!(
            (&sleep["standing"], &stage["standing"]),
            (&json!("dormant"), &json!("dormant"))
        );
        let lines: Vec<&str> = sleep["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["ja"].as_str().unwrap())
            .collect();
        assert!(
            lines[1].contains("間隔は 36, 38 日") && lines[1].contains("37日"),
            "{lines:?}"
        );
        assert!(lines[2].contains("3 × 37 = 111日"), "{lines:?}");
        assert_eq!(found["n_orders"], 3);
        assert_eq!(found["orders"][0]["amount"], 500);
        assert!(
            found["orders"][0]["order_id"]
                .as_str()
                .unwrap()
                .starts_with("ord_")
        );
        // She orders, and time goes on: told on her timeline.
        say(&app, json!([order(&app, "u1", "o4", 0, 100)])).await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        let timeline = app
            .get(&format!("/api/v1/customers/{id}/timeline"), &marketer)
            .await
            .json();
        let turn = timeline["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["kind"] == "computed" && one["name"] == "lifecycle")
            .unwrap();
        assert_eq!(
            (&turn["detail"]["before"], &turn["detail"]["after"]),
            (&json!("dormant"), &json!("loyal"))
        );

        let viewer = app.token(Role::Viewer).await;
        app.get(&path, &viewer).await.expect(StatusCode::FORBIDDEN);
        let stranger = app.token_in(OTHER, Role::Owner).await;
        app.get(&path, &stranger)
            .await
            .expect(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_picture_counts_stages_steps_months_and_turns() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let marketer = app.token(Role::Marketer).await;
        let path = "/api/v1/analytics/lifecycle";
        let empty = app.get(path, &marketer).await.expect(StatusCode::OK).json();
        assert_eq!(
            (&empty["is_declared"], &empty["stages"]),
            (&json!(false), &json!([]))
        );
        for (kind, rule) in [("dormancy", dormancy(&json!(90))), ("lifecycle", stages())] {
            put(&app, kind, &marketer, json!({"rule": rule, "version": 0}))
                .await
                .expect(StatusCode::OK);
        }
        let page = |user: &str, days_ago: i64| {
            let at = app.kit.clock.now().plus(-days_ago * kernel::time::DAY);
            json!({"type": "page", "userId": user, "timestamp": at.to_string(),
                "context": {"campaign": {"source": "Google", "medium": "cpc"}}})
        };
        let mut messages = vec![
            page("l1", 7),
            json!({"type": "identify", "userId": "p1"}),
            json!({"type": "identify", "userId": "p2"}),
        ];
        for (user, n, days_ago) in [("n1", 1, 5), ("r1", 2, 5), ("l1", 3, 5), ("d1", 3, 200)] {
            for number in 0..n {
                messages.push(order(
                    &app,
                    user,
                    &format!("{user}-{number}"),
                    days_ago + number,
                    100,
                ));
            }
        }
        // Who had been known before she looked did not come by what she looked at.
        messages.push(page("d1", 3));
        say(&app, json!(messages)).await;
        app.kit.clock.advance(1_000);
        let mut keeper = claim(&app).await;
        settle(&app, &mut keeper).await;
        say(&app, json!([order(&app, "p1", "late", 0, 100)])).await;
        app.kit.clock.advance(1_000);
        settle(&app, &mut keeper).await;
        let found = app.get(path, &marketer).await.expect(StatusCode::OK).json();
        let stages: Vec<_> = found["stages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["customers"].as_i64().unwrap())
            .collect();
        assert_eq!(stages, [1, 2, 1, 1, 1], "{}", test.name());
        let steps: Vec<_> = found["steps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                (
                    one["reached_from"].as_i64().unwrap(),
                    one["reached_to"].as_i64().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            steps,
            [(6, 5), (5, 3), (3, 2)],
            "who is dormant came as far as loyal"
        );
        assert_eq!(found["steps"][1]["rate"], 0.6);
        let reached: i64 = found["cohorts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["reached"][0].as_i64().unwrap())
            .sum();
        assert_eq!(reached, 6);
        assert_eq!(
            found["flows"],
            json!([{"from": "prospect", "to": "new", "turns": 1}])
        );
        came_from(&app, &marketer, path).await;
        for days in ["0", "三十", "99999"] {
            let wrong = app
                .get(&format!("{path}?days={}", urlencoded(days)), &marketer)
                .await;
            let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
            assert_eq!(wrong["errors"][0]["pointer"], "/days");
        }
    }
}

/// Stages by how customers came: one by an advertisement, the others are known by the server alone.
async fn came_from(app: &TestApp, token: &str, path: &str) {
    let ask = async |query: &str| {
        let found = app.get(&format!("{path}?{query}"), token).await;
        found.expect(StatusCode::OK).json()["groups"].clone()
    };
    let by = ask("by=channel").await;
    let stages = |group: &Json| -> Vec<i64> {
        let stages = group["stages"].as_array().unwrap().iter();
        stages
            .map(|one| one["customers"].as_i64().unwrap())
            .collect()
    };
    let [server, paid] = [&by[0], &by[1]];
    assert_eq!(
        (&server["key"], &paid["key"]),
        (&json!("server"), &json!("paid_search"))
    );
    assert_eq!(
        (stages(server), stages(paid)),
        (vec![1, 2, 1, 0, 1], vec![0, 0, 0, 1, 0])
    );
    assert_eq!(
        (&server["reached"], &paid["reached"]),
        (&json!([5, 4, 2, 1]), &json!([1, 1, 1, 1]))
    );
    assert_eq!(ask("by=source").await[1]["key"], "google / cpc");
    assert_eq!(ask("").await, json!([]));
    assert_eq!(ask("by=channel&month=2019-01").await, json!([]));
    let months = app.get(path, token).await.json()["cohorts"].clone();
    let all: i64 = months
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["reached"][0].as_i64())
        .sum();
    let mut n = 0;
    for month in months
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["month"].as_str())
    {
        let groups = ask(&format!("by=channel&month={month}")).await;
        n += groups
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|one| one["reached"][0].as_i64())
            .sum::<i64>();
    }
    assert_eq!(
        n, all,
        "the months of the picture add up to everybody of them"
    );
    for (query, pointer) in [
        ("by=day", "/by"),
        ("by=attribute:none", "/by"),
        ("by=channel&month=2026-13", "/month"),
    ] {
        let wrong = app.get(&format!("{path}?{query}"), token).await;
        let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(wrong["errors"][0]["pointer"], pointer, "{query}");
    }
}

#[tokio::test]
async fn nobody_else_writes_what_is_computed() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let marketer = app.token(Role::Marketer).await;
        let new = json!({"external_id": "u1", "attributes": {"computed.stage": "loyal"}});
        let wrong = app.post("/api/v1/customers", &marketer, new).await;
        let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(wrong["errors"][0]["pointer"], "/attributes/computed.stage");
        assert_eq!(wrong["errors"][0]["code"], "computed");
        let label = json!({"key": "computed.x", "value_type": "text", "label_ja": null, "label_en": null, "is_sensitive": false});
        let wrong = app
            .call(Method::PUT, "/api/v1/attributes", &marketer, Some(label))
            .await;
        let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(wrong["errors"][0]["code"], "computed");
        let traits =
            json!({"computed": {"stage": "loyal"}, "computed.dormant": null, "rank": "金"});
        say(
            &app,
            json!([{"type": "identify", "userId": "u1", "traits": traits}]),
        )
        .await;
        let id = profile(&app, "u1").await;
        let customer = app
            .get(&format!("/api/v1/customers/{id}"), &marketer)
            .await
            .json();
        let keys: Vec<_> = customer["attributes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["key"].as_str().unwrap())
            .collect();
        assert_eq!(keys, ["rank"], "{}", test.name());
        let text = "SELECT COUNT(*) FROM quarantine WHERE code = 'computed_attribute'";
        assert_eq!(
            storage::sql::number(app.kit.db.reader(), text, [])
                .await
                .unwrap(),
            2
        );
    }
}

fn urlencoded(text: &str) -> String {
    let hex = hex::encode(text);
    let bytes = hex.as_bytes().chunks(2);
    bytes.fold(String::new(), |done, byte| {
        done + "%" + std::str::from_utf8(byte).unwrap()
    })
}
