//! DuckDB from its Python package: a table sorted by name and time, two threads, everything warm.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, ensure};
use serde::Deserialize;
use serde_json::json;

use super::{Answered, Files, RUNS};
use crate::segments::median_of;

const SCRIPT: &str = include_str!("duckdb.py");

#[derive(Deserialize)]
struct Said {
    people: Vec<u32>,
    /// Milliseconds of each run.
    took: Vec<f64>,
}

/// Lets Python ask.
pub(super) fn ask(
    python: &Path,
    files: &Files,
    questions: &[String],
) -> anyhow::Result<Vec<Answered>> {
    let mut child = Command::new(python)
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let wanted = json!({"people": files.people, "events": files.events, "runs": RUNS, "questions": questions});
    let mut stdin = child.stdin.take().context("no way to ask")?;
    stdin.write_all(wanted.to_string().as_bytes())?;
    drop(stdin);
    let said = child.wait_with_output()?;
    ensure!(said.status.success(), "DuckDB could not answer");
    let all: Vec<Said> = serde_json::from_slice(&said.stdout)?;
    let answers = all.into_iter().map(|said| {
        let took = median_of(said.took).context("nothing was asked")?;
        let people = said.people;
        Ok(Answered { people, took })
    });
    answers.collect()
}
