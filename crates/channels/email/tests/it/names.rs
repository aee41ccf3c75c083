//! A small DNS server of other people's making (dnspython), with a zone of the test's.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

/// A running server.
pub(crate) struct Names {
    child: Child,
    /// Where it answers.
    pub(crate) at: SocketAddr,
    _zone: tempfile::NamedTempFile,
}

impl Drop for Names {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Names {
    /// Serves records: a name, a type and a text as master files have it.
    pub(crate) fn serve(python: &Path, script: &Path, zone: &[(&str, &str, &str)]) -> Self {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let text = serde_json::to_string(zone).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let mut child = Command::new(python)
            .arg(script)
            .arg(file.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`cargo xtask test` makes the Python environment");
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap();
        Self {
            child,
            at: SocketAddr::from(([127, 0, 0, 1], port)),
            _zone: file,
        }
    }
}
