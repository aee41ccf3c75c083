//! Real sends to Postfix's `smtp-sink`, which is no work of ours.

use std::process::{Child, Command, Stdio};

use channel_core::{Outcome, ReasonClass};
use tokio::net::TcpStream;

use crate::support::{channel, local_config, message_to, send};

/// A running `smtp-sink`, stopped at the end.
pub(crate) struct Sink {
    process: Child,
    pub(crate) port: u16,
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Sink {
    pub(crate) async fn start(options: &[&str]) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut command = Command::new("smtp-sink");
        let is_root = crate::support::run(Command::new("id").arg("-u")).trim() == "0";
        if is_root {
            command.args(["-u", "nobody"]);
        }
        let path = format!("{}:/usr/sbin:/sbin", path());
        let process = command
            .env("PATH", path)
            .args(options)
            .arg(format!("127.0.0.1:{port}"))
            .arg("100")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("smtp-sink (Debian: postfix) is needed; `cargo xtask test` installs it");
        let sink = Self { process, port };
        let mut ticks = tokio::time::interval(std::time::Duration::from_millis(20));
        for _ in 0..250 {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return sink;
            }
            ticks.tick().await;
        }
        panic!("smtp-sink did not start");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "smtp-sink lives in a folder of daemons"
)]
fn path() -> String {
    std::env::var("PATH").unwrap_or_default()
}

#[tokio::test]
async fn smtp_sink_takes_a_carrier_address_in_quotes() {
    let folder = tempfile::tempdir().unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(folder.path(), open).unwrap();
    let template = format!("{}/mail.", folder.path().display());
    let sink = Sink::start(&["-d", &template]).await;
    let channel = channel(local_config(sink.port));
    let outcome = send(&*channel, message_to(1, "a..b@docomo.ne.jp")).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 1);
    let dump = std::fs::read_to_string(files[0].as_ref().unwrap().path()).unwrap();
    assert!(
        dump.contains("X-Rcpt-Args: <\"a..b\"@docomo.ne.jp>"),
        "{dump}"
    );
    assert!(dump.contains("X-Mail-Args: <b+0123456789abcdef@bounce.shop.example.jp>"));
    let payload = channel
        .prepare(message_to(1, "a..b@docomo.ne.jp"))
        .unwrap()
        .payload;
    let sent = String::from_utf8(payload).unwrap().replace("\r\n", "\n");
    assert!(
        dump.contains(sent.trim_end()),
        "the message arrived as it was made"
    );
}

#[tokio::test]
async fn smtp_sink_faults_are_classified() {
    use ReasonClass::{Busy, Connection, MailboxFull, Policy, UnknownRecipient};
    for (options, expected, class) in [
        (
            &["-r", "RCPT", "-b", "450 4.2.2 mailbox full"][..],
            "not_accepted",
            MailboxFull,
        ),
        (&["-r", "DATA"], "not_accepted", Busy),
        (&["-r", "."], "not_accepted", Busy),
        (
            &["-f", "RCPT", "-B", "550 5.1.1 user unknown"],
            "suppress",
            UnknownRecipient,
        ),
        (&["-f", ".", "-B", "550 5.7.1 rejected"], "dropped", Policy),
        (&["-Q", "MAIL"], "not_accepted", Busy),
        (&["-Q", "RCPT"], "not_accepted", Busy),
        (&["-Q", "."], "not_accepted", Busy),
        (&["-q", "CONNECT"], "not_accepted", Connection),
        (&["-q", "EHLO"], "not_accepted", Connection),
        (&["-q", "DATA"], "not_accepted", Connection),
        (&["-q", "."], "unknown", Connection),
    ] {
        let sink = Sink::start(options).await;
        let channel = channel(local_config(sink.port));
        let outcome = send(&*channel, message_to(1, "hanako@example.jp")).await;
        let found = (
            outcome.as_str(),
            outcome.reason().map(|reason| reason.class),
        );
        assert_eq!(found, (expected, Some(class)), "{options:?}");
    }
}
