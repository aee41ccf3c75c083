//! Amazon SES through SNS, whose certificate is fetched and whose subscription is confirmed.

use std::sync::{Arc, Mutex};

use axum::{Router, extract::State, http::StatusCode, http::Uri, routing::get};
use serde_json::{Value, json};
use testkit::TestDb;
use tokio::net::TcpListener;

use super::{FULL, GONE, POLICY, TOPIC, World, bounce, fixture, speak};

type Visits = Arc<Mutex<Vec<String>>>;

/// An imitation of SNS that hands out the certificate and keeps who visited.
async fn amazon() -> (String, Visits) {
    let visits = Visits::default();
    let certificate = std::fs::read_to_string(fixture("sns.pem")).unwrap();
    let keep = |State(visits): State<Visits>, uri: Uri| async move {
        visits.lock().unwrap().push(uri.to_string());
        "confirmed"
    };
    let router = Router::new()
        .route("/sns.pem", get(|| async move { certificate }))
        .route("/", get(keep))
        .with_state(visits.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (origin, visits)
}

async fn world(test: &TestDb) -> (World, Visits) {
    let (origin, visits) = amazon().await;
    (World::with(test, origin).await, visits)
}

#[tokio::test]
async fn every_recipient_of_a_notification_is_heard_and_a_repeat_changes_nothing() {
    for test in testkit::both().await {
        let (world, _) = world(&test).await;
        for n in [1, 2, 3] {
            world.sent(n, &[n * 10 + 1]).await;
        }
        let mut payload = bounce("ses", 1, Some(11), GONE);
        payload["bounce"]["bouncedRecipients"] = json!([
            {"emailAddress": "c1@example.jp", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"},
            {"emailAddress": "C2@Example.JP", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"},
            {"emailAddress": "stranger@example.jp", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"},
        ]);
        for version in ["1", "2"] {
            let mut job = world.job("ses", &payload);
            job["version"] = json!(version);
            let call = speak(vec![job]).await.remove(0);
            for _ in 0..2 {
                world.bring("ses", &call).await.expect(StatusCode::OK);
            }
        }
        for (n, stopped) in [(1, 1), (2, 1), (3, 0)] {
            assert_eq!(
                world.stopped(n, "hard_bounce").await,
                stopped,
                "{}: {n}",
                test.name()
            );
            let told = format!(
                "SELECT COUNT(*) FROM event WHERE name_id = 41 AND delivery_id = {}",
                n * 10 + 1
            );
            let hard = world.number(&told).await;
            // The stranger stands for a forwarding of the named message, which is known to be gone already.
            assert_eq!(hard, stopped, "{}: {n}", test.name());
        }
    }
}

#[tokio::test]
async fn amazons_own_words_stop_nobody_wrongly() {
    for test in testkit::both().await {
        let (world, _) = world(&test).await;
        world.sent(1, &[11, 12, 13]).await;
        world.sent(2, &[21, 22, 23]).await;
        for id in [11, 12, 13] {
            let mut full = bounce("ses", 1, Some(id), FULL);
            full["bounce"]["bounceType"] = json!("Transient");
            full["bounce"]["bounceSubType"] = json!("MailboxFull");
            assert_eq!(world.stopped(1, "soft_bounce").await, 0);
            assert_eq!(world.tell("ses", full).await, StatusCode::OK);
            world
                .tell("ses", bounce("ses", 2, Some(id + 10), POLICY))
                .await;
        }
        assert_eq!(world.stopped(1, "soft_bounce").await, 1, "{}", test.name());
        let all = "SELECT COUNT(*) FROM suppression";
        assert_eq!(world.number(all).await, 1, "{}", test.name());
        let complaint = json!({"eventType": "Complaint", "mail": {"messageId": "9", "destination": ["c2@example.jp"]},
            "complaint": {"complainedRecipients": [{"emailAddress": "c2@example.jp"}], "complaintFeedbackType": "not-spam"}});
        world.tell("ses", complaint.clone()).await;
        assert_eq!(
            world.stopped(2, "complaint").await,
            0,
            "{}: not spam",
            test.name()
        );
        let abuse = complaint
            .to_string()
            .replace("not-spam", "abuse")
            .replace("\"9\"", "\"10\"");
        world
            .tell("ses", serde_json::from_str(&abuse).unwrap())
            .await;
        assert_eq!(world.stopped(2, "complaint").await, 1, "{}", test.name());
    }
}

#[tokio::test]
async fn a_subscription_is_confirmed_only_for_the_agreed_topic_and_only_at_amazon() {
    let test = testkit::sqlite().await;
    let (world, visits) = world(&test).await;
    let origin = world.app.app.config.mail.sns_origin.clone();
    let ask = |topic: &str, visit: &str| {
        let mut job = world.job("ses", &json!("You have chosen to subscribe"));
        job["kind"] = json!("SubscriptionConfirmation");
        job["topic"] = json!(topic);
        job["visit"] = json!(visit);
        job
    };
    let own = format!("{origin}/?Action=ConfirmSubscription&Token=2336");
    let elsewhere = "http://127.0.0.1:9/?Action=ConfirmSubscription";
    let calls = speak(vec![
        ask("arn:aws:sns:ap-northeast-1:999999999999:evil", &own),
        ask(TOPIC, elsewhere),
        ask(TOPIC, &own),
    ])
    .await;
    world
        .bring("ses", &calls[0])
        .await
        .expect(StatusCode::UNAUTHORIZED);
    world
        .bring("ses", &calls[1])
        .await
        .expect(StatusCode::UNAUTHORIZED);
    // Signed for one address, brought with another.
    let body = calls[2]["body"].as_str().unwrap();
    let changed = body.replace("Token=2336", "Token=9999");
    let answer = world.post(&world.path("ses"), &calls[2], changed).await;
    answer.expect(StatusCode::UNAUTHORIZED);
    assert!(visits.lock().unwrap().is_empty());
    world.bring("ses", &calls[2]).await.expect(StatusCode::OK);
    assert_eq!(
        *visits.lock().unwrap(),
        ["/?Action=ConfirmSubscription&Token=2336"]
    );
}

#[tokio::test]
async fn a_notification_that_amazon_did_not_sign_for_this_topic_is_refused() {
    let test = testkit::sqlite().await;
    let (world, _) = world(&test).await;
    world.sent(1, &[11]).await;
    let payload = bounce("ses", 1, Some(11), GONE);
    let job = |change: &dyn Fn(&mut Value)| {
        let mut job = world.job("ses", &payload);
        change(&mut job);
        job
    };
    let now = world.app.app.now().0;
    let calls = speak(vec![
        job(&|job| job["topic"] = json!("arn:aws:sns:ap-northeast-1:999999999999:mail")),
        job(&|job| job["certificate"] = json!("http://127.0.0.1:9/sns.pem")),
        job(&|job| job["certificate"] = json!("https://sns.evil.example/sns.pem")),
        job(&|job| job["at"] = json!(now - 2 * 86_400_000)),
        job(&|_| ()),
    ])
    .await;
    for call in &calls[..4] {
        world
            .bring("ses", call)
            .await
            .expect(StatusCode::UNAUTHORIZED);
    }
    let good = &calls[4];
    let body = good["body"].as_str().unwrap();
    for forged in [
        body.replace("c1@", "c2@"),
        body.replace("\"SignatureVersion\": \"2\"", "\"SignatureVersion\": \"3\""),
    ] {
        let answer = world.post(&world.path("ses"), good, forged).await;
        answer.expect(StatusCode::UNAUTHORIZED);
    }
    for nonsense in ["", "x", "{}", "[]", "{\"Message\": 1}"] {
        let answer = world.post(&world.path("ses"), good, nonsense).await;
        answer.expect(StatusCode::BAD_REQUEST);
    }
    let away = job(&|job| {
        job["certificate"] = json!(format!("{}/gone.pem", world.app.app.config.mail.sns_origin));
    });
    let away = speak(vec![away]).await.remove(0);
    let later = world
        .bring("ses", &away)
        .await
        .expect(StatusCode::SERVICE_UNAVAILABLE);
    assert!(later.headers.contains_key("retry-after"), "brought again");
    assert_eq!(world.number("SELECT COUNT(*) FROM suppression").await, 0);
    world.bring("ses", good).await.expect(StatusCode::OK);
    assert_eq!(world.stopped(1, "hard_bounce").await, 1);
}
