//! A PostgreSQL cluster for a run: throw-away for tests, durable for measurements.

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
const FLEETING: &[&str] = &[
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
    "log_min_messages=fatal",
    "log_min_error_statement=panic",
];

/// What PostgreSQL is shipped with, but for the two sizes that everybody is told to raise first.
const DURABLE: &[&str] = &["shared_buffers=1GB", "max_wal_size=4GB"];

/// What a cluster is for.
#[derive(Clone, Copy)]
pub(crate) enum Purpose<'a> {
    /// Many short tests: nothing needs to survive.
    Tests,
    /// Measurements: commits are synced; with a folder the cluster stays there for the next run.
    Bench(Option<&'a Path>),
}

impl Purpose<'_> {
    const fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Tests => FLEETING,
            Self::Bench(_) => DURABLE,
        }
    }
}

/// A running cluster; dropping it stops the server and deletes its files unless they are to stay.
pub(crate) struct Cluster {
    url: String,
    // Fields drop in this order: the server stops before its files go.
    service: Service,
    folder: Folder,
}

/// A folder that is deleted when dropped, unless it stays.
struct Folder {
    path: PathBuf,
    stays: bool,
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.stays {
            // A folder that stays behind is found and removed by the next run.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

impl Cluster {
    /// Starts a cluster; makes it first where there is none.
    pub(crate) fn start(workspace: &Workspace, purpose: Purpose<'_>) -> Result<Self> {
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
        let folder = match purpose {
            Purpose::Bench(Some(keep)) => kept(keep, version, user)?,
            Purpose::Tests | Purpose::Bench(None) => place(workspace, user)?,
        };
        let password = if folder.path.join("data/PG_VERSION").is_file() {
            fs::read_to_string(folder.path.join("password"))
                .context("failed to read the password of the kept cluster")?
        } else {
            let password = secret()?;
            init(&programs, &folder.path, user, &password)?;
            password
        };

        let mut last = None;
        // Between finding a free port and binding it another program may take it.
        for _ in 0..3 {
            let port = process::free_port()?;
            let options = (port, purpose.settings());
            match serve(&programs, &folder.path, user, options) {
                Ok(service) => {
                    println!(
                        "PostgreSQL {version} on 127.0.0.1:{port} in {}",
                        folder.path.display()
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
        Err(error.context(last_words(&folder.path)))
    }

    /// Returns the superuser's address of the maintenance database.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Fails when the server has ended meanwhile.
    pub(crate) fn check(&mut self) -> Result<()> {
        self.service
            .check()
            .with_context(|| last_words(&self.folder.path))
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
fn place(workspace: &Workspace, user: Option<&str>) -> Result<Folder> {
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
    let folder = Folder {
        path: parent.join(name),
        stays: false,
    };
    give(&folder.path, user)?;
    Ok(folder)
}

/// Makes or finds the folder of a cluster that stays; another version gets one of its own.
fn kept(keep: &Path, version: u32, user: Option<&str>) -> Result<Folder> {
    fs::create_dir_all(keep).with_context(|| format!("failed to create {}", keep.display()))?;
    if let Some(user) = user.filter(|user| !can_reach(keep, user)) {
        bail!(
            "PostgreSQL runs as {user}, who cannot reach {}",
            keep.display()
        );
    }
    // `-D` of a server that changes its folder must not be relative.
    let keep = fs::canonicalize(keep)?;
    let folder = Folder {
        path: keep.join(format!("postgres-{version}")),
        stays: true,
    };
    give(&folder.path, user)?;
    Ok(folder)
}

fn give(folder: &Path, user: Option<&str>) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))?;
    if let Some(user) = user {
        process::output(Command::new("chown").arg(user).arg(folder))?;
    }
    Ok(())
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

fn serve(
    programs: &Path,
    folder: &Path,
    user: Option<&str>,
    (port, settings): (u16, &[&str]),
) -> Result<Service> {
    let mut command = process::guarded(&programs.join("postgres"), user)?;
    command
        .current_dir("/")
        .arg("-D")
        .arg(folder.join("data"))
        .args(["-p", &port.to_string()])
        .args(["-c", "listen_addresses=127.0.0.1"])
        .args(["-c", "unix_socket_directories="]);
    for setting in settings {
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
        let scratch = Folder {
            path: target.clone(),
            stays: false,
        };
        let workspace = Workspace {
            root: target.clone(),
            target,
            packages: Vec::new(),
        };

        let mut cluster = Cluster::start(&workspace, Purpose::Tests).unwrap();
        cluster.check().unwrap();
        let address = cluster
            .url()
            .rsplit_once('@')
            .unwrap()
            .1
            .trim_end_matches("/postgres")
            .to_owned();
        let folder = cluster.folder.path.clone();
        assert!(TcpStream::connect(&address).is_ok());
        assert!(folder.join("data/PG_VERSION").is_file());

        drop(cluster);
        assert!(TcpStream::connect(&address).is_err());
        assert!(!folder.exists());
        drop(scratch);
    }

    #[test]
    fn a_kept_cluster_is_found_again() {
        let keep = std::env::temp_dir().join(format!("enishi-kept-{}", std::process::id()));
        let scratch = Folder {
            path: keep.clone(),
            stays: false,
        };
        let workspace = Workspace {
            root: keep.clone(),
            target: keep.clone(),
            packages: Vec::new(),
        };
        let passwords = [1, 2].map(|_| {
            let cluster = Cluster::start(&workspace, Purpose::Bench(Some(&keep))).unwrap();
            let (before, _) = cluster.url().rsplit_once('@').unwrap();
            before.to_owned()
        });
        assert_eq!(passwords[0], passwords[1]);
        drop(scratch);
        assert!(!keep.exists());
    }
}
