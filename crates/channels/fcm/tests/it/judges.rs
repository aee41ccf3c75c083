//! Google's own description of the interface reads every body; `PyJWT` verifies the statement.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    time::Duration,
};

use channel_core::{Notification, Push, PushAction, PushPriority};
use serde_json::{Map, Value, json};

use crate::support::{AT, FID, Google, TOKEN, message_of, push, send};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// Every kind of push.
fn texts() -> Vec<Push> {
    let silent = Push {
        data: [("sync".to_owned(), "春 🌸".to_owned())].into(),
        ..Push::default()
    };
    let full = Push {
        image: Some("https://img.example.jp/春.png".to_owned()),
        badge: Some(u32::MAX),
        link: Some("aoba-shop://item/42".to_owned()),
        actions: vec![PushAction {
            id: "cart".to_owned(),
            title: "カートへ".to_owned(),
            link: Some("https://shop.example.jp/cart".to_owned()),
        }],
        category: Some("SALE".to_owned()),
        collapse: Some("spring.sale".to_owned()),
        data: [("campaign".to_owned(), String::new())].into(),
        ttl: channel_core::push::LONGEST_TTL,
        priority: PushPriority::Low,
        ..push()
    };
    let quiet = Push {
        body: "𠮷野家 👨‍👩‍👧‍👦 \u{202e} \0\u{7f}\"\\".to_owned(),
        notification: Notification::Silent,
        ttl: Duration::ZERO,
        badge: Some(0),
        link: Some("https://shop.example.jp/".to_owned()),
        priority: PushPriority::Normal,
        ..push()
    };
    vec![push(), silent, full, quiet]
}

/// Changes that Google's description must refuse, so that it is known to look.
fn mutants(good: &Value) -> Vec<(&'static str, Value)> {
    let with = |pointer: &str, name: &str, value: Value| {
        let mut changed = good.clone();
        let place = changed
            .pointer_mut(pointer)
            .unwrap()
            .as_object_mut()
            .unwrap();
        place.insert(name.to_owned(), value);
        changed
    };
    vec![
        (
            "a property that is not there",
            with("/message", "tokn", json!("x")),
        ),
        (
            "a snake in the grass",
            with("/message/android", "collapse_key", json!("x")),
        ),
        ("a number for text", with("/message/data", "n", json!(1))),
        (
            "a life without its unit",
            with("/message/android", "ttl", json!("3600")),
        ),
        (
            "a priority in small letters",
            with("/message/android", "priority", json!("high")),
        ),
        (
            "a header that is a number",
            with("/message/apns/headers", "apns-priority", json!(10)),
        ),
        ("two targets", with("/message", "fid", json!(FID))),
        ("a reserved word", with("/message/data", "from", json!("x"))),
    ]
}

#[tokio::test]
async fn googles_description_takes_every_body_and_pyjwt_the_statement() {
    let google = Google::start(vec![], vec![]).await;
    let channel = google.channel();
    for (n, text) in (0..).zip(texts()) {
        for to in [TOKEN, FID] {
            let outcome = send(&channel, message_of(n, to, text.clone()))
                .await
                .unwrap();
            assert_eq!(outcome.as_str(), "accepted");
        }
    }
    let mut bodies = Map::new();
    for (n, request) in google.firebase.seen().iter().enumerate() {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        bodies.insert(format!("good {n}"), body);
    }
    let good = bodies["good 0"].clone();
    for (name, body) in mutants(&good) {
        bodies.insert(name.to_owned(), body);
    }
    let form = String::from_utf8(google.tokens.seen()[0].body.clone()).unwrap();
    let (grant, statement) = form.split_once("&assertion=").unwrap();
    assert_eq!(
        grant,
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
    );
    let mut forged: Vec<&str> = statement.split('.').collect();
    forged[1] = "e30";
    let audience = format!("http://127.0.0.1:{}/token", google.tokens.port);
    let said = judge(&json!({
        "bodies": bodies, "statements": [statement, forged.join(".")], "audience": audience,
        "key": include_str!("fixtures/account.pub.pem"),
    }));

    let verdicts = said["bodies"].as_object().unwrap();
    assert_eq!(verdicts.len(), 8 + mutants(&good).len());
    for (name, faults) in verdicts {
        let is_clean = faults.as_array().unwrap().is_empty();
        assert_eq!(is_clean, name.starts_with("good"), "{name}: {faults}");
    }
    assert_eq!(said["path"], "v1/projects/{projectsId}/messages:send");
    let seconds = AT.0 / 1_000;
    let expected = json!({
        "iss": "push@aoba-shop.iam.gserviceaccount.com",
        "scope": "https://www.googleapis.com/auth/firebase.messaging",
        "aud": audience,
        "iat": seconds,
        "exp": seconds + 3_600,
    });
    assert_eq!(said["statements"][0]["claims"], expected);
    assert_eq!(said["statements"][0]["header"]["alg"], "RS256");
    let refused = said["statements"][1]["claims"].as_str().unwrap();
    assert_eq!(refused, "refused: InvalidSignatureError");
}

fn judge(job: &Value) -> Value {
    let script = Path::new(HERE).join("tests/it/judge.py");
    let said = feed(Command::new(python()).arg(script), &job.to_string());
    serde_json::from_str(&said).unwrap()
}

fn feed(command: &mut Command, input: &str) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the Python of the test environment: `ENISHI_TEST_VENV`, else `target/venv`, made if need be.
fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        if let Some(folder) = variable("ENISHI_TEST_VENV") {
            return PathBuf::from(folder).join("bin/python");
        }
        let target = variable("CARGO_TARGET_DIR")
            .map_or_else(|| Path::new(HERE).join("../../../target"), PathBuf::from);
        let folder = target.join("venv");
        let python = folder.join("bin/python");
        let wanted = ["-c", "import googleapiclient, jsonschema_rs, jwt"];
        let probe = Command::new(&python).args(wanted).output();
        if !probe.is_ok_and(|output| output.status.success()) {
            feed(
                Command::new("python3").args(["-m", "venv"]).arg(&folder),
                "",
            );
            let wanted = Path::new(HERE).join("../../../tests/requirements.txt");
            let install = ["-m", "pip", "install", "-q", "--no-deps", "-r"];
            feed(Command::new(&python).args(install).arg(wanted), "");
        }
        python
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test command says by environment where its tools are"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
