//! Monthly partitions of the event table (PostgreSQL); SQLite has one table.
//!
//! A partition is made before the first event of its month is written, outside the transaction that
//! writes it. What lies outside the kept range goes to the default partition.

use std::collections::HashSet;

use chrono::{Datelike, NaiveDate};
use kernel::time::{DAY, Millis};
use parking_lot::Mutex;
use sea_orm::{ConnectionTrait, DbErr};
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
        let missing: HashSet<(i32, u32)> = {
            let known = self.0.lock();
            instants
                .iter()
                .filter(|at| **at >= from && **at <= to)
                .map(|at| at.to_utc())
                .map(|time| (time.year(), time.month()))
                .filter(|month| !known.contains(month))
                .collect()
        };
        for (year, month) in missing {
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
