//! What takes over three minutes and so runs by hand: long forms of tests, each from one entry of a table.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{
    env,
    postgres::{Cluster, Purpose},
    process, tools,
    workspace::{Workspace, cargo},
};

/// Options of `soak`.
#[derive(clap::Args)]
pub(crate) struct SoakArgs {
    /// Which; none runs all.
    name: Option<String>,
    /// The seed of chance, to see a failure again; without it every run has a new one.
    #[arg(long)]
    seed: Option<u64>,
    /// Tell what there is and how it is run.
    #[arg(long)]
    list: bool,
}

/// One long test. Release, so that most of the time is spent in what is tested.
struct Soak {
    name: &'static str,
    what: &'static str,
    /// The arguments of `cargo test --release`.
    test: &'static [&'static str],
    /// What makes it long.
    long: &'static [(&'static str, &'static str)],
    /// The variable that takes the seed, where chance has a part.
    seed: Option<&'static str>,
}

/// A new long test is a new entry here.
const SOAKS: &[Soak] = &[
    Soak {
        name: "kill",
        what: "three kills among 20,000 recipients, on both databases",
        test: &[
            "--package",
            "server",
            "--test",
            "it",
            "three_kills",
            "--",
            "--test-threads=1",
        ],
        long: &[("ENISHI_KILL_RECIPIENTS", "20000")],
        // Its moments are those of the real clock.
        seed: None,
    },
    Soak {
        name: "import-kill",
        what: "two kills in a file of 1,000,000 order lines, on both databases",
        test: &[
            "--package",
            "server",
            "--test",
            "it",
            "import_kill::",
            "--",
            "--test-threads=1",
        ],
        long: &[("ENISHI_IMPORT_LINES", "1000000")],
        seed: None,
    },
    Soak {
        name: "upload",
        what: "a CSV file of 2.2 GB in little memory, on both databases",
        test: &[
            "--package",
            "server",
            "--test",
            "it",
            "uploads::a_large_file",
            "--",
            "--test-threads=1",
        ],
        long: &[("ENISHI_UPLOAD_BYTES", "2200000000")],
        seed: None,
    },
    Soak {
        name: "segments",
        what: "100,000 random segment trees, SQL on both databases against plain reading",
        test: &["--package", "segmentation", "--test", "it", "random_trees"],
        long: &[("ENISHI_SEGMENT_TREES", "100000")],
        seed: Some("ENISHI_SEGMENT_SEED"),
    },
    Soak {
        name: "index",
        what: "1,000 random histories: an index that followed against one built anew",
        test: &["--package", "index", "--test", "it", "history"],
        long: &[("ENISHI_INDEX_HISTORIES", "1000")],
        seed: Some("ENISHI_INDEX_SEED"),
    },
    Soak {
        name: "properties",
        what: "100,000 cases of each property that needs no database",
        test: &[
            "--lib",
            "--package",
            "kernel",
            "--package",
            "index",
            "--package",
            "channel-core",
            "--package",
            "channel-email",
            "--package",
            "campaigns",
            "--package",
            "profiles",
        ],
        long: &[("PROPTEST_CASES", "100000")],
        seed: Some("PROPTEST_RNG_SEED"),
    },
    Soak {
        name: "contents",
        what: "100,000 hostile data and templates",
        test: &["--package", "contents", "--test", "it", "property::"],
        long: &[("PROPTEST_CASES", "100000")],
        seed: Some("PROPTEST_RNG_SEED"),
    },
];

impl Soak {
    /// Writes how it is run, as one would type it.
    fn line(&self, seed: u64) -> String {
        let long = self
            .long
            .iter()
            .map(|(name, value)| format!("{name}={value} "));
        let seed = self.seed.map(|name| format!("{name}={seed} "));
        let variables: String = long.chain(seed).collect();
        format!("{variables}cargo test --release {}", self.test.join(" "))
    }

    fn run(&self, database_url: &str, seed: u64) -> Result<()> {
        println!("\n=== {}: {}\n{}", self.name, self.what, self.line(seed));
        let mut command = cargo();
        command
            .args(["test", "--release"])
            .args(self.test)
            .env("TEST_DATABASE_URL", database_url)
            .envs(self.long.iter().copied());
        if let Some(name) = self.seed {
            command.env(name, seed.to_string());
        }
        process::run(&mut command)
    }
}

/// Runs one or all.
pub(crate) fn run(args: &SoakArgs) -> Result<()> {
    let seed = args.seed.map_or_else(fresh_seed, Ok)?;
    if args.list {
        for soak in SOAKS {
            println!(
                "{:<12} {}\n{:<12} {}",
                soak.name,
                soak.what,
                "",
                soak.line(seed)
            );
        }
        return Ok(());
    }
    let is_wanted = |soak: &&Soak| args.name.as_ref().is_none_or(|name| name == soak.name);
    let wanted: Vec<&Soak> = SOAKS.iter().filter(is_wanted).collect();
    if wanted.is_empty() {
        let names: Vec<&str> = SOAKS.iter().map(|soak| soak.name).collect();
        bail!("there is no such soak; there are {}", names.join(", "));
    }
    tools::ensure()?;
    let (database_url, _cluster) = database()?;
    let mut failed = Vec::new();
    let mut summary = Vec::new();
    for soak in wanted {
        let began = Instant::now();
        let outcome = soak.run(&database_url, seed);
        if let Err(error) = &outcome {
            println!("{error:#}");
            failed.push(soak.name);
        }
        summary.push((outcome.is_ok(), began.elapsed(), soak.line(seed)));
    }
    println!("\n=== summary");
    for (is_ok, took, line) in &summary {
        println!("{}", told(*is_ok, *took, line));
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("failed: {}", failed.join(", "))
}

fn told(is_ok: bool, took: Duration, line: &str) -> String {
    let verdict = if is_ok { "passed" } else { "FAILED" };
    format!("{verdict}  {:>5} s  {line}", took.as_secs())
}

/// Returns the caller's PostgreSQL, else one for this run.
fn database() -> Result<(String, Option<Cluster>)> {
    if let Some(url) = env::var("TEST_DATABASE_URL") {
        return Ok((url, None));
    }
    let cluster = Cluster::start(&Workspace::load()?, Purpose::Tests)?;
    Ok((cluster.url().to_owned(), Some(cluster)))
}

/// Reads a seed from the kernel.
fn fresh_seed() -> Result<u64> {
    let mut seed = [0; 8];
    let mut source = std::fs::File::open("/dev/urandom").context("failed to open /dev/urandom")?;
    std::io::Read::read_exact(&mut source, &mut seed).context("failed to read /dev/urandom")?;
    Ok(u64::from_ne_bytes(seed))
}

#[cfg(test)]
mod tests {
    use super::SOAKS;

    #[test]
    fn a_line_can_be_typed() {
        let segments = SOAKS.iter().find(|soak| soak.name == "segments").unwrap();
        assert_eq!(
            segments.line(7),
            "ENISHI_SEGMENT_TREES=100000 ENISHI_SEGMENT_SEED=7 cargo test --release --package segmentation --test it random_trees"
        );
    }
}
