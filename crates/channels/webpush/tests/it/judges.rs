//! `http_ece` decrypts what was sent, byte for byte as it arrived; `py_vapid` and `PyJWT` verify its header.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use channel_core::Push;
use channel_webpush::MAX_PLAIN;
use serde_json::{Value, json};

use crate::support::{AT, AUTH, PRIVATE, channel, local, message_of, push, send, service};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn texts() -> Vec<Push> {
    let of = |title: &str, body: String| Push {
        title: title.to_owned(),
        body,
        link: None,
        ..push()
    };
    let mut texts = vec![
        of("春の新作", "花子さま、こんにちは。".to_owned()),
        of("👨‍👩‍👧‍👦🌸", "𠮷野家 \u{202e}abc \0\u{7f}\"\\".to_owned()),
        of("A", String::new()),
        of("", "本文だけ".to_owned()),
        push(),
    ];
    // As large as can be: grown until the very byte.
    let room = MAX_PLAIN - r#"{"body":"","id":"push_5","title":"T","v":1}"#.len();
    texts.push(of("T", "x".repeat(room)));
    texts
}

#[tokio::test]
async fn the_browser_alone_reads_every_body_and_the_header_is_verified() {
    let service = service(vec![]).await;
    let to = local(service.port);
    let channel = channel();
    for (n, text) in (0..).zip(texts()) {
        let outcome = send(&*channel, message_of(n, &to, text)).await.unwrap();
        assert_eq!(outcome.as_str(), "accepted");
    }
    let seen = service.seen();
    assert_eq!(seen.last().unwrap().body.len(), 4_096);
    let mut bodies: Vec<String> = seen
        .iter()
        .map(|one| URL_SAFE_NO_PAD.encode(&one.body))
        .collect();
    // The example of RFC 8291, and a body with one bit changed.
    bodies.push(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7\
         A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
            .to_owned(),
    );
    let mut changed = seen[0].body.clone();
    changed[100] ^= 1;
    bodies.push(URL_SAFE_NO_PAD.encode(changed));
    let authorization = seen[0].header("authorization");
    let claims = authorization.split('.').nth(1).unwrap();
    let others = String::from_utf8(URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let others = URL_SAFE_NO_PAD.encode(others.replace("push@", "evil@"));
    let forged = authorization.replace(claims, &others);
    let said = judge(&json!({
        "private": PRIVATE, "auth": AUTH, "bodies": bodies, "headers": [authorization, forged],
        "audience": format!("http://127.0.0.1:{}", service.port),
    }));

    let plain = said["plain"].as_array().unwrap();
    for (n, text) in (0_usize..).zip(texts()) {
        let read: Value = serde_json::from_str(plain[n].as_str().unwrap()).unwrap();
        assert_eq!(read["title"], text.title, "{n}");
        assert_eq!(read["body"].as_str().unwrap_or_default(), text.body, "{n}");
        assert_eq!(read["id"], format!("push_{n}"));
    }
    assert_eq!(
        plain[texts().len()],
        "When I grow up, I want to be a watermelon"
    );
    assert!(
        plain[texts().len() + 1]
            .as_str()
            .unwrap()
            .starts_with("refused")
    );

    let statement = &said["statements"][0];
    assert_eq!(statement["verified"], true);
    assert_eq!(statement["header"], json!({ "typ": "JWT", "alg": "ES256" }));
    let seconds = AT.0 / 1_000;
    let expected = json!({
        "aud": format!("http://127.0.0.1:{}", service.port),
        "exp": seconds + 12 * 3_600,
        "sub": "mailto:push@example.jp",
    });
    assert_eq!(statement["claims"], expected);
    let forged = &said["statements"][1];
    assert_ne!(forged["verified"], true);
    assert_eq!(forged["claims"], "refused: InvalidSignatureError");
}

#[test]
fn one_byte_more_than_fits_is_refused() {
    let mut text = texts().pop().unwrap();
    let to = crate::support::subscription("https://push.example.net/p/1");
    let channel = channel();
    assert_eq!(channel.validate(&message_of(5, &to, text.clone())), Ok(()));
    text.body.push('x');
    assert!(channel.validate(&message_of(5, &to, text)).is_err());
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
        let probe = Command::new(&python)
            .args(["-c", "import http_ece, py_vapid, jwt"])
            .output();
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
