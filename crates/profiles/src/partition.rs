//! Monthly partitions of the event table (PostgreSQL); SQLite has one table.
//!
//! A partition is made before the first event of its month is written, outside the transaction that
//! writes it. Whoever writes events of any time names them first ([`Partitions::ensure`]); whoever writes what
//! happens now relies on [`ahead`], which the server calls at its start and every hour. What lies outside
//! the kept range goes to the default partition.

use std::collections::HashSet;

use chrono::{Datelike, NaiveDate};
use kernel::time::{DAY, Millis};
use parking_lot::Mutex;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Db, Dialect, StorageError, sql};

const YEARS_BACK: i64 = 10;
const DAYS_AHEAD: i64 = 40;
/// A lock key of its own, apart from workspaces and migrations.
const LOCK_KEY: i64 = 7_242;

/// The months that are known to have their partition.
#[derive(Debug, Default)]
pub struct Partitions(Mutex<HashSet<(i32, u32)>>);

impl Partitions {
    /// Makes the partitions that some instants fall into.
    ///
    /// # Errors
    /// When the database does not answer. A month that cannot get its partition is no error: its
    /// events go to the default one.
    pub async fn ensure(
        &self,
        db: &Db,
        now: Millis,
        instants: &[Millis],
    ) -> Result<(), StorageError> {
        if db.dialect() == Dialect::Sqlite {
            return Ok(());
        }
        let (from, to) = (
            now.plus(-YEARS_BACK * 366 * DAY),
            now.plus(DAYS_AHEAD * DAY),
        );
        let months: HashSet<(i32, u32)> = instants
            .iter()
            .filter(|at| **at >= from && **at <= to)
            .map(|at| at.to_utc())
            .map(|time| (time.year(), time.month()))
            .collect();
        if self.missing(&months).is_empty() {
            return Ok(());
        }
        // One look instead of a statement a month: a file of orders may span years.
        let there = existing(db).await?;
        self.0.lock().extend(there);
        for (year, month) in self.missing(&months) {
            if let Err(error) = create(db, year, month).await {
                if matches!(
                    error,
                    StorageError::Db(DbErr::Conn(_) | DbErr::ConnectionAcquire(_))
                ) {
                    return Err(error);
                }
                tracing::warn!(%error, year, month, "no partition for a month of events; they go to the default one");
            }
            self.0.lock().insert((year, month));
        }
        Ok(())
    }

    fn missing(&self, months: &HashSet<(i32, u32)>) -> Vec<(i32, u32)> {
        let known = self.0.lock();
        let mut missing: Vec<_> = months.difference(&known).copied().collect();
        missing.sort_unstable();
        missing
    }
}

/// Makes the partitions of this month and the next.
///
/// # Errors
/// When the database does not answer.
pub async fn ahead(db: &Db, now: Millis) -> Result<(), StorageError> {
    let soon = [now, now.plus(31 * DAY)];
    Partitions::default().ensure(db, now, &soon).await
}

/// Returns the months that have their partition.
async fn existing(db: &Db) -> Result<Vec<(i32, u32)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Named {
        name: String,
    }
    let rows: Vec<Named> = sql::all(
        db.writer(),
        "SELECT c.relname::text AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = 'event'::regclass",
        [],
    )
    .await?;
    let month = |row: &Named| {
        let (year, month) = row.name.strip_prefix("event_")?.split_once('_')?;
        Some((year.parse().ok()?, month.parse().ok()?))
    };
    Ok(rows.iter().filter_map(month).collect())
}

async fn create(db: &Db, year: i32, month: u32) -> Result<(), StorageError> {
    let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap_or_default();
    let next = first
        .checked_add_months(chrono::Months::new(1))
        .unwrap_or(first);
    let millis = |day: NaiveDate| {
        day.and_time(chrono::NaiveTime::MIN)
            .and_utc()
            .timestamp_millis()
    };
    let tx = db.begin().await?;
    sql::rows(&tx, "SELECT pg_advisory_xact_lock($1)", [LOCK_KEY.into()]).await?;
    let text = format!(
        "CREATE TABLE IF NOT EXISTS event_{year:04}_{month:02} PARTITION OF event FOR VALUES FROM ({}) TO ({})",
        millis(first),
        millis(next)
    );
    tx.execute_unprepared(&text).await?;
    Ok(tx.commit().await?)
}
