//! The server under test as a process of its own.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

use crate::{home::Home, http::Connection};

/// How long a graceful stop may take.
const GRACE: Duration = Duration::from_secs(55);

/// A running server; dropping it stops it.
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
    /// Where it listens.
    pub(crate) port: u16,
    /// From its start until it was ready.
    pub(crate) took: Duration,
}

/// What to start.
pub(crate) struct Start<'a> {
    /// Where its files are.
    pub(crate) data_dir: &'a Path,
    /// Its database; `None` for the sample company on SQLite.
    pub(crate) url: Option<&'a str>,
    /// How long it may take.
    pub(crate) patience: Duration,
}

impl Server {
    /// Starts a server and waits until it is ready.
    pub(crate) async fn start(home: &Home, start: Start<'_>) -> anyhow::Result<Self> {
        Self::start_with(home, start, &[]).await
    }

    /// Starts a server with further settings, as names of its environment.
    pub(crate) async fn start_with(
        home: &Home,
        start: Start<'_>,
        settings: &[(&str, String)],
    ) -> anyhow::Result<Self> {
        let port = free_port()?;
        let log = start.data_dir.with_extension("log");
        let out =
            File::create(&log).with_context(|| format!("failed to create {}", log.display()))?;
        let mut command = Command::new(&home.server);
        match start.url {
            Some(url) => command
                .arg("serve")
                .env("ENISHI__SERVER__DATA_DIR", start.data_dir)
                .env("ENISHI__SERVER__LISTEN", format!("127.0.0.1:{port}"))
                .env(
                    "ENISHI__SERVER__PUBLIC_URL",
                    format!("http://127.0.0.1:{port}"),
                )
                .env("ENISHI__DATABASE__URL", url),
            None => command
                .args(["demo", "--port", &port.to_string(), "--data-dir"])
                .arg(start.data_dir),
        };
        let began = Instant::now();
        let child = command
            .env("ENISHI__SECURITY__ALLOW_PRIVATE", "[\"127.0.0.1/32\"]")
            .env("ENISHI__LOG__FILTER", "warn")
            .envs(settings.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::null())
            .stderr(out.try_clone()?)
            .stdout(out)
            .spawn()
            .with_context(|| format!("failed to start {}", home.server.display()))?;
        let mut server = Self {
            child,
            log,
            port,
            took: Duration::ZERO,
        };
        while !server.is_ready().await {
            server.check()?;
            if began.elapsed() > start.patience {
                bail!("the server was not ready after {:?}", start.patience);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        server.took = began.elapsed();
        Ok(server)
    }

    /// Returns the process's number.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Fails when the server has ended.
    pub(crate) fn check(&mut self) -> anyhow::Result<()> {
        if let Some(status) = self.child.try_wait()? {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            bail!("the server ended with {status}:\n{log}");
        }
        Ok(())
    }

    /// Stops it gracefully and returns what it logged: warnings and errors only.
    pub(crate) async fn stop(mut self) -> anyhow::Result<String> {
        interrupt(&self.child);
        let began = Instant::now();
        while self.child.try_wait()?.is_none() {
            if began.elapsed() > GRACE {
                bail!("the server did not stop");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(fs::read_to_string(&self.log).unwrap_or_default())
    }

    /// Kills it, as a machine that loses its power does.
    pub(crate) fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    async fn is_ready(&self) -> bool {
        let ask = async {
            let mut connection = Connection::open(self.port).await?;
            connection.get("/readyz", "Connection: close\r\n").await
        };
        ask.await.is_ok_and(|answer| answer.is_good())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            // Only after a failure: what it was doing is thrown away with its folder.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Returns a loopback port that nobody listens on at this moment.
pub(crate) fn free_port() -> anyhow::Result<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    Ok(listener.local_addr()?.port())
}

fn interrupt(child: &Child) {
    let id = child.id().to_string();
    // A process that is gone already needs no signal.
    let _ = Command::new("kill").args(["-INT", &id]).status();
}
