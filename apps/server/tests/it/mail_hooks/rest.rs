//! Saying through which provider a sender sends.

use access::Role;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{GONE, World, bounce, sender};
use crate::app::TestApp;

#[tokio::test]
async fn a_provider_is_kept_shown_and_never_its_secret() {
    for test in testkit::both().await {
        let world = World::new(&test).await;
        let (app, admin) = (&world.app, world.app.token(Role::Admin).await);
        let all = app
            .get("/api/v1/senders", &admin)
            .await
            .expect(StatusCode::OK);
        assert!(
            !all.text.contains("ひみつ") && !all.text.contains("key-0"),
            "{}",
            all.text
        );
        let shown = |answer: &Value, kind: &str| -> Value {
            let all = answer.as_array().unwrap().iter();
            let mut own = all.map(|sender| sender["smtp"]["provider"].clone());
            own.find(|provider| provider["kind"] == kind).unwrap()
        };
        let mailgun = shown(&all.json(), "mailgun");
        assert_eq!(mailgun["has_secret"], true);
        assert_eq!(mailgun["last_event_at"], Value::Null);
        let url = mailgun["hook_url"].as_str().unwrap();
        assert!(url.ends_with(&world.path("mailgun")), "{url}");
        assert_eq!(shown(&all.json(), "ses")["topic_arn"], super::TOPIC);
        assert_eq!(shown(&all.json(), "ses")["has_secret"], false);

        world.sent(1, &[11]).await;
        world
            .tell("mailgun", bounce("mailgun", 1, Some(11), GONE))
            .await;
        let after = app.get("/api/v1/senders", &admin).await.json();
        let heard = shown(&after, "mailgun")["last_event_at"].clone();
        assert_eq!(heard, app.app.now().to_string(), "{}", test.name());

        // Saved again without the secret: it stays. As another provider: it proves nothing there.
        let path = format!(
            "/api/v1/senders/{}",
            world.senders["mailgun"].as_str().unwrap()
        );
        let mut body = sender("mailgun");
        body["version"] = json!(1);
        body["smtp"]["provider"] = json!({"kind": "mailgun"});
        let kept = app
            .call(Method::PUT, &path, &admin, Some(body.clone()))
            .await;
        assert_eq!(
            kept.expect(StatusCode::OK).json()["smtp"]["provider"]["has_secret"],
            true
        );
        body["version"] = json!(2);
        body["smtp"]["provider"] = json!({"kind": "postmark", "user": "hook"});
        let other = app
            .call(Method::PUT, &path, &admin, Some(body.clone()))
            .await;
        assert_eq!(
            other.expect(StatusCode::OK).json()["smtp"]["provider"]["has_secret"],
            false
        );
        body["version"] = json!(3);
        body["smtp"]["provider"] = Value::Null;
        let none = app.call(Method::PUT, &path, &admin, Some(body)).await;
        assert_eq!(
            none.expect(StatusCode::OK).json()["smtp"]["provider"],
            Value::Null
        );
        let status = world
            .tell("mailgun", bounce("mailgun", 1, Some(11), GONE))
            .await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{}", test.name());
    }
}

#[tokio::test]
async fn what_cannot_be_a_provider_is_refused_at_its_place() {
    let test = testkit::sqlite().await;
    let app = TestApp::new(&test).await;
    let admin = app.token(Role::Admin).await;
    for (provider, pointer) in [
        (json!({"kind": "mailchimp"}), "/smtp/provider/kind"),
        (json!({"kind": "ses"}), "/smtp/provider/topic_arn"),
        (
            json!({"kind": "ses", "topic_arn": "トピック"}),
            "/smtp/provider/topic_arn",
        ),
        (
            json!({"kind": "sendgrid", "secret": "not a key"}),
            "/smtp/provider/secret",
        ),
        (
            json!({"kind": "mailgun", "secret": "あ".repeat(2_000)}),
            "/smtp/provider/secret",
        ),
        (
            json!({"kind": "postmark", "secret": "x"}),
            "/smtp/provider/header",
        ),
        (
            json!({"kind": "postmark", "user": "a:b", "secret": "x"}),
            "/smtp/provider/user",
        ),
        (
            json!({"kind": "postmark", "header": "Authorization"}),
            "/smtp/provider/header",
        ),
    ] {
        let mut body = sender("mailgun");
        body["smtp"]["provider"] = provider.clone();
        let answer = app.post("/api/v1/senders", &admin, body).await;
        let wrong = answer.expect(StatusCode::UNPROCESSABLE_ENTITY).json();
        assert_eq!(wrong["errors"][0]["pointer"], pointer, "{provider}");
    }
    let viewer = app.token(Role::Viewer).await;
    let answer = app
        .post("/api/v1/senders", &viewer, sender("mailgun"))
        .await;
    answer.expect(StatusCode::FORBIDDEN);
}
