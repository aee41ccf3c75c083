//! PostgreSQL with an index for each way of looking at events, both of which hold all that is asked of.

use std::{path::Path, process::Command};

use anyhow::{Context, ensure};
use sea_orm::{ConnectOptions, ConnectionTrait, Database as SeaDatabase, DatabaseConnection};
use storage::sql;

use super::{Answered, Files, RUNS};
use crate::{
    database::{Database, Kind},
    home::Home,
    segments::median_of,
};

const TABLES: &str = "
    CREATE TABLE person (id INT, gender SMALLINT, prefecture SMALLINT, rank SMALLINT, email SMALLINT, points INT,
        hobby SMALLINT, month_day SMALLINT, staff SMALLINT);
    CREATE TABLE event (name SMALLINT, person INT, ts INT, product INT, category SMALLINT, amount INT)";
const INDEXES: [&str; 4] = [
    "ALTER TABLE person ADD PRIMARY KEY (id)",
    "CREATE INDEX ON event (name, ts) INCLUDE (person, product, category, amount)",
    "CREATE INDEX ON event (person, name, ts) INCLUDE (product, category, amount)",
    "VACUUM (ANALYZE, FREEZE)",
];

/// Fills a database and asks.
pub(super) async fn ask(
    home: &Home,
    files: &Files,
    questions: &[String],
) -> anyhow::Result<Vec<Answered>> {
    let database = Database::empty(home, Kind::Postgres, "rival").await?;
    // One connection, so that what is set holds.
    let mut options = ConnectOptions::new(database.url.clone());
    let db =
        SeaDatabase::connect(options.max_connections(1).sqlx_logging(false).to_owned()).await?;
    db.execute_unprepared(TABLES).await?;
    copy(&database.url, "person", &files.people)?;
    copy(&database.url, "event", &files.events)?;
    // What sorts and hashes is to find room: no question shall be slow for want of a setting.
    for text in ["SET maintenance_work_mem = '1GB'", "SET work_mem = '512MB'"]
        .iter()
        .chain(&INDEXES)
    {
        db.execute_unprepared(text).await?;
    }
    let mut answers = Vec::new();
    for question in questions {
        answers.push(answer(&db, question).await?);
    }
    db.close().await?;
    Ok(answers)
}

async fn answer(db: &DatabaseConnection, question: &str) -> anyhow::Result<Answered> {
    let rows = sql::rows(db, question, []).await?;
    let people: Result<Vec<u32>, _> = rows
        .iter()
        .map(|row| anyhow::Ok(u32::try_from(row.try_get_by_index::<i32>(0)?)?))
        .collect();
    let counted = format!("SELECT COUNT(*) FROM ({question}) found");
    let mut took = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let began = std::time::Instant::now();
        sql::number(db, counted.as_str(), []).await?;
        took.push(began.elapsed().as_secs_f64() * 1e3);
    }
    Ok(Answered {
        people: people?,
        took: median_of(took).context("nothing was asked")?,
    })
}

/// Reads a file into a table with PostgreSQL's own client.
fn copy(url: &str, table: &str, file: &Path) -> anyhow::Result<()> {
    let text = format!("\\copy {table} from '{}' with (format csv)", file.display());
    let status = Command::new("psql")
        .args([url, "--quiet", "--command", &text])
        .status();
    ensure!(
        status
            .context("psql is not installed (Debian: postgresql-client)")?
            .success(),
        "psql could not read {}",
        file.display()
    );
    Ok(())
}
