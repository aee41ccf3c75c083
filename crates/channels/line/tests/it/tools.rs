//! The independent judges: Python with LINE's SDK, Node.js with Prism.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use serde_json::Value;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// Gives the Python judge a job and returns what it says.
pub(crate) fn judge(job: &Value) -> Value {
    let script = Path::new(HERE).join("tests/it/judge.py");
    let said = feed(Command::new(python()).arg(script), &job.to_string());
    serde_json::from_str(&said).unwrap()
}

/// Runs a program on an input to its end and returns what it printed.
pub(crate) fn feed(command: &mut Command, input: &str) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("{command:?} is needed ({error}); `cargo xtask test` installs it")
        });
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
pub(crate) fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        if let Some(folder) = variable("ENISHI_TEST_VENV") {
            return PathBuf::from(folder).join("bin/python");
        }
        let target = variable("CARGO_TARGET_DIR")
            .map_or_else(|| Path::new(HERE).join("../../../target"), PathBuf::from);
        let python = target.join("venv/bin/python");
        let probe = Command::new(&python)
            .args(["-c", "import linebot.v3, jwt, yaml"])
            .output();
        if !probe.is_ok_and(|output| output.status.success()) {
            feed(
                Command::new("python3")
                    .args(["-m", "venv"])
                    .arg(target.join("venv")),
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

/// Returns where LINE's own description of its Messaging API lies, its neighbours beside it.
pub(crate) fn description() -> Option<PathBuf> {
    variable("ENISHI_LINE_OPENAPI").map(PathBuf::from)
}

/// Prism between the channel and the platform: it holds requests and answers against LINE's own file.
pub(crate) struct Prism {
    child: Child,
    pub(crate) base: String,
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Prism {
    /// Starts it before a platform, and waits until it listens.
    pub(crate) fn start(description: &Path, platform: &str, folder: &Path) -> Self {
        let line = Path::new(HERE).join("../../../tests/line");
        let program = line.join("node_modules/@stoplight/prism-cli/dist/index.js");
        if !program.exists() {
            let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
            feed(Command::new("npm").current_dir(&line).args(install), "");
        }
        let strict = folder.join("strict.json");
        feed(
            Command::new(python())
                .arg(line.join("strict.py"))
                .arg(description)
                .arg(&strict),
            "",
        );
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut child = Command::new("node")
            .arg(program)
            .args([
                "proxy",
                "-h",
                "127.0.0.1",
                "-p",
                &port.to_string(),
                "--errors",
            ])
            .arg(&strict)
            .arg(platform)
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
