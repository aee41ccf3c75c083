//! Messages, configurations and tools that the tests share.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, OnceLock},
    time::Duration,
};

use channel_core::{
    Channel, Content, Email, FeedbackId, Mailbox, Message, Outcome, Recipient, Unsubscribe,
    dial::{AllowList, Dialler},
    rate::RatePolicy,
};
use channel_email::{
    Composer, DkimKey, DkimSigner, SmtpChannel, SmtpConfig, SmtpTimeouts, TlsMode,
};
use kernel::time::Millis;

pub(crate) const RSA: &str = include_str!("fixtures/rsa2048.pem");
pub(crate) const RSA_PKCS1: &str = include_str!("fixtures/rsa2048.pkcs1.pem");
pub(crate) const ED25519: &str = include_str!("fixtures/ed25519.pem");

/// A letter as the gallery makes them.
pub(crate) fn email() -> Email {
    Email {
        from: Mailbox {
            name: "縁ストア 🏪".to_owned(),
            address: "news@shop.example.jp".to_owned(),
        },
        reply_to: None,
        to_name: "𠮷田 花子".to_owned(),
        subject: "𠮷田さま、春の新作が届きました 🌸 今週末まで送料無料でお届けします".to_owned(),
        preheader: "今週末まで送料無料".to_owned(),
        html: HTML.to_owned(),
        text: TEXT.to_owned(),
        unsubscribe: Some(Unsubscribe {
            url: "https://e.shop.example.jp/u/AbCdEf0123456789".to_owned(),
            mailto: Some("unsubscribe@shop.example.jp".to_owned()),
        }),
        feedback_id: Some(FeedbackId {
            campaign: "cmp_42".to_owned(),
            workspace: "ws_7".to_owned(),
            kind: "campaign".to_owned(),
            sender: "enishi01".to_owned(),
        }),
        envelope_sender: Some("b+0123456789abcdef@bounce.shop.example.jp".to_owned()),
        headers: vec![("X-Campaign".to_owned(), "春".to_owned())],
        charset: channel_core::Charset::Utf8,
    }
}

const TEXT: &str = "𠮷田 花子 さま\n\n春の新作が届きました。今週末まで送料無料です。\n.\n..\nhttps://shop.example.jp/spring\n\n縁ストア 東京都千代田区1-1\n配信停止: https://e.shop.example.jp/u/AbCdEf0123456789\n";

const HTML: &str = r#"<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><title>春の新作</title></head>
<body style="margin:0;background:#f6f6f4">
<div style="display:none">今週末まで送料無料</div>
<table role="presentation" width="100%"><tr><td align="center">
<h1 style="font-size:24px">𠮷田 花子 さま 🌸</h1>
<p>春の新作が届きました。今週末まで送料無料です。お店でもオンラインでもご覧いただけます。</p>
<p><a href="https://shop.example.jp/spring">新作を見る</a></p>
<p style="font-size:12px">縁ストア 東京都千代田区1-1<br><a href="https://e.shop.example.jp/u/AbCdEf0123456789">配信停止</a></p>
</td></tr></table></body></html>
"#;

/// Message number `n` to an address.
pub(crate) fn message_to(n: i64, address: &str) -> Message {
    Message {
        delivery_id: n,
        idempotency_key: format!("0197-{n:08}"),
        recipient: Recipient::new(address),
        at: Millis(1_795_330_800_000),
        content: Content::Email(Box::new(email())),
    }
}

/// A message whose email has been changed.
pub(crate) fn message_with(change: impl FnOnce(&mut Email)) -> Message {
    let mut email = email();
    change(&mut email);
    Message {
        content: Content::Email(Box::new(email)),
        ..message_to(1, "hanako@example.jp")
    }
}

/// A composer that signs twice, RSA first.
pub(crate) fn signing_composer() -> Composer {
    let signer = |selector, pem| {
        DkimSigner::new("shop.example.jp", selector, DkimKey::from_pem(pem).unwrap())
    };
    Composer::new(vec![signer("rsa", RSA), signer("ed", ED25519)])
}

/// A configuration for a server on this machine, quick to lose patience.
pub(crate) fn local_config(port: u16) -> SmtpConfig {
    SmtpConfig {
        tls: TlsMode::None,
        hello: Some("sender.test".to_owned()),
        timeouts: SmtpTimeouts {
            connect: Duration::from_secs(5),
            command: Duration::from_secs(5),
            data: Duration::from_millis(700),
            idle: Duration::from_secs(20),
        },
        ..SmtpConfig::new("127.0.0.1", port)
    }
}

/// A channel to a server on this machine.
pub(crate) fn channel(config: SmtpConfig) -> Arc<dyn Channel> {
    let dialler = Dialler::new(AllowList::loopback());
    Arc::new(SmtpChannel::new(config, Composer::default(), dialler, RatePolicy::default()).unwrap())
}

/// Sends one message through a lane of its own.
pub(crate) async fn send(channel: &dyn Channel, message: Message) -> Outcome {
    let mut session = channel.open();
    let prepared = channel.prepare(message).unwrap();
    if let Err(not_ready) = session.ready(&prepared).await {
        return not_ready.into();
    }
    let outcome = session.deliver(&prepared).await;
    session.close().await;
    outcome
}

/// Returns the Python of the test environment: `ENISHI_TEST_VENV`, else `target/venv`, made if need
/// be.
pub(crate) fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(find_python)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test command says by environment where its tools are"
)]
fn find_python() -> PathBuf {
    if let Some(folder) = std::env::var_os("ENISHI_TEST_VENV") {
        return PathBuf::from(folder).join("bin/python");
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target"),
        PathBuf::from,
    );
    let folder = target.join("venv");
    let python = folder.join("bin/python");
    let works = |python: &Path| {
        let probe = Command::new(python)
            .args(["-c", "import dkim, nacl, anymail, sns_message_validator"])
            .output();
        probe.is_ok_and(|output| output.status.success())
    };
    if !works(&python) {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder));
        // `python -m pip`: the script beside it goes where the folder was when it was made.
        let wanted = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../tests/requirements.txt"
        );
        let install = ["-m", "pip", "install", "-q", "--no-deps", "-r", wanted];
        run(Command::new(&python).args(install));
    }
    python
}

/// Runs a program to its end and returns what it printed.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?} could not be started: {error}; `cargo xtask test` installs what the tests need"));
    assert!(
        output.status.success(),
        "{command:?} failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a program on an input and returns what it printed.
pub(crate) fn feed(command: &mut Command, input: &[u8]) -> String {
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
