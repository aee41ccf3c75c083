//! A campaign through push: to every device of a person, from the cards to the tap, with a push service of our own.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, Method, Request, StatusCode, header},
    routing::post,
};
use campaigns::{
    ledger::WriterOptions,
    send::{PublicUrls, SendOptions},
    track::Kind,
};
use kernel::id::DeliveryId;
use serde_json::{Value, json};
use storage::sql;
use testkit::{TestDb, both};
use tokio_util::sync::CancellationToken;

use crate::{judged::send, push::Site};

/// What a push service was handed, by the last part of the endpoint.
#[derive(Clone, Default)]
pub(crate) struct Service {
    got: Arc<Mutex<HashMap<String, Vec<HeaderMap>>>>,
    /// What is answered, by the last part of the endpoint; 201 where nothing is said.
    answers: Arc<Mutex<HashMap<String, u16>>>,
    base: String,
}

impl Service {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let service = Self {
            base: format!("http://{}", listener.local_addr().unwrap()),
            ..Self::default()
        };
        let router = Router::new()
            .route(
                "/push/{id}",
                post(|own: State<Self>, id: Path<String>, headers: HeaderMap| {
                    std::future::ready(Self::take(own, id, headers))
                }),
            )
            .with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        service
    }

    fn take(State(own): State<Self>, Path(id): Path<String>, headers: HeaderMap) -> StatusCode {
        own.got
            .lock()
            .unwrap()
            .entry(id.clone())
            .or_default()
            .push(headers);
        let status = own.answers.lock().unwrap().get(&id).copied().unwrap_or(201);
        StatusCode::from_u16(status).unwrap()
    }

    pub(crate) fn endpoint(&self, id: &str) -> String {
        format!("{}/push/{id}", self.base)
    }

    pub(crate) fn answer(&self, id: &str, status: u16) {
        self.answers.lock().unwrap().insert(id.to_owned(), status);
    }

    pub(crate) fn count(&self, id: &str) -> usize {
        self.got.lock().unwrap().get(id).map_or(0, Vec::len)
    }
}

fn words() -> Value {
    json!({"title": "{{ customer.name | fallback: \"お客さま\" }}へ", "body": "新作が入りました", "link": "https://shop.example.jp/new",
        "buttons": [{"label": "見る"}]})
}

pub(crate) fn document(site: &Site, variant: &Value) -> Value {
    json!({
        "version": 1,
        "target": {"everybody": true},
        "offer": {"kind": "none"},
        "timing": {"kind": "now"},
        "channel": {"kind": "push", "sender": site.sender},
        "contents": {"source": {"push": {"version": 1, "kind": "push", "name": "春", "default_locale": "ja",
            "variants": {"ja": variant}}}},
        "goal": {"event": "order", "window_days": 7},
    })
}

pub(crate) async fn draft(site: &Site, variant: &Value) -> (String, i64) {
    let body = json!({"name": "春の案内", "document": document(site, variant)});
    let made = site.app.post("/api/v1/campaigns", &site.owner, body).await;
    let made = made.expect(StatusCode::CREATED).json();
    let path = format!("/api/v1/campaigns/{}", made["id"].as_str().unwrap());
    (path, made["version"].as_i64().unwrap())
}

pub(crate) async fn launch(site: &Site, variant: &Value) -> String {
    let (path, version) = draft(site, variant).await;
    let launch = json!({"version": version});
    let launched = site
        .app
        .post(&format!("{path}/launch"), &site.owner, launch)
        .await;
    launched.expect(StatusCode::OK);
    path
}

pub(crate) async fn number(site: &Site, text: &str) -> i64 {
    sql::number(site.app.kit.db.reader(), text, [])
        .await
        .unwrap()
}

pub(crate) async fn world(test: &TestDb, settings: Value) -> (Site, Service) {
    (Site::new(test, settings).await, Service::start().await)
}

#[tokio::test]
async fn each_device_gets_it_once_a_lost_one_goes_and_a_tap_is_hers() {
    for test in both().await {
        let (site, service) = world(&test, json!({})).await;
        for (person, device) in [
            ("a", "a1"),
            ("a", "a2"),
            ("b", "b1"),
            ("b", "b2"),
            ("c", "c1"),
            ("d", "d1"),
        ] {
            site.register(person, &service.endpoint(device)).await;
        }
        service.answer("b1", 410);
        service.answer("c1", 410);
        let refused = json!({"type": "identify", "anonymousId": "d", "traits": {}});
        site.tell("/v1/identify", &refused)
            .await
            .expect(StatusCode::OK);
        let tx = site.app.kit.db.begin().await.unwrap();
        let d: kernel::id::ProfileId = site.customer("d").await.parse().unwrap();
        sql::exec(&tx, format!("INSERT INTO consent (workspace_id, profile_id, channel, purpose, granted, source, occurred_at)
            VALUES ({}, {}, 'push', 'marketing', FALSE, 'admin', 0)", site.app.kit.workspace.raw(), d.raw()), []).await.unwrap();
        tx.commit().await.unwrap();

        let (path, _) = draft(&site, &words()).await;
        let ready = site
            .app
            .get(&format!("{path}/readiness"), &site.owner)
            .await
            .json();
        assert_eq!(ready["missing"], json!([]), "{}", test.name());
        let review = site
            .app
            .get(&format!("{path}/review"), &site.owner)
            .await
            .json();
        assert_eq!(
            review["sendable"], 3,
            "who refused is not written to: {review}"
        );

        let path = launch(&site, &words()).await;
        send(&site.app, &format!("{path}/progress"), &site.owner).await;
        for device in ["a1", "a2", "b1", "b2", "c1"] {
            assert_eq!(service.count(device), 1, "{}: {device}", test.name());
        }
        assert_eq!(service.count("d1"), 0);
        let headers = service.got.lock().unwrap()["a1"][0].clone();
        assert_eq!(headers["content-encoding"], "aes128gcm");
        assert_eq!(headers["ttl"], "86400");
        assert!(
            headers["authorization"]
                .to_str()
                .unwrap()
                .starts_with("vapid t=")
        );

        let progress = site
            .app
            .get(&format!("{path}/progress"), &site.owner)
            .await
            .json();
        assert_eq!(
            (&progress["accepted"], &progress["failed"]),
            (&json!(2), &json!(1)),
            "one device is enough: {progress}"
        );
        assert_eq!(site.devices("c").await[0]["gone_why"], "service");
        let b = site.devices("b").await;
        assert_eq!(
            (&b[0]["gone_at"], &b[1]["gone_why"]),
            (&Value::Null, &json!("service"))
        );
        assert_eq!(
            number(&site, "SELECT COUNT(*) FROM suppression").await,
            0,
            "a new device of hers is reached"
        );

        // What her browser tells comes back by signed addresses.
        let hers = "SELECT id FROM delivery WHERE state = 5
            AND profile_id = (SELECT profile_id FROM identity WHERE kind = 3 AND value = 'a')";
        let delivery = DeliveryId::from_raw(number(&site, hers).await);
        let signer = site
            .app
            .app
            .keyring
            .signer(site.app.kit.workspace)
            .await
            .unwrap()
            .unwrap();
        let urls = PublicUrls::new("");
        let told_at = urls.device(&signer, delivery);
        let tell = async |word: &str| {
            let request = Request::post(format!("{told_at}/{word}")).header(
                header::USER_AGENT,
                "Mozilla/5.0 (Linux; Android 15) Chrome/140",
            );
            site.app
                .send(request.body(Body::empty()).unwrap())
                .await
                .status
        };
        for word in ["shown", "clicked", "closed"] {
            assert_eq!(tell(word).await, StatusCode::NO_CONTENT, "{word}");
        }
        assert_eq!(tell("eaten").await, StatusCode::NOT_FOUND);
        let forged = format!("/p/{}/shown", signer.sign(Kind::Open, delivery, None));
        site.app
            .post(&forged, "", json!({}))
            .await
            .expect(StatusCode::NO_CONTENT);
        for (name, n) in [(73, 1), (74, 1), (43, 1)] {
            let text = format!(
                "SELECT COUNT(*) FROM event WHERE name_id = {name} AND delivery_id = {} AND (flags & 1) = 0",
                delivery.raw()
            );
            assert_eq!(number(&site, &text).await, n, "{name}");
        }
        // A tap on a link is hers though it came at once: nobody else can read it.
        let link = number(&site, "SELECT id FROM campaign_link").await;
        let link = urls.click(&signer, delivery, kernel::id::LinkId::from_raw(link));
        let request = Request::get(link).header(
            header::USER_AGENT,
            "Mozilla/5.0 (Linux; Android 15) Chrome/140",
        );
        let answer = site.app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            answer.headers[header::LOCATION],
            "https://shop.example.jp/new"
        );
        let report = site
            .app
            .get(&format!("{path}/report"), &site.owner)
            .await
            .json();
        let told: HashMap<&str, i64> = report["figures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|figure| {
                (
                    figure["metric"].as_str().unwrap(),
                    figure["value"].as_i64().unwrap(),
                )
            })
            .collect();
        assert_eq!(told["clicks"], 1);
        for unknown in [
            "opens",
            "opens_raw",
            "unsubscribes",
            "unsubscribe_clicks",
            "complaints",
        ] {
            assert!(
                !told.contains_key(unknown),
                "push does not tell {unknown}, which is not zero"
            );
        }
    }
}

#[tokio::test]
async fn a_service_that_is_away_is_asked_again_and_what_is_in_doubt_is_not() {
    for test in both().await {
        let (site, service) = world(&test, json!({})).await;
        site.register("a", &service.endpoint("a1")).await;
        site.register("b", &service.endpoint("b1")).await;
        service.answer("a1", 503);
        service.answer("b1", 502);
        let path = launch(&site, &json!({"title": "お知らせ"})).await;
        server::job_worker(&site.app.app).run_due().await.unwrap();
        let stop = CancellationToken::new();
        let options = SendOptions {
            poll: Duration::from_millis(5),
            ..SendOptions::default()
        };
        let (worker, writer) =
            server::send_worker(&site.app.app, WriterOptions::default(), options);
        let writer = tokio::spawn(writer);
        let worker = tokio::spawn(worker.run(stop.clone()));
        let mut is_over = false;
        for _ in 0..3_000 {
            // The session does not last as long as the pauses.
            is_over = number(
                &site,
                "SELECT COUNT(*) FROM campaign WHERE state = 'finished'",
            )
            .await
                == 1;
            if is_over {
                break;
            }
            if service.count("a1") > 0 {
                service.answer("a1", 201);
                site.app.kit.clock.advance(2_000);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        stop.cancel();
        worker.await.unwrap();
        writer.await.unwrap();
        assert!(is_over, "{path} did not end");
        let of = async |state: i16| {
            number(
                &site,
                &format!("SELECT COUNT(*) FROM delivery WHERE state = {state}"),
            )
            .await
        };
        assert_eq!((of(5).await, of(7).await), (1, 1), "{}", test.name());
        assert_eq!(
            (service.count("a1"), service.count("b1")),
            (2, 1),
            "{}",
            test.name()
        );
    }
}

#[tokio::test]
async fn what_no_device_takes_is_told_before_the_launch_and_what_is_cut_off_is_a_note() {
    let test = testkit::sqlite().await;
    let (site, _) = world(&test, json!({})).await;
    let bad = json!({"title": "x", "link": "http://shop.example.jp/"});
    let (path, version) = draft(&site, &bad).await;
    let ready = site
        .app
        .get(&format!("{path}/readiness"), &site.owner)
        .await
        .json();
    assert_eq!(ready["missing"][0]["pointer"], "/contents/variants/ja/link");
    let refused = site
        .app
        .post(
            &format!("{path}/launch"),
            &site.owner,
            json!({"version": version}),
        )
        .await;
    refused.expect(StatusCode::UNPROCESSABLE_ENTITY);

    // Words for push are none for mail, and a sender of pushes sends no mail.
    let mut mail = document(&site, &words());
    mail["channel"] = json!({"kind": "email", "sender": site.sender});
    let made = site
        .app
        .post(
            "/api/v1/campaigns",
            &site.owner,
            json!({"name": "x", "document": mail}),
        )
        .await;
    let made = made.expect(StatusCode::CREATED).json();
    let path = format!(
        "/api/v1/campaigns/{}/readiness",
        made["id"].as_str().unwrap()
    );
    let missing = site.app.get(&path, &site.owner).await.json()["missing"].to_string();
    assert!(
        missing.contains("/channel/sender") && missing.contains("/contents/source"),
        "{missing}"
    );

    let preview = async |variant: Value| {
        let body = json!({"document": {"version": 1, "kind": "push", "name": "x", "default_locale": "ja", "variants": {"ja": variant}}});
        site.app
            .post("/api/v1/contents/push/preview", &site.owner, body)
            .await
    };
    let seen = preview(json!({"title": "{{ customer.name }}さん", "body": "あ".repeat(60), "buttons": [{"label": "見る"}]})).await;
    let seen = seen.expect(StatusCode::OK).json();
    assert!(seen["title"].as_str().unwrap().len() > "さん".len());
    assert_eq!(
        (&seen["notes"][0]["code"], &seen["notes"][0]["pointer"]),
        (&json!("body_cut"), &json!("/document/variants/ja/body"))
    );
    let wrong = preview(json!({"title": "{% if %}"}))
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY)
        .json();
    assert_eq!(wrong["errors"][0]["pointer"], "/document/variants/ja/title");
    let nobody = site
        .app
        .call(
            Method::POST,
            "/api/v1/contents/push/preview",
            "",
            Some(json!({})),
        )
        .await;
    nobody.expect(StatusCode::UNAUTHORIZED);
}
