//! The same nine questions to PostgreSQL and to DuckDB, on the same events: what a company would have without an index.
//!
//! Each has the narrow table that suits it best, not the product's own: integers throughout, no workspace, no JSON.

mod duckdb;
mod postgres;
mod sql;

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::ensure;

use super::{
    Took,
    data::{NO_PRODUCT, Shop},
    plain::Plain,
};
use crate::{
    figure::{Bar, Report},
    home::Home,
};

/// How often each question is asked; the median is told. Some take seconds.
const RUNS: usize = 5;
/// How many times faster than PostgreSQL the index is to be, and at which questions.
const POSTGRES_BAR: f64 = 20.0;
const POSTGRES_QUERIES: [usize; 4] = [2, 4, 7, 8];
/// How many times faster than DuckDB, at every question.
const DUCKDB_BAR: f64 = 1.0;

/// What a question was answered with, and what that took, in milliseconds.
struct Answered {
    /// Places of customers, in any order.
    people: Vec<u32>,
    took: f64,
}

/// The shop as two CSV files.
pub(super) struct Files {
    people: PathBuf,
    events: PathBuf,
}

impl Files {
    /// Writes a shop.
    pub(super) fn write(shop: &Shop, folder: &Path) -> anyhow::Result<Self> {
        let files = Self {
            people: folder.join("people.csv"),
            events: folder.join("events.csv"),
        };
        let mut out = BufWriter::new(File::create(&files.people)?);
        let people = &shop.people;
        let facts = people.gender.iter().zip(&people.prefecture);
        let facts = facts.zip(people.rank.iter().zip(&people.points));
        let rest = people.hobby.iter().zip(&people.month_day);
        let [by_email, ..] = &people.permits;
        let rest = rest.zip(by_email.iter().zip(&people.is_staff));
        for (i, (facts, rest)) in facts.zip(rest).enumerate() {
            let (((gender, prefecture), (rank, points)), ((hobby, day), (email, staff))) =
                (facts, rest);
            let (email, staff) = (u8::from(*email), u8::from(*staff));
            writeln!(
                out,
                "{i},{gender},{prefecture},{rank},{email},{points},{hobby},{day},{staff}"
            )?;
        }
        out.flush()?;
        let mut out = BufWriter::new(File::create(&files.events)?);
        for event in &shop.events {
            write!(out, "{},{},{},", event.name, event.person, event.at)?;
            let category = shop.category_of.get(usize::from(event.product));
            match category {
                Some(category) if event.product != NO_PRODUCT => {
                    write!(out, "{},{category}", event.product)?;
                }
                _ => write!(out, ",")?,
            }
            writeln!(out, ",{}", event.amount)?;
        }
        out.flush()?;
        Ok(files)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        // The run's folder goes in the end; these are large.
        for file in [&self.people, &self.events] {
            let _ = fs::remove_file(file);
        }
    }
}

/// Asks both, and tells how many times longer each took than the index.
pub(super) async fn ask(
    home: &Home,
    (files, python): (&Files, &Path),
    plain: &Plain,
    index: &[Took],
    report: &mut Report,
) -> anyhow::Result<()> {
    let questions = sql::questions(plain.wanted());
    let answers = postgres::ask(home, files, &questions).await?;
    let bar = |query| POSTGRES_QUERIES.contains(&query).then_some(POSTGRES_BAR);
    tell("PostgreSQL", &answers, (plain, index), bar, report)?;
    let answers = duckdb::ask(python, files, &questions)?;
    tell(
        "DuckDB",
        &answers,
        (plain, index),
        |_| Some(DUCKDB_BAR),
        report,
    )
}

fn tell(
    rival: &str,
    answers: &[Answered],
    (plain, index): (&Plain, &[Took]),
    bar: impl Fn(usize) -> Option<f64>,
    report: &mut Report,
) -> anyhow::Result<()> {
    for (query, (answer, took)) in (1..).zip(answers.iter().zip(index)) {
        let wanted = plain.ask(query);
        let is_all = usize::try_from(wanted.count()) == Ok(answer.people.len());
        ensure!(
            is_all && answer.people.iter().all(|person| wanted.contains(*person)),
            "{rival} finds {} at question {query}, the plain loop {}",
            answer.people.len(),
            wanted.count()
        );
        report.add(format!("{query} {rival}"), answer.took, "ms", None);
        let bar = bar(query).map(Bar::AtLeast);
        report.add("  to the index", answer.took / took.fresh, "times", bar);
    }
    Ok(())
}
