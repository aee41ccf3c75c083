//! Node.js: the fake APNs in its own HTTP/2, and the client that proves it.

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Lines},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

use crate::support::{KEY_ID, TEAM, TOPIC};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(HERE).join("tests/it/fixtures").join(name)
}

/// The certificate that names `localhost`, and the authority behind it.
pub(crate) fn certificate(name: &str) -> PathBuf {
    Path::new(HERE)
        .join("../webhook/tests/it/fixtures")
        .join(name)
}

fn folder() -> PathBuf {
    let folder = Path::new(HERE).join("../../../tests/push");
    if !folder.join("node_modules/@parse/node-apn").exists() {
        let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        let status = Command::new("npm")
            .current_dir(&folder)
            .args(install)
            .output();
        assert!(
            status.is_ok_and(|output| output.status.success()),
            "`cargo xtask test` installs what the tests need"
        );
    }
    folder
}

/// A running fake; it ends with its test.
pub(crate) struct Fake {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    pub(crate) port: u16,
}

impl Drop for Fake {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Fake {
    /// Starts one that does as told with the requests of some devices.
    pub(crate) fn start(acts: &HashMap<String, Vec<Value>>) -> Self {
        let config = json!({
            "cert": certificate("server.pem"), "key": certificate("server.key.pem"),
            "publicKey": fixture("AuthKey.pub.pem"), "team": TEAM, "keyId": KEY_ID, "topic": TOPIC, "acts": acts,
        });
        let mut child = Command::new("node")
            .arg(folder().join("apns.mjs"))
            .arg(config.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        let port = u16::try_from(first["port"].as_u64().unwrap()).unwrap();
        Self { child, lines, port }
    }

    /// Returns the next request that arrived. It is printed before it is answered.
    pub(crate) fn next(&mut self) -> Value {
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }
}

/// Lets the client of others send to devices, and returns what it says came of it.
pub(crate) fn reference(port: u16, devices: &[String]) -> Value {
    let config = json!({
        "port": port, "ca": certificate("ca.pem"), "key": fixture("AuthKey.p8"), "team": TEAM, "keyId": KEY_ID,
        "topic": TOPIC, "devices": devices,
    });
    let output = Command::new("node")
        .arg(folder().join("reference.mjs"))
        .arg(config.to_string())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    serde_json::from_slice(&output.stdout).unwrap()
}
