//! A campaign holds itself when it costs too many devices.

use std::time::Duration;

use axum::http::StatusCode;
use campaigns::{ledger::WriterOptions, send::SendOptions};
use serde_json::{Value, json};
use testkit::both;
use tokio_util::sync::CancellationToken;

use crate::{
    judged::send,
    push::Site,
    push_campaign::{launch, number, world},
};

/// Lets the sender work until a campaign is in a state.
async fn work_until(site: &Site, path: &str, wanted: &str) -> Value {
    server::job_worker(&site.app.app).run_due().await.unwrap();
    let stop = CancellationToken::new();
    let options = SendOptions {
        poll: Duration::from_millis(5),
        batch: 4,
        ..SendOptions::default()
    };
    let (worker, writer) = server::send_worker(&site.app.app, WriterOptions::default(), options);
    let writer = tokio::spawn(writer);
    let worker = tokio::spawn(worker.run(stop.clone()));
    let mut seen = Value::Null;
    for _ in 0..3_000 {
        seen = site.app.get(path, &site.owner).await.json();
        if seen["state"] == wanted {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.cancel();
    worker.await.unwrap();
    writer.await.unwrap();
    assert_eq!(seen["state"], wanted, "{seen}");
    site.app.get(path, &site.owner).await.json()
}

#[tokio::test]
async fn a_campaign_that_costs_devices_holds_itself_and_says_why() {
    for test in both().await {
        let (site, service) = world(
            &test,
            json!({"guard_percent": 10, "guard_after": 5, "lanes": 1}),
        )
        .await;
        for n in 0..40 {
            let device = format!("d{n}");
            site.register(&format!("p{n}"), &service.endpoint(&device))
                .await;
            service.answer(&device, 410);
        }
        let path = launch(&site, &json!({"title": "本日限り"})).await;
        let held = work_until(&site, &path, "paused").await;
        assert_eq!(
            (&held["held"]["code"], &held["held"]["percent"]),
            (&json!("devices_lost"), &json!(10)),
            "{held}"
        );
        let lost = held["held"]["lost"].as_i64().unwrap();
        assert!((1..=10).contains(&lost), "{}: {held}", test.name());
        let left = site
            .app
            .get(&format!("{path}/progress"), &site.owner)
            .await
            .json();
        assert!(
            left["failed"].as_i64().unwrap() < 20,
            "most are spared: {left}"
        );

        // Whoever lets it go on means it.
        site.app
            .post(&format!("{path}/resume"), &site.owner, json!({}))
            .await
            .expect(StatusCode::OK);
        let again = site.app.get(&path, &site.owner).await.json();
        assert_eq!(again["held"], Value::Null, "what runs is not held");
        let held = work_until(&site, &path, "paused").await;
        assert!(held["held"]["lost"].as_i64().unwrap() >= lost * 2, "{held}");
    }
}

#[tokio::test]
async fn turning_pushes_off_after_a_campaign_counts_against_it() {
    let test = testkit::sqlite().await;
    let (site, service) = world(&test, json!({})).await;
    site.register("a", &service.endpoint("a1")).await;
    let path = launch(&site, &json!({"title": "お知らせ"})).await;
    send(&site.app, &format!("{path}/progress"), &site.owner).await;
    let stop = json!({"kind": "browser", "subscription": {"endpoint": service.endpoint("a1")}});
    site.tell("/v1/devices/stop", &stop)
        .await
        .expect(StatusCode::NO_CONTENT);
    let id: kernel::id::CampaignId = path.rsplit('/').next().unwrap().parse().unwrap();
    let gone = format!(
        "SELECT COUNT(*) FROM device WHERE gone_campaign_id = {}",
        id.raw()
    );
    assert_eq!(number(&site, &gone).await, 1);
}
