//! Starting other programs and never leaving one behind.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// How long a service may take to stop by itself.
const GRACE: Duration = Duration::from_secs(15);

/// Runs a command in the open; a status other than zero is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = describe(command);
    println!("$ {line}");
    let status = command
        .status()
        .with_context(|| format!("failed to start {line}"))?;
    if !status.success() {
        bail!("{line} ended with {status}");
    }
    Ok(())
}

/// Runs a command silently and returns its standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let line = describe(command);
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("failed to start {line}"))?;
    if !output.status.success() {
        bail!("{line} ended with {}", output.status);
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("{line} printed something that is not UTF-8"))
}

/// Returns whether a command starts and succeeds, showing nothing.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Returns the path of a program: `PATH` first, then where daemons live.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = crate::env::var("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin", "/usr/local/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}

/// Returns whether this process may do everything, which PostgreSQL refuses to run as.
pub(crate) fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// Builds a command whose process ends with this one, however this one ends.
///
/// Ctrl-C reaches the whole process group by itself; `setpriv --pdeathsig` covers a kill of xtask
/// alone, and `Service`'s drop every other way out. `user` is who it runs as.
pub(crate) fn guarded(program: &Path, user: Option<&str>) -> Result<Command> {
    let Some(setpriv) = find("setpriv") else {
        if let Some(user) = user {
            bail!(
                "cannot run {} as {user}: setpriv (util-linux) is missing",
                program.display()
            );
        }
        return Ok(Command::new(program));
    };
    let mut command = Command::new(setpriv);
    command.args(["--pdeathsig", "INT"]);
    if let Some(user) = user {
        command.args(["--reuid", user, "--regid", user, "--init-groups"]);
    }
    command.arg("--").arg(program);
    Ok(command)
}

/// A program in the background, stopped when this value is dropped.
pub(crate) struct Service {
    name: &'static str,
    child: Child,
}

impl Service {
    /// Starts the command in the background.
    pub(crate) fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("failed to start {}", describe(command)))?;
        Ok(Self { name, child })
    }

    /// Fails when the program has ended by itself.
    pub(crate) fn check(&mut self) -> Result<()> {
        if let Some(status) = self
            .child
            .try_wait()
            .with_context(|| format!("failed to watch {}", self.name))?
        {
            bail!("{} ended by itself with {status}", self.name);
        }
        Ok(())
    }

    /// Waits until `ready` answers yes, as long as the program lives.
    pub(crate) fn wait_until(
        &mut self,
        patience: Duration,
        mut ready: impl FnMut() -> bool,
    ) -> Result<()> {
        let start = Instant::now();
        while start.elapsed() < patience {
            self.check()?;
            if ready() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(100));
        }
        bail!("{} was not ready after {} s", self.name, patience.as_secs())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // SIGINT: PostgreSQL's fast shutdown and the server's graceful one.
        succeeds(Command::new("kill").args(["-INT", &self.child.id().to_string()]));
        let start = Instant::now();
        while start.elapsed() < GRACE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        // Nothing better is left to do with a failure here than to let the process end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Removes the folders `<prefix><process id>` of runs that were killed before they could do so.
pub(crate) fn sweep(parent: &Path, prefix: &str) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(run) = name.to_str().and_then(|name| name.strip_prefix(prefix)) else {
            continue;
        };
        let is_number = !run.is_empty() && run.chars().all(|c| c.is_ascii_digit());
        if is_number && !succeeds(Command::new("kill").args(["-0", run])) {
            // What cannot be removed is in nobody's way.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Returns a loopback port that nobody listens on at this moment.
pub(crate) fn free_port() -> Result<u16> {
    let listener =
        std::net::TcpListener::bind(("127.0.0.1", 0)).context("failed to bind a loopback port")?;
    Ok(listener
        .local_addr()
        .context("failed to read the bound port")?
        .port())
}

/// Writes a command as one would type it.
fn describe(command: &Command) -> String {
    let mut line = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program())
        .to_string_lossy()
        .into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_service_is_gone() {
        let mut command = guarded(Path::new("/bin/sleep"), None).unwrap();
        let service = Service::start("sleep", command.arg("600")).unwrap();
        let id = service.child.id().to_string();
        assert!(succeeds(Command::new("kill").args(["-0", &id])));
        drop(service);
        assert!(!succeeds(Command::new("kill").args(["-0", &id])));
    }

    #[test]
    fn a_failing_command_is_an_error_that_names_it() {
        let error = output(Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        assert!(error.to_string().contains("sh -c exit 3"), "{error}");
    }

    #[test]
    fn only_the_folders_of_dead_runs_are_swept() {
        let parent = std::env::temp_dir().join(format!("enishi-sweep-{}", std::process::id()));
        let alive = format!("run-{}", std::process::id());
        // Above the kernel's highest process id.
        for name in [alive.as_str(), "run-4194999", "run-", "other-4194999"] {
            fs::create_dir_all(parent.join(name)).unwrap();
        }
        sweep(&parent, "run-");
        let mut left: Vec<_> = fs::read_dir(&parent)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        let mut expected = ["other-4194999", "run-", alive.as_str()].map(std::ffi::OsString::from);
        expected.sort();
        assert_eq!(left, expected);
        fs::remove_dir_all(parent).unwrap();
    }

    #[test]
    fn a_service_that_dies_is_not_waited_for() {
        let mut service = Service::start("true", &mut Command::new("true")).unwrap();
        let error = service
            .wait_until(Duration::from_secs(30), || false)
            .unwrap_err();
        assert!(error.to_string().contains("ended by itself"), "{error}");
    }
}
