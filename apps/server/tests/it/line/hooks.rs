//! What LINE tells: the signature decides, and what is answered with 200 is there.

use access::Role;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use line_fake::{LineFake, Options};
use serde_json::{Value, json};
use testkit::both;

use super::{account, with_line};
use crate::app::{Answer, TestApp};

pub(crate) const USER: &str = "U0123456789abcdef0123456789abcdef";

/// Brings a body to an account, signed or not.
pub(crate) async fn bring(app: &TestApp, id: &str, body: String, signature: &str) -> Answer {
    let request = Request::post(format!("/hooks/line/{id}"))
        .header("x-line-signature", signature)
        .body(Body::from(body))
        .unwrap();
    app.send(request).await
}

/// Lets LINE tell of events.
pub(crate) async fn tell(app: &TestApp, fake: &LineFake, id: &str, events: &[Value]) {
    let (body, signature) = fake.webhook(events);
    bring(app, id, body, &signature)
        .await
        .expect(StatusCode::OK);
}

async fn connected(app: &TestApp, owner: &str) -> String {
    let made = app
        .call(Method::POST, "/api/v1/senders", owner, Some(account()))
        .await;
    made.expect(StatusCode::CREATED).json()["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn number(app: &TestApp, text: &str) -> i64 {
    storage::sql::number(app.kit.db.reader(), text, [])
        .await
        .unwrap()
}

#[tokio::test]
async fn what_line_signs_is_taken_in_and_nothing_else_is() {
    for test in both().await {
        let (app, fake) = with_line(&test, Options::default()).await;
        let owner = app.token(Role::Owner).await;
        let id = connected(&app, &owner).await;
        // LINE tries the address out.
        tell(&app, &fake, &id, &[]).await;
        let (body, signature) = fake.webhook(&[fake.event("follow", USER)]);
        for (body, signature, status) in [
            (body.clone(), "", StatusCode::UNAUTHORIZED),
            (body.clone(), "署名", StatusCode::UNAUTHORIZED),
            (
                body.replace("follow", "unfollow"),
                signature.as_str(),
                StatusCode::UNAUTHORIZED,
            ),
            (
                format!("{body} "),
                signature.as_str(),
                StatusCode::UNAUTHORIZED,
            ),
            (
                "x".repeat(2 * 1024 * 1024 + 1),
                signature.as_str(),
                StatusCode::PAYLOAD_TOO_LARGE,
            ),
        ] {
            bring(&app, &id, body, signature).await.expect(status);
        }
        assert_eq!(number(&app, "SELECT COUNT(*) FROM line_event").await, 0);
        assert_eq!(number(&app, "SELECT COUNT(*) FROM profile").await, 0);
        // The same bytes again and again: once.
        for _ in 0..3 {
            bring(&app, &id, body.clone(), &signature)
                .await
                .expect(StatusCode::OK);
        }
        assert_eq!(number(&app, "SELECT COUNT(*) FROM event").await, 1);
        assert_eq!(
            number(&app, "SELECT COUNT(*) FROM line_friend WHERE state = 0").await,
            1
        );
    }
}

#[tokio::test]
async fn the_account_must_be_there_and_be_the_one_that_is_addressed() {
    for test in both().await {
        let (app, fake) = with_line(&test, Options::default()).await;
        let owner = app.token(Role::Owner).await;
        let id = connected(&app, &owner).await;
        let (body, signature) = fake.webhook(&[fake.event("follow", USER)]);
        for unknown in ["snd_0123456789abcdef", "nonsense", "snd_🦊"] {
            let path = unknown.replace('🦊', "%F0%9F%A6%8A");
            bring(&app, &path, body.clone(), &signature)
                .await
                .expect(StatusCode::NOT_FOUND);
        }
        // Signed with the right secret, for another account.
        let other = body.replace(line_fake::BOT, USER);
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, super::SECRET.as_bytes());
        let signed = |body: &str| {
            use base64::{Engine as _, engine::general_purpose::STANDARD};
            STANDARD.encode(ring::hmac::sign(&key, body.as_bytes()))
        };
        bring(&app, &id, other.clone(), &signed(&other))
            .await
            .expect(StatusCode::BAD_REQUEST);
        let broken = "{\"destination\":";
        bring(&app, &id, broken.to_owned(), &signed(broken))
            .await
            .expect(StatusCode::BAD_REQUEST);
        assert_eq!(number(&app, "SELECT COUNT(*) FROM line_event").await, 0);
        // A secret that was issued anew counts from the moment that it is saved.
        fake.set_channel_secret("another-secret");
        let mut body = account();
        body["version"] = json!(1);
        body["line"]["channel_secret"] = json!("another-secret");
        let path = format!("/api/v1/senders/{id}");
        app.call(Method::PUT, &path, &owner, Some(body))
            .await
            .expect(StatusCode::OK);
        let (body, signature) = fake.webhook(&[fake.event("follow", USER)]);
        bring(&app, &id, body.clone(), &signed(&body))
            .await
            .expect(StatusCode::UNAUTHORIZED);
        bring(&app, &id, body.clone(), &signature)
            .await
            .expect(StatusCode::OK);
        // An account that was put away hears nothing any more.
        app.call(Method::DELETE, &path, &owner, None)
            .await
            .expect(StatusCode::NO_CONTENT);
        bring(&app, &id, body, &signature)
            .await
            .expect(StatusCode::NOT_FOUND);
    }
}
