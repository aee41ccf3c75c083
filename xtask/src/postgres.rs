//! One throw-away PostgreSQL cluster for a run.

use std::{
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::{
    process::{self, Service},
    workspace::Workspace,
};

/// The oldest version that the product promises to work with.
const OLDEST: u32 = 15;

/// Durability costs a third of the run and a throw-away cluster has none to give; the rest is room
/// for many tests at once.
const SETTINGS: &[&str] = &[
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_connections=400",
    "shared_buffers=128MB",
    "checkpoint_timeout=1h",
    "max_wal_size=4GB",
    "jit=off",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "log_min_messages=fatal",
    "log_min_error_statement=panic",
];

/// A running cluster; dropping it stops the server and deletes its files.
pub(crate) struct Cluster {
    url: String,
    // Fields drop in this order: the server stops before its files go.
    service: Service,
    folder: Folder,
}

/// A folder that is deleted when dropped.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that stays behind is found and removed by the next run.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Cluster {
    /// Creates and starts a cluster.
    pub(crate) fn start(workspace: &Workspace) -> Result<Self> {
        let programs = programs()
            .context("PostgreSQL is not installed (initdb and postgres were not found)")?;
        let version = version(&programs)?;
        if version < OLDEST {
            bail!(
                "PostgreSQL {version} at {} is too old: {OLDEST} is needed",
                programs.display()
            );
        }
        let user = unprivileged_user()?;
        let folder = Folder(place(workspace, user)?);
        let password = secret()?;
        init(&programs, &folder.0, user, &password)?;

        let mut last = None;
        // Between finding a free port and binding it another program may take it.
        for _ in 0..3 {
            let port = process::free_port()?;
            match serve(&programs, &folder.0, user, port) {
                Ok(service) => {
                    println!(
                        "PostgreSQL {version} on 127.0.0.1:{port} in {}",
                        folder.0.display()
                    );
                    let url = format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres");
                    return Ok(Self {
                        url,
                        service,
                        folder,
                    });
                }
                Err(error) => last = Some(error),
            }
        }
        let error = last.context("no attempt was made")?;
        Err(error.context(last_words(&folder.0)))
    }

    /// Returns the superuser's address of the maintenance database.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Fails when the server has ended meanwhile.
    pub(crate) fn check(&mut self) -> Result<()> {
        self.service
            .check()
            .with_context(|| last_words(&self.folder.0))
    }
}

/// Returns the folder with `initdb` and `postgres`: the newest that Debian keeps, else the one on `PATH`.
pub(crate) fn programs() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect();
    versions.sort();
    let on_path = || {
        process::find("initdb")
            .and_then(|path| fs::canonicalize(path).ok()?.parent().map(Path::to_owned))
    };
    versions
        .pop()
        .map(|(_, folder)| folder)
        .into_iter()
        .chain(on_path())
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

/// Reads the major version: `postgres (PostgreSQL) 15.18 (Debian …)`.
fn version(programs: &Path) -> Result<u32> {
    let text = process::output(Command::new(programs.join("postgres")).arg("--version"))?;
    text.split_whitespace()
        .nth(2)
        .and_then(|version| {
            version
                .split(|c: char| !c.is_ascii_digit())
                .next()?
                .parse()
                .ok()
        })
        .with_context(|| format!("failed to read a version from {text}"))
}

/// Returns who runs the server: PostgreSQL refuses to run as root.
fn unprivileged_user() -> Result<Option<&'static str>> {
    if !process::is_root() {
        return Ok(None);
    }
    for user in ["postgres", "nobody"] {
        if process::succeeds(Command::new("id").arg(user)) {
            return Ok(Some(user));
        }
    }
    bail!("PostgreSQL does not run as root, and neither a user postgres nor nobody exists")
}

/// Makes the cluster's folder, in the target directory or, where the user cannot reach that (a home
/// folder closed to others), in the system's folder for temporary files.
fn place(workspace: &Workspace, user: Option<&str>) -> Result<PathBuf> {
    let name = format!("pg-{}", std::process::id());
    let mut parents = vec![
        workspace.target.clone(),
        std::env::temp_dir().join("enishi-test"),
    ];
    if let Some(user) = user {
        parents.retain(|parent| fs::create_dir_all(parent).is_ok() && can_reach(parent, user));
    }
    let parent = parents
        .first()
        .context("no folder that PostgreSQL's user can reach")?;
    process::sweep(parent, "pg-");
    let folder = parent.join(name);
    fs::create_dir_all(&folder)
        .with_context(|| format!("failed to create {}", folder.display()))?;
    if let Some(user) = user {
        process::output(Command::new("chown").arg(user).arg(&folder))?;
    }
    Ok(folder)
}

fn can_reach(folder: &Path, user: &str) -> bool {
    process::guarded(Path::new("/usr/bin/test"), Some(user))
        .is_ok_and(|mut command| process::succeeds(command.arg("-x").arg(folder)))
}

/// Returns a password: the loopback interface is open to everybody on the machine.
fn secret() -> Result<String> {
    let mut bytes = [0_u8; 16];
    let mut source = fs::File::open("/dev/urandom").context("failed to open /dev/urandom")?;
    std::io::Read::read_exact(&mut source, &mut bytes).context("failed to read /dev/urandom")?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

fn init(programs: &Path, folder: &Path, user: Option<&str>, password: &str) -> Result<()> {
    let pwfile = folder.join("password");
    fs::write(&pwfile, password).context("failed to write the password file")?;
    if let Some(user) = user {
        process::output(Command::new("chown").arg(user).arg(&pwfile))?;
    }
    let mut command = process::guarded(&programs.join("initdb"), user)?;
    command
        .current_dir("/")
        .arg("--pgdata")
        .arg(folder.join("data"))
        .arg("--pwfile")
        .arg(&pwfile)
        .args([
            // The password travels over loopback alone; hashing it 4,096 times per connection in a debug
            // build would cost more than the tests do.
            "--auth=password",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]);
    process::output(&mut command).context("failed to create the PostgreSQL cluster")?;
    Ok(())
}

fn serve(programs: &Path, folder: &Path, user: Option<&str>, port: u16) -> Result<Service> {
    let mut command = process::guarded(&programs.join("postgres"), user)?;
    command
        .current_dir("/")
        .arg("-D")
        .arg(folder.join("data"))
        .args(["-p", &port.to_string()]);
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    let log = fs::File::create(log(folder)).context("failed to create PostgreSQL's log")?;
    command.stderr(log);
    let mut service = Service::start("PostgreSQL", &mut command)?;
    service.wait_until(Duration::from_mins(1), || answers(port))?;
    Ok(service)
}

/// Returns whether the server speaks, which it does only when it takes connections.
fn answers(port: u16) -> bool {
    use std::io::{Read, Write};
    // The start of a session as nobody: length, protocol 3.0, `user`, `nobody`. A server that is
    // ready asks for a password (`R`), one that is not answers with an error (`E`) or not at all.
    const HELLO: &[u8] = b"\0\0\0\x15\0\x03\0\0user\0nobody\0\0";
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else {
        return false;
    };
    let mut answer = [0_u8; 1];
    stream
        .set_read_timeout(Some(Duration::from_secs(2)))
        .is_ok()
        && stream.write_all(HELLO).is_ok()
        && stream.read_exact(&mut answer).is_ok()
        && answer == *b"R"
}

/// Returns the end of the server's log, which goes with the cluster.
fn last_words(folder: &Path) -> String {
    let log = fs::read_to_string(log(folder)).unwrap_or_default();
    let lines: Vec<&str> = log.lines().rev().take(5).collect();
    format!(
        "PostgreSQL's last words: {}",
        lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
    )
}

fn log(folder: &Path) -> PathBuf {
    folder.join("server.log")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_cluster_starts_where_its_user_can_reach_and_leaves_nothing_behind() {
        // A target folder inside a home that is closed to others, as root's is.
        let target = std::env::temp_dir().join(format!("enishi-closed-{}", std::process::id()));
        fs::create_dir_all(&target).unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(0o700)).unwrap();
        let scratch = Folder(target.clone());
        let workspace = Workspace {
            root: target.clone(),
            target,
            packages: Vec::new(),
        };

        let mut cluster = Cluster::start(&workspace).unwrap();
        cluster.check().unwrap();
        let address = cluster
            .url()
            .rsplit_once('@')
            .unwrap()
            .1
            .trim_end_matches("/postgres")
            .to_owned();
        let folder = cluster.folder.0.clone();
        assert!(TcpStream::connect(&address).is_ok());
        assert!(folder.join("data/PG_VERSION").is_file());

        drop(cluster);
        assert!(TcpStream::connect(&address).is_err());
        assert!(!folder.exists());
        drop(scratch);
    }
}
