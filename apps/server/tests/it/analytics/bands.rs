//! Bands of lifetime value.

use access::Role;
use axum::http::StatusCode;
use serde_json::{Value as Json, json};

use super::{Bought, sum};
use crate::app::TestApp;

/// Bands add up to all buyers, each holds who brought so much, and a segment of a band selects them.
pub(super) async fn check(app: &TestApp, analyst: &str, all: &[Bought], midnight: &str) {
    let asked = "breaks=10000,100000,500000&margin=30";
    let address = format!("/api/v1/analytics/bands?as_of={midnight}&{asked}");
    let view = app
        .get(&address, analyst)
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(view["total"], sum(all));
    assert_eq!(
        (&view["is_suggested"], &view["margin"]),
        (&json!(false), &json!(30.0))
    );
    let bands = view["bands"].as_array().unwrap();
    let limits = [
        (500_000, i64::MAX),
        (100_000, 500_000),
        (10_000, 100_000),
        (i64::MIN, 10_000),
    ];
    assert_eq!(bands.len(), limits.len());
    for (band, (from, until)) in bands.iter().zip(limits) {
        let own = all
            .iter()
            .filter(|one| (from..until).contains(&one.values[2]));
        let own = sum(own);
        for (name, value) in own.as_object().unwrap() {
            assert_eq!(band[name], *value, "{name} of {band}");
        }
        let profit = (own["amount"].as_i64().unwrap() * 3 + 5).div_euclid(10);
        assert_eq!(band["profit"], profit, "{band}");
    }
    let members = json!({"version": 2, "root": {"all": [{"standing": {"by": "monetary", "within": view["frame"]["within"],
        "cut": {"breaks": [10_000, 100_000, 500_000]}, "first": "best", "in": [1, 2]}}]}});
    let body = json!({ "document": members });
    let owner = app.token(Role::Owner).await;
    let counted = app.post("/api/v1/segments/preview", &owner, body).await;
    let upper = bands[0]["buyers"].as_i64().unwrap() + bands[1]["buyers"].as_i64().unwrap();
    assert_eq!(counted.expect(StatusCode::OK).json()["total"], upper);

    let view = app.get("/api/v1/analytics/bands", analyst).await;
    let view = view.expect(StatusCode::OK).json();
    assert_eq!(view["is_suggested"], true);
    let breaks: Vec<i64> = serde_json::from_value(view["breaks"].clone()).unwrap();
    assert!(breaks.len() >= 2 && breaks.is_sorted(), "{breaks:?}");
    assert!(
        breaks
            .iter()
            .all(|one| matches!(one.to_string().trim_end_matches('0'), "1" | "2" | "5"))
    );
    assert!(
        view["bands"]
            .as_array()
            .unwrap()
            .iter()
            .all(|band| band["profit"].is_null())
    );
}

#[tokio::test]
async fn a_wrong_question_about_bands_is_answered_at_its_place() {
    let test = testkit::both().await.into_iter().next().unwrap();
    let app = TestApp::new(&test).await;
    let analyst = app.token(Role::Analyst).await;
    for (query, pointer) in [
        ("breaks=0", "/breaks"),
        ("breaks=-5,10", "/breaks"),
        ("breaks=10,10", "/breaks"),
        ("breaks=30,10", "/breaks"),
        ("breaks=1,2,3,4,5,6,7,8,9,10", "/breaks"),
        ("breaks=1.5", "/breaks"),
        ("breaks=,", "/breaks"),
        ("breaks=%F0%9F%8D%A3", "/breaks"),
        ("breaks=99999999999999999999", "/breaks"),
        ("margin=101", "/margin"),
        ("margin=-1", "/margin"),
        ("margin=%EF%BC%93", "/margin"),
        ("days=0", "/days"),
        ("as_of=2026-02-30", "/as_of"),
    ] {
        let address = format!("/api/v1/analytics/bands?{query}");
        let answer = app.get(&address, &analyst).await;
        let problem = answer.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
    }
    // Nobody has bought yet: no amounts can be suggested, and everybody is the ground.
    let view = app.get("/api/v1/analytics/bands?margin=0", &analyst).await;
    let view = view.expect(StatusCode::OK).json();
    assert_eq!(view["breaks"], json!([]));
    assert_eq!(view["bands"][0]["buyers"], 0);
    assert_eq!(view["bands"][0]["share"], Json::Null);
    let csv = app.get("/api/v1/analytics/bands.csv", &analyst).await;
    assert_eq!(csv.expect(StatusCode::OK).text.lines().count(), 2);
}
