//! Twilio's own code: its description of the interface, its SDK and its counter of segments.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use channel_sms::{Alphabet, Secret, SmsConfig, count, signature};
use serde_json::{Value, json};

use crate::support::{HANAKO, HOOK, TOKEN, channel, config, message, send};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn twilios_sdk_takes_our_signatures_and_its_calculator_counts_as_we_do() {
    let url = format!("{HOOK}?delivery=42");
    let fields: Vec<(String, String)> = [
        ("MessageSid", "SM1"),
        ("Body", "停止 🌸 & =+"),
        ("Abc", ""),
        ("abc", "x"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let good = signature(&Secret::new(TOKEN), &url, &fields);
    let call = |signature: &str, url: &str| json!({ "token": TOKEN, "signature": signature, "url": url, "fields": fields });
    let texts = texts();
    let said = judge(&json!({
        "calls": [call(&good, &url), call(&good, HOOK), call(&signature(&Secret::new("x"), &url, &fields), &url)],
        "texts": texts,
    }));
    assert_eq!(said["calls"], json!([true, false, false]));
    for (text, theirs) in texts.iter().zip(said["texts"].as_array().unwrap()) {
        let ours = count(text);
        let alphabet = match ours.alphabet {
            Alphabet::Gsm7 => "GSM-7",
            Alphabet::Ucs2 => "UCS-2",
        };
        assert_eq!(
            json!({ "alphabet": alphabet, "parts": ours.parts }),
            *theirs,
            "{text:?}"
        );
    }
}

/// Around every limit, in both alphabets, with what takes two places at each place.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "Sale",
        "It\u{2019}s",
        "ｶﾅ",
        "𠮷野家",
        "£5 [a|b]",
        "ça",
        "çÇ",
        "\\^{}~€",
        "a\nb",
    ]
    .map(str::to_owned)
    .into();
    for n in [
        1, 66, 67, 68, 69, 70, 71, 133, 134, 135, 152, 153, 154, 159, 160, 161, 305, 306, 307, 460,
    ] {
        for c in ["a", "€", "春", "🌸"] {
            texts.push(c.repeat(n));
            texts.push(format!("{}{c}{}", "b".repeat(n), "b".repeat(n)));
        }
    }
    texts
}

#[tokio::test]
async fn twilios_description_takes_every_form_and_refuses_what_is_none() {
    let Some(description) = variable("ENISHI_TWILIO_OPENAPI").map(PathBuf::from) else {
        eprintln!("not run: ENISHI_TWILIO_OPENAPI does not name Twilio's OpenAPI file");
        return;
    };
    let folder = std::env::temp_dir().join(format!("enishi-sms-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let prism = Prism::start(&description, &folder);
    let service = format!("MG{}", "0f".repeat(16));
    for from in ["+815012345678", "12345", "AOBA", &service] {
        let channel = channel(SmsConfig {
            from: from.to_owned(),
            ..config(&prism.base)
        });
        for text in [
            "春の感謝祭 🌸\nhttps://s.example.jp/a?b=1&c=%20",
            "a+b = c",
            &"春".repeat(670),
        ] {
            let outcome = send(&*channel, message(1, HANAKO, text)).await.unwrap();
            assert_eq!(outcome.as_str(), "accepted", "{from} {text}: {outcome:?}");
        }
    }
    // That Prism looks at all: a form that Twilio's file does not describe.
    let channel = channel(config(&prism.base));
    let prepared = channel.prepare(message(1, HANAKO, "春")).unwrap();
    let form = String::from_utf8(prepared.payload.clone()).unwrap();
    for (what, broken) in [
        ("no recipient", form.replace("To=", "Too=")),
        (
            "a word for a number",
            form.replace("ValidityPeriod=3600", "ValidityPeriod=soon"),
        ),
        (
            "a service that is none",
            format!("{form}&MessagingServiceSid=MG1"),
        ),
    ] {
        assert_ne!(broken, form);
        let mut lane = channel.open();
        lane.ready(&prepared).await.unwrap();
        let outcome = lane
            .deliver(&channel_core::Prepared {
                payload: broken.into_bytes(),
                ..prepared.clone()
            })
            .await;
        assert_ne!(outcome.as_str(), "accepted", "{what}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Answers in Twilio's place what its description allows.
struct Prism {
    child: Child,
    base: String,
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Prism {
    fn start(description: &Path, folder: &Path) -> Self {
        let strict = folder.join("strict.json");
        let script = Path::new(HERE).join("../../../tests/sms/strict.py");
        feed(
            Command::new(python())
                .arg(script)
                .arg(description)
                .arg(&strict),
            "",
        );
        let program = installed("tests/line").join("@stoplight/prism-cli/dist/index.js");
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut child = Command::new("node")
            .arg(program)
            .args([
                "mock",
                "-h",
                "127.0.0.1",
                "-p",
                &port.to_string(),
                "--errors",
            ])
            .arg(&strict)
            .stdout(Stdio::piped())
            .spawn()
            .expect("node is needed; `cargo xtask test` installs it");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let is_up = lines
            .by_ref()
            .any(|line| line.unwrap().contains("Prism is listening"));
        // A full pipe would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        let prism = Self {
            child,
            base: format!("http://127.0.0.1:{port}"),
        };
        assert!(is_up, "Prism did not start");
        prism
    }
}

fn judge(job: &Value) -> Value {
    installed("tests/sms");
    let script = Path::new(HERE).join("../../../tests/sms/judge.mjs");
    let said = feed(Command::new("node").arg(script), &job.to_string());
    serde_json::from_str(&said).unwrap()
}

/// Returns the packages of a folder, installed if need be.
fn installed(folder: &str) -> PathBuf {
    let folder = Path::new(HERE).join("../../..").join(folder);
    let modules = folder.join("node_modules");
    if !modules.exists() {
        let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        feed(Command::new("npm").current_dir(&folder).args(install), "");
    }
    modules
}

fn python() -> PathBuf {
    variable("ENISHI_TEST_VENV").map_or_else(
        || PathBuf::from("python3"),
        |folder| PathBuf::from(folder).join("bin/python"),
    )
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

#[expect(
    clippy::disallowed_methods,
    reason = "the test command says by environment where its tools are"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
