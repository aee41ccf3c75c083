//! Postfix's `smtp-sink`, which takes mail and counts it.

use std::{
    fs,
    io::Read,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::Context;

use crate::{machine, server};

/// A running sink.
pub(super) struct Sink {
    child: Child,
    count: Arc<AtomicU64>,
    /// Where it listens.
    pub(super) port: u16,
}

impl Sink {
    /// Starts a sink for so many connections.
    pub(super) fn start(lanes: u32) -> anyhow::Result<Self> {
        let port = server::free_port()?;
        let mut command = Command::new(program());
        // It refuses to run as root without a user to become.
        if is_root() {
            command.args(["-u", "nobody"]);
        }
        let mut child = command
            .args(["-c", &format!("127.0.0.1:{port}"), &(lanes + 8).to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("failed to start smtp-sink (Debian: postfix)")?;
        let count = Arc::new(AtomicU64::new(0));
        let out = child.stdout.take().context("the sink has no output")?;
        let counted = count.clone();
        thread::spawn(move || read(out, &counted));
        // It listens before it writes anything, so there is nothing to wait for but its start.
        for _ in 0..100 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(Self { child, count, port });
            }
            thread::sleep(Duration::from_millis(50));
        }
        anyhow::bail!("smtp-sink does not listen")
    }

    /// Returns how many mails have arrived, by the sink's own counter.
    pub(super) fn mails(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Returns the bytes of a mail, commands included.
    #[expect(clippy::cast_precision_loss, reason = "a mean for people")]
    pub(super) fn mean_size(&self) -> f64 {
        let bytes = machine::bytes_read(self.child.id()).unwrap_or(0.0);
        bytes / self.mails().max(1) as f64
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It holds nothing that could be lost.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Tells whether this process is root's: its folder in `/proc` belongs to its user.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|folder| folder.uid() == 0)
}

fn program() -> PathBuf {
    // Debian keeps it where daemons are, which is on few people's search path.
    let usual = Path::new("/usr/sbin/smtp-sink");
    if usual.is_file() {
        usual.to_owned()
    } else {
        "smtp-sink".into()
    }
}

/// Follows `sess=1 quit=0 mesg=17␍`, which the sink writes after every mail.
fn read(mut out: impl Read, count: &AtomicU64) {
    let mut buffer = vec![0; 64 << 10];
    let mut rest = String::new();
    while let Ok(n @ 1..) = out.read(&mut buffer) {
        rest.push_str(&String::from_utf8_lossy(
            buffer.get(..n).unwrap_or_default(),
        ));
        let Some((whole, begun)) = rest.rsplit_once('\r') else {
            continue;
        };
        let last = whole.rsplit_once("mesg=").map(|(_, n)| n);
        if let Some(n) = last.and_then(|n| n.parse().ok()) {
            count.store(n, Ordering::Relaxed);
        }
        rest = begun.to_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_whole_count_counts() {
        let count = AtomicU64::new(0);
        read(
            "sess=0 quit=0 mesg=1\rsess=0 quit=0 mesg=12\rsess=0 quit=0 me".as_bytes(),
            &count,
        );
        assert_eq!(count.into_inner(), 12);
    }
}
