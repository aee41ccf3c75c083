//! Webhooks of mail providers, signed by other people's code (see `providers.py` of the channel).

mod rest;
mod sns;
mod story;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use access::Role;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use serde_json::{Value, json};
use storage::sql;
use testkit::{Kit, TestDb};

use crate::app::{Answer, TestApp};

const TOPIC: &str = "arn:aws:sns:ap-northeast-1:123456789012:mail";

/// An application with one sender through each provider.
struct World {
    app: TestApp,
    /// The senders' ids by provider.
    senders: Value,
}

impl World {
    async fn new(test: &TestDb) -> Self {
        Self::with(test, String::new()).await
    }

    async fn with(test: &TestDb, sns_origin: String) -> Self {
        let app = TestApp::with(Kit::new(test).await, |config| {
            config.security.allow_private = vec!["127.0.0.1/32".to_owned()];
            config.mail.sns_origin = sns_origin;
        });
        let token = app.token(Role::Admin).await;
        let mut senders = json!({});
        for provider in ["ses", "sendgrid", "mailgun", "postmark"] {
            let made = app.post("/api/v1/senders", &token, sender(provider)).await;
            senders[provider] = made.expect(StatusCode::CREATED).json()["id"].clone();
        }
        Self { app, senders }
    }

    /// Adds a customer and messages that the provider took, the first the oldest.
    async fn sent(&self, customer: i64, deliveries: &[i64]) {
        let run = async |text: String| {
            let workspace = self.app.kit.workspace.raw();
            sql::exec(self.app.kit.db.writer(), text, [workspace.into()])
                .await
                .unwrap();
        };
        run(format!(
            "INSERT INTO profile (workspace_id, id, email, full_name, is_anonymous, attributes, search_text,
               first_seen_at, last_seen_at, created_at, updated_at)
             VALUES ($1, {customer}, 'c{customer}@example.jp', '客', FALSE, '{{}}', '', 0, 0, 0, 0)"
        ))
        .await;
        run(format!(
            "INSERT INTO identity (workspace_id, kind, value, profile_id, origin_profile_id, source, created_at)
             VALUES ($1, 2, 'c{customer}@example.jp', {customer}, {customer}, 1, 0)"
        ))
        .await;
        for id in deliveries {
            run(format!(
                "INSERT INTO delivery (workspace_id, profile_id, id, campaign_id, occurrence, channel, state, address,
                   message_id, due_at, expires_at, planned_at, handed_over_at, settled_at, origin_profile_id)
                 VALUES ($1, {customer}, {id}, {id}, 0, 1, 5, 'c{customer}@example.jp',
                   '<{id}.abc@shop.example.jp>', {id}, {id}, {id}, {id}, {id}, {customer})"
            ))
            .await;
        }
    }

    fn path(&self, provider: &str) -> String {
        let id = self.senders[provider].as_str().unwrap();
        format!("/hooks/mail/{id}/{provider}")
    }

    /// Lets a provider speak of something.
    fn job(&self, provider: &str, payload: &Value) -> Value {
        let mut job = json!({"provider": provider, "at": self.app.app.now().0, "payload": payload});
        match provider {
            "ses" => {
                job["key_file"] = json!(fixture("rsa2048.pem"));
                job["topic"] = json!(TOPIC);
                job["version"] = json!("2");
                let origin = &self.app.app.config.mail.sns_origin;
                job["certificate"] = json!(format!("{origin}/sns.pem"));
            }
            "sendgrid" => job["key_file"] = json!(fixture("p256.pem")),
            "mailgun" => job["key"] = json!("key-0"),
            _ => job["key"] = json!("hook:ひみつ"),
        }
        job
    }

    /// Brings a signed call.
    async fn bring(&self, provider: &str, call: &Value) -> Answer {
        let body = call["body"].as_str().unwrap().to_owned();
        self.post(&self.path(provider), call, body).await
    }

    async fn post(&self, path: &str, call: &Value, body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(Method::POST).uri(path);
        for (name, value) in call["headers"].as_object().unwrap() {
            request = request.header(name, value.as_str().unwrap());
        }
        self.app.send(request.body(body.into()).unwrap()).await
    }

    /// Signs and brings.
    async fn tell(&self, provider: &str, payload: Value) -> StatusCode {
        let call = speak(vec![self.job(provider, &payload)]).await.remove(0);
        self.bring(provider, &call).await.status
    }

    async fn number(&self, text: &str) -> i64 {
        sql::number(self.app.kit.db.reader(), text, [])
            .await
            .unwrap()
    }

    /// Counts the suppressions of a reason, by a customer.
    async fn stopped(&self, customer: i64, reason: &str) -> i64 {
        self.number(&format!(
            "SELECT COUNT(*) FROM suppression WHERE address = 'c{customer}@example.jp' AND reason = '{reason}'"
        ))
        .await
    }
}

/// A sender through a provider, as it is written.
fn sender(provider: &str) -> Value {
    let told_by = match provider {
        "ses" => json!({"kind": "ses", "topic_arn": TOPIC}),
        "sendgrid" => json!({"kind": "sendgrid", "secret": public_key()}),
        "mailgun" => json!({"kind": "mailgun", "secret": "key-0"}),
        _ => json!({"kind": "postmark", "user": "hook", "secret": "ひみつ"}),
    };
    json!({"from_name": "縁ストア", "from_address": "news@shop.example.jp", "transport": "smtp",
        "smtp": {"host": "smtp.example.com", "port": 587, "tls": "required", "provider": told_by}})
}

fn fixture(name: &str) -> String {
    let folder = "../../crates/channels/email/tests/it";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let path = match name {
        "providers.py" => folder.join(name),
        name => folder.join("fixtures").join(name),
    };
    path.to_str().unwrap().to_owned()
}

fn public_key() -> String {
    let path = fixture("p256.pem");
    let output = Command::new("openssl")
        .args(["pkey", "-pubout", "-in", &path])
        .output();
    String::from_utf8(output.unwrap().stdout).unwrap()
}

/// Returns the Python of the test environment.
#[expect(
    clippy::disallowed_methods,
    reason = "the test command says by environment where its tools are"
)]
fn python() -> PathBuf {
    let folder = std::env::var_os("ENISHI_TEST_VENV").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/venv"),
        PathBuf::from,
    );
    folder.join("bin/python")
}

/// Lets providers speak: returns the headers and body of each call.
async fn speak(jobs: Vec<Value>) -> Vec<Value> {
    let input = json!({"jobs": jobs}).to_string();
    let told = tokio::task::spawn_blocking(move || {
        let mut child = Command::new(python())
            .args(["-W", "ignore", &fixture("providers.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`cargo xtask test` makes the Python environment");
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        child.wait_with_output().unwrap()
    });
    serde_json::from_slice(&told.await.unwrap().stdout).unwrap()
}

/// A bounce of a customer's message in the words of a provider; named by the message or by the address alone.
fn bounce(provider: &str, customer: i64, named: Option<i64>, words: (&str, &str)) -> Value {
    let (status, said) = words;
    let (to, own) = (
        format!("c{customer}@example.jp"),
        named.map(|id| format!("{id}.abc")),
    );
    match provider {
        "ses" => {
            let mut mail =
                json!({"messageId": format!("0100-{}", named.unwrap_or(0)), "destination": [to]});
            if let Some(own) = own {
                mail["headers"] =
                    json!([{"name": "Message-ID", "value": format!("<{own}@shop.example.jp>")}]);
            }
            json!({"eventType": "Bounce", "mail": mail, "bounce": {"bounceType": "Permanent", "bounceSubType": "General",
                "bouncedRecipients": [{"emailAddress": to, "status": status, "diagnosticCode": format!("smtp; {said}")}]}})
        }
        "sendgrid" => {
            let mut event = json!({"event": "bounce", "type": "bounce", "email": to, "status": status, "reason": said,
                "sg_event_id": format!("{customer}-{named:?}-{status}")});
            if let Some(own) = own {
                event["smtp-id"] = json!(format!("<{own}@shop.example.jp>"));
            }
            json!([event])
        }
        "mailgun" => {
            let mut event = json!({"event": "failed", "severity": "permanent", "reason": "bounce", "recipient": to,
                "id": format!("{customer}-{named:?}"), "timestamp": 1_799_999_990.5,
                "delivery-status": {"code": 550, "message": format!("{status} {said}")}});
            if let Some(own) = own {
                event["message"] =
                    json!({"headers": {"message-id": format!("{own}@shop.example.jp")}});
            }
            event
        }
        _ => {
            let kind = if status.ends_with("1.1") {
                "HardBounce"
            } else {
                "SoftBounce"
            };
            json!({"RecordType": "Bounce", "Type": kind, "Email": to, "ID": customer, "MessageID": format!("{named:?}"),
                "Details": format!("smtp;{status} {said}"), "BouncedAt": "2026-11-01T00:00:00Z",
                "Metadata": own.map_or_else(|| json!({}), |own| json!({"enishi": own}))})
        }
    }
}

const GONE: (&str, &str) = ("5.1.1", "550 5.1.1 User unknown");
const FULL: (&str, &str) = ("5.2.2", "552 5.2.2 Mailbox full");
const POLICY: (&str, &str) = ("5.7.1", "550 5.7.1 Blocked: bad reputation");
