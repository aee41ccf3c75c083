//! A whole campaign's mail before independent judges: Postfix takes it, dkimpy verifies it, SpamAssassin
//! likes it.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use access::Role;
use axum::http::{Method, StatusCode};
use campaigns::{ledger::WriterOptions, send::SendOptions};
use kernel::time::{Clock, SystemClock};
use serde_json::{Value, json};
use testkit::{Kit, TestDb};
use tokio_util::sync::CancellationToken;

use crate::{
    app::TestApp,
    kill::{free_port, sink},
    shop,
};

const RSA: &str = include_str!("../../../../crates/channels/email/tests/it/fixtures/rsa2048.pem");
const ED25519: &str =
    include_str!("../../../../crates/channels/email/tests/it/fixtures/ed25519.pem");
const JUDGE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../crates/channels/email/tests/it/judge.py"
);

/// A mail as Postfix's sink wrote it down, and the record that proves who signed it.
struct Mail {
    raw: Vec<u8>,
    recipient: String,
    dns_name: String,
    record: String,
}

/// Makes everything through the REST interface, launches, and returns what the sink took.
async fn campaign(test: &TestDb, key: &str, n: i64) -> Vec<Mail> {
    let kit = Kit::new(test).await;
    // Judges compare the date of a mail with their own.
    kit.clock.set(SystemClock.now());
    shop::people(&kit, n).await;
    let app = TestApp::mailing(kit);
    let owner = app.token(Role::Owner).await;
    let folder = tempfile::tempdir().unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(folder.path(), open).unwrap();
    let mail = folder.path().join("mail");
    let port = free_port();
    let _sink = sink(port, &mail);

    let sender = json!({"from_name": "青葉ストア", "from_address": "info@shop.example.jp", "transport": "smtp",
        "smtp": {"host": "127.0.0.1", "port": port, "tls": "none", "lanes": 2}});
    let sender = made(&app, &owner, "/api/v1/senders", sender).await;
    let dkim = json!({"version": sender["version"], "domain": "shop.example.jp", "selector": "enishi1",
        "private_key": key});
    let path = format!("/api/v1/senders/{}/dkim", text(&sender["id"]));
    let signed = app.call(Method::PUT, &path, &owner, Some(dkim)).await;
    let dkim = signed.expect(StatusCode::OK).json()["smtp"]["dkim"].clone();
    let content = made(
        &app,
        &owner,
        "/api/v1/contents",
        json!({"starter": "newsletter"}),
    )
    .await;
    let document = json!({
        "version": 1,
        "target": {"everybody": true},
        "offer": {"kind": "none"},
        "timing": {"kind": "now"},
        "channel": {"kind": "email", "sender": sender["id"]},
        "contents": {"source": {"saved": content["id"]}},
        "goal": {"event": "order", "window_days": 7},
    });
    let draft = json!({"name": "夏の案内", "document": document});
    let draft = made(&app, &owner, "/api/v1/campaigns", draft).await;
    let path = format!("/api/v1/campaigns/{}", text(&draft["id"]));
    app.post(
        &format!("{path}/launch"),
        &owner,
        json!({"version": draft["version"]}),
    )
    .await
    .expect(StatusCode::OK);
    send(&app, &format!("{path}/progress"), &owner).await;
    fs::read_dir(&mail)
        .unwrap()
        .map(|entry| {
            let (raw, recipient) = as_sent(&entry.unwrap().path());
            Mail {
                raw,
                recipient,
                dns_name: text(&dkim["dns_name"]).to_owned(),
                record: text(&dkim["record"]).to_owned(),
            }
        })
        .collect()
}

async fn made(app: &TestApp, token: &str, path: &str, body: Value) -> Value {
    app.post(path, token, body)
        .await
        .expect(StatusCode::CREATED)
        .json()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Plans and sends until the campaign is over.
pub(crate) async fn send(app: &TestApp, progress: &str, token: &str) {
    server::job_worker(&app.app).run_due().await.unwrap();
    let stop = CancellationToken::new();
    let (worker, writer) = server::send_worker(
        &app.app,
        WriterOptions::default(),
        SendOptions {
            poll: Duration::from_millis(5),
            ..SendOptions::default()
        },
    );
    let writer = tokio::spawn(writer);
    let worker = tokio::spawn(worker.run(stop.clone()));
    let mut state = Value::Null;
    for _ in 0..3_000 {
        state = app.get(progress, token).await.json();
        if state["state"] == "finished" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(state["state"], "finished", "{state}");
    stop.cancel();
    worker.await.unwrap();
    writer.await.unwrap();
}

/// Returns a message as it went over the wire, and to whom: the sink puts lines of its own before it and
/// ends lines as files do.
fn as_sent(path: &Path) -> (Vec<u8>, String) {
    let dump = fs::read_to_string(path).unwrap();
    let recipient = dump
        .lines()
        .find_map(|line| line.strip_prefix("X-Rcpt-Args:"))
        .unwrap()
        .trim()
        .to_owned();
    let start = dump.find("DKIM-Signature:").expect("the mail is signed");
    let message = dump[start..].trim_end();
    (
        format!("{message}\n").replace('\n', "\r\n").into(),
        recipient,
    )
}

/// Lets Python read a mail, and returns its account.
fn judge(mail: &Mail) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mail");
    fs::write(&path, &mail.raw).unwrap();
    let job = json!({"records": {&mail.dns_name: mail.record}, "mails": {"mail": path}});
    let output = feed(
        Command::new(python()).arg(JUDGE),
        job.to_string().as_bytes(),
    );
    serde_json::from_str::<Value>(&output).unwrap()["mail"].clone()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the Python of the tests is named in the environment"
)]
fn python() -> PathBuf {
    let venv = std::env::var("ENISHI_TEST_VENV");
    let target = Path::new(env!("CARGO_BIN_EXE_server")).ancestors().nth(2);
    let folder = venv.map_or_else(|_| target.unwrap().join("venv"), PathBuf::from);
    folder.join("bin/python")
}

fn feed(command: &mut Command, input: &[u8]) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("{command:?} is needed ({error}); `cargo xtask test` installs it")
        });
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {stderr}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Returns the names that the first signature of a mail covers, in small letters.
fn covered(raw: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(raw)
        .replace("\r\n\t", " ")
        .replace("\r\n ", " ");
    let signature = text.lines().next().unwrap();
    let names = signature
        .split(';')
        .find_map(|tag| tag.trim().strip_prefix("h="))
        .unwrap();
    names
        .split(':')
        .map(|name| name.trim().to_lowercase())
        .collect()
}

fn spam_score(raw: &[u8]) -> (f64, String) {
    let report = feed(Command::new("spamassassin").args(["-L", "-t"]), raw);
    let score = report
        .lines()
        .find(|line| line.starts_with("X-Spam-Status:"))
        .and_then(|line| line.split("score=").nth(1))
        .and_then(|rest| rest.split(' ').next())
        .unwrap();
    let details = report
        .split("Content analysis details")
        .nth(1)
        .unwrap_or_default();
    (score.parse().unwrap(), details.to_owned())
}

async fn is_well_judged(test: &TestDb, key: &str) {
    let mails = campaign(test, key, 3).await;
    let mut recipients: Vec<&str> = mails.iter().map(|mail| mail.recipient.as_str()).collect();
    recipients.sort_unstable();
    let everybody = ["<c1@example.jp>", "<c2@example.jp>", "<c3@example.jp>"];
    assert_eq!(recipients, everybody, "{}", test.name());
    for mail in &mails {
        let verdict = judge(mail);
        assert_eq!(verdict["dkim"], json!([true]), "{verdict}");
        assert_eq!(verdict["defects"], json!([]));
        let html = text(&verdict["parts"]["text/html"]);
        assert!(
            html.contains("/c/") && html.contains("/o/"),
            "it is tracked"
        );
        assert!(
            text(&verdict["unsubscribe"]).contains("/u/"),
            "{}",
            verdict["unsubscribe"]
        );
        let covered = covered(&mail.raw);
        for name in [
            "list-unsubscribe",
            "list-unsubscribe-post",
            "from",
            "subject",
        ] {
            assert!(
                covered.iter().any(|found| found == name),
                "{name}: {covered:?}"
            );
        }
    }
    let (score, details) = spam_score(&mails[0].raw);
    assert!(score < 1.0, "{score}\n{details}");
}

#[tokio::test]
async fn a_campaign_signed_with_rsa_passes_every_judge() {
    for test in testkit::both().await {
        is_well_judged(&test, RSA).await;
    }
}

#[tokio::test]
async fn a_campaign_signed_with_ed25519_passes_every_judge() {
    for test in testkit::both().await {
        is_well_judged(&test, ED25519).await;
    }
}
