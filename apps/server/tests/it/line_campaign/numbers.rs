//! What LINE counts: the month's messages before a launch, opens and taps after it.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both;

use super::Shop;

async fn get(shop: &Shop, path: &str) -> Value {
    let answer = shop.app.get(path, &shop.owner).await;
    answer.expect(StatusCode::OK).json()
}

#[tokio::test]
async fn a_launch_is_held_against_what_is_left_of_the_month() {
    for test in both().await {
        let shop = Shop::new(&test, 12).await;
        let words = json!([{"kind": "text", "text": "春の器"}]);
        let (path, version) = shop.draft(&words).await;
        let free = get(&shop, &format!("{path}/line-quota")).await;
        assert_eq!(
            [&free["needed"], &free["limit"], &free["left"], &free["cut"]],
            [&json!(12), &Value::Null, &Value::Null, &json!(0)]
        );
        shop.fake.set_monthly_limit(Some(20));
        let enough = get(&shop, &format!("{path}/line-quota")).await;
        assert_eq!([&enough["left"], &enough["cut"]], [20, 0]);
        // Launched and planned, but nothing has left: LINE does not know of it yet.
        let launched = shop
            .app
            .post(
                &format!("{path}/launch"),
                &shop.owner,
                json!({ "version": version }),
            )
            .await;
        launched.expect(StatusCode::OK);
        server::job_worker(&shop.app.app).run_due().await.unwrap();
        let (second, _) = shop.draft(&words).await;
        let scarce = get(&shop, &format!("{second}/line-quota")).await;
        assert_eq!(
            [&scarce["waiting"], &scarce["left"], &scarce["cut"]],
            [12, 8, 4],
            "{}",
            test.name()
        );
        let cut: Vec<String> = (9..=12)
            .map(|id| kernel::id::ProfileId::from_raw(id).to_string())
            .collect();
        assert_eq!(scarce["cut_first"], json!(cut));
        assert_eq!(scarce["is_near_units_limit"], false);
    }
}

#[tokio::test]
async fn what_line_does_not_tell_is_not_known_and_never_zero() {
    for test in both().await {
        let shop = Shop::new(&test, 2).await;
        let words = json!([{"kind": "text", "text": "春の器"}]);
        let path = shop.sent(&words).await;
        let told = get(&shop, &format!("{path}/line-insight")).await;
        assert_eq!([&told["opened"], &told["clicked"]], [&Value::Null; 2]);
        assert_eq!(told["is_counting"], true);
        assert_eq!(told["units_used"], 1, "{}", test.name());
        shop.fake.set_unit(
            told["unit"].as_str().unwrap(),
            json!({ "overview": { "uniqueImpression": 120, "uniqueClick": null }, "messages": [],
                "clicks": [{ "seq": 1, "url": "https://shop.example.jp/", "click": 31, "uniqueClick": null }] }),
        );
        let told = get(&shop, &format!("{path}/line-insight")).await;
        assert_eq!(
            [&told["opened"], &told["clicked"]],
            [&json!(120), &Value::Null]
        );
        assert_eq!(
            told["links"],
            json!([{ "url": "https://shop.example.jp/", "clicks": 31, "unique_clicks": null }])
        );
        // A campaign by mail has no such numbers.
        let mail = json!({ "name": "メール", "document": { "version": 1 } });
        let made = shop
            .app
            .post("/api/v1/campaigns", &shop.owner, mail)
            .await
            .expect(StatusCode::CREATED)
            .json();
        let path = format!(
            "/api/v1/campaigns/{}/line-insight",
            made["id"].as_str().unwrap()
        );
        let answer = shop.app.get(&path, &shop.owner).await;
        answer.expect(StatusCode::UNPROCESSABLE_ENTITY);
    }
}
