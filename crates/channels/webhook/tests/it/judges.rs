//! The reference libraries of the standard verify what was sent, byte for byte as it arrived.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use channel_webhook::Secret;
use serde_json::json;

use crate::{
    receiver::Receiver,
    support::{SECRET, channel, local, message_with, send},
};

/// Verifies with each secret, then a second later than is tolerated, then with a byte changed.
const VERIFY: &str = r#"
import json, sys, time
from standardwebhooks import Webhook, WebhookVerificationError
case = json.load(sys.stdin)
clock = {"now": case["now"]}
import standardwebhooks.webhooks as module
class Frozen(module.datetime):
    @classmethod
    def now(cls, tz=None):
        return module.datetime.fromtimestamp(clock["now"], tz)
module.datetime = Frozen
def verify(secret, body, shift=0):
    clock["now"] = case["now"] + shift
    try:
        Webhook(secret).verify(body, case["headers"])
        return True
    except WebhookVerificationError:
        return False
print(json.dumps({
    "old": verify(case["old"], case["body"]),
    "new": verify(case["new"], case["body"]),
    "stranger": verify(case["stranger"], case["body"]),
    "early": verify(case["old"], case["body"], -301),
    "late": verify(case["old"], case["body"], 301),
    "changed": verify(case["old"], case["body"] + " "),
}))
"#;

#[tokio::test]
async fn the_python_library_accepts_both_secrets_of_a_rotation_and_nothing_else() {
    let receiver = Receiver::start(vec![]).await;
    let new = Secret::from_bytes(vec![7; 64]).unwrap();
    let mut message = message_with(|webhook| webhook.secrets.insert(0, vec![7; 64]));
    message.recipient = channel_core::Recipient::new(local(receiver.port));
    send(&*channel(), message).await.unwrap();
    let request = receiver.requests().await.remove(0);
    let headers: serde_json::Map<String, serde_json::Value> = request
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    let case = json!({
        "headers": headers, "body": request.body, "now": 1_783_993_320,
        "old": SECRET, "new": new.reveal(), "stranger": Secret::from_bytes(vec![8; 24]).unwrap().reveal(),
    });
    let folder = std::env::temp_dir().join(format!("enishi-webhook-{}", std::process::id()));
    std::fs::write(&folder, case.to_string()).unwrap();
    let output = Command::new(python())
        .args(["-c", VERIFY])
        .stdin(std::fs::File::open(&folder).unwrap())
        .output()
        .unwrap();
    std::fs::remove_file(&folder).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        report,
        json!({"old": true, "new": true, "stranger": false, "early": false, "late": false, "changed": false})
    );
}

/// Returns the Python of the test environment: `ENISHI_TEST_VENV`, else `target/venv`, made if need be.
#[expect(
    clippy::disallowed_methods,
    reason = "the test command says by environment where its tools are"
)]
fn python() -> PathBuf {
    if let Some(folder) = std::env::var_os("ENISHI_TEST_VENV") {
        return PathBuf::from(folder).join("bin/python");
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target"),
        PathBuf::from,
    );
    let folder = target.join("venv");
    let python = folder.join("bin/python");
    let succeeds =
        |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    if !succeeds(Command::new(&python).args(["-c", "import standardwebhooks"])) {
        if !python.exists() {
            assert!(succeeds(
                Command::new("python3").args(["-m", "venv"]).arg(&folder)
            ));
        }
        let wanted = [
            "-m",
            "pip",
            "install",
            "-q",
            "--no-deps",
            "standardwebhooks==1.1.0",
        ];
        assert!(
            succeeds(Command::new(&python).args(wanted)),
            "`cargo xtask test` installs what the tests need"
        );
    }
    python
}
