//! Connecting, and the one way to write.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction,
    DbErr, ExecResult, QueryResult, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};

use tokio::sync::Notify;

use crate::{checkpoint::Checkpointer, dialect::Dialect};

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The address of the database is not understood.
    #[error("{0} is not a database address: use sqlite:PATH or postgres://…")]
    Address(String),
    /// Another process holds the embedded database.
    #[error("another server already uses {}: one process at a time may open an embedded database", .0.display())]
    Locked(PathBuf),
    /// A file beside the database could not be made or opened.
    #[error("failed to open {}", .0.display())]
    File(PathBuf, #[source] std::io::Error),
    /// All 256 node numbers are held by live servers.
    #[error("256 servers already share this database")]
    NoNode,
    /// Another server took the number: this one slept for longer than its lease.
    #[error("node number {0} was taken by another server")]
    NodeLost(u8),
    /// The system gave no random bytes.
    #[error("no random bytes from the system")]
    Random,
    /// The database refused or was away.
    #[error("the database did not answer as expected")]
    Db(#[from] DbErr),
}

/// Where the database is and how much of it to use.
#[derive(Debug, Clone)]
pub struct Options {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// Connections for reading (and, on PostgreSQL, writing).
    pub connections: u32,
    /// SQLite only: `synchronous=FULL`; tests switch it off for speed.
    pub durable: bool,
}

impl Options {
    /// Reads an address with the usual pool size.
    pub fn parse(url: &str) -> Result<Self, StorageError> {
        if url.starts_with("sqlite:")
            || url.starts_with("postgres://")
            || url.starts_with("postgresql://")
        {
            Ok(Self {
                url: url.to_owned(),
                connections: 8,
                durable: true,
            })
        } else {
            Err(StorageError::Address(
                url.split('@').next_back().unwrap_or_default().to_owned(),
            ))
        }
    }

    fn sqlite_path(&self) -> Option<&Path> {
        self.url
            .strip_prefix("sqlite:")
            .map(|path| Path::new(path.trim_start_matches("//")))
    }
}

/// The database: cheap to clone, shared by everything in the process.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    dialect: Dialect,
    read: DatabaseConnection,
    write: DatabaseConnection,
    /// SQLite only.
    checkpointer: Option<Checkpointer>,
    /// Held for the life of the process so that no second one opens an embedded database.
    _lock: Option<File>,
}

impl Db {
    /// Connects; for SQLite also takes the process lock and sets the pragmas.
    pub async fn connect(options: &Options) -> Result<Self, StorageError> {
        match options.sqlite_path() {
            Some(path) => Self::connect_sqlite(path, options).await,
            None => Self::connect_postgres(options).await,
        }
    }

    async fn connect_postgres(options: &Options) -> Result<Self, StorageError> {
        let mut connect = ConnectOptions::new(&options.url);
        connect
            .max_connections(options.connections)
            .min_connections(1)
            .acquire_timeout(Duration::from_secs(15))
            .sqlx_logging(false);
        let pool = Database::connect(connect).await?;
        Ok(Self(Arc::new(Inner {
            dialect: Dialect::Postgres,
            read: pool.clone(),
            write: pool,
            checkpointer: None,
            _lock: None,
        })))
    }

    async fn connect_sqlite(path: &Path, options: &Options) -> Result<Self, StorageError> {
        let lock = take_process_lock(path)?;
        // The writer opens first: it creates the file and switches it to WAL.
        let write = Database::connect(sqlite_options(path, options, 1, WRITER_CACHE)).await?;
        let read = sqlite_options(path, options, options.connections, READER_CACHE);
        let read = Database::connect(read).await?;
        let copy = sqlite_options(path, options, 1, CHECKPOINT_CACHE);
        let checkpointer = Checkpointer::start(Database::connect(copy).await?);
        Ok(Self(Arc::new(Inner {
            dialect: Dialect::Sqlite,
            read,
            write,
            checkpointer: Some(checkpointer),
            _lock: Some(lock),
        })))
    }

    /// Returns which database this is.
    pub fn dialect(&self) -> Dialect {
        self.0.dialect
    }

    /// Returns the connection for reading; on SQLite writing through it would wait for the writer and may fail.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.0.read
    }

    /// Returns the pool that writes; only for migrations and maintenance.
    pub fn writer(&self) -> &DatabaseConnection {
        &self.0.write
    }

    /// Begins a write transaction. Dropping it rolls back.
    pub async fn begin(&self) -> Result<Tx, StorageError> {
        let options = TransactionOptions {
            isolation_level: None,
            access_mode: Some(AccessMode::ReadWrite),
            // Taking the write lock at once avoids a failed upgrade half-way.
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        };
        let options = match self.0.dialect {
            Dialect::Sqlite => TransactionOptions {
                access_mode: None,
                ..options
            },
            Dialect::Postgres => TransactionOptions {
                sqlite_transaction_mode: None,
                ..options
            },
        };
        Ok(Tx {
            inner: self.0.write.begin_with_options(options).await?,
            dialect: self.0.dialect,
            committed: self.0.checkpointer.as_ref().map(Checkpointer::committed),
        })
    }

    /// Tells whether the database answers.
    pub async fn ping(&self) -> Result<(), StorageError> {
        Ok(self.0.read.ping().await?)
    }

    /// Closes all connections; SQLite folds its log back into the file.
    pub async fn close(&self) -> Result<(), StorageError> {
        if let Some(checkpointer) = &self.0.checkpointer {
            checkpointer.close().await?;
            self.0
                .write
                .execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)")
                .await?;
        }
        self.0.read.clone().close().await?;
        Ok(self.0.write.clone().close().await?)
    }
}

/// A write transaction.
pub struct Tx {
    inner: DatabaseTransaction,
    dialect: Dialect,
    committed: Option<Arc<Notify>>,
}

impl Tx {
    /// Makes the changes durable.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.inner.commit().await?;
        if let Some(committed) = self.committed {
            committed.notify_one();
        }
        Ok(())
    }

    /// Undoes the changes.
    pub async fn rollback(self) -> Result<(), DbErr> {
        self.inner.rollback().await
    }

    /// Returns which database this is.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }
}

#[sea_orm::prelude::async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> sea_orm::DbBackend {
        self.inner.get_database_backend()
    }
    async fn execute_raw(&self, stmt: Statement) -> Result<ExecResult, DbErr> {
        self.inner.execute_raw(stmt).await
    }
    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.inner.execute_unprepared(sql).await
    }
    async fn query_one_raw(&self, stmt: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.inner.query_one_raw(stmt).await
    }
    async fn query_all_raw(&self, stmt: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.inner.query_all_raw(stmt).await
    }
}

fn sqlite_options(
    path: &Path,
    options: &Options,
    connections: u32,
    cache: &'static str,
) -> ConnectOptions {
    let durable = options.durable;
    let mut connect = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
    connect
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(30))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
                .synchronous(if durable {
                    sqlx::sqlite::SqliteSynchronous::Full
                } else {
                    sqlx::sqlite::SqliteSynchronous::Off
                })
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(10))
                .pragma("secure_delete", "ON")
                .pragma("temp_store", "MEMORY")
                // The file is not mapped: each connection would map it for itself, and a server with nine of
                // them would count a large file nine times in its memory.
                .pragma("cache_size", cache)
                .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
                .statement_cache_capacity(256)
        });
    connect
}

/// The pages that the one writer keeps, in the unit of the pragma: 48 MB.
const WRITER_CACHE: &str = "-49152";
/// The pages that each reader keeps: 4 MB; the rest is the system's cache, which all of them share.
const READER_CACHE: &str = "-4096";
/// The connection that copies the log keeps next to nothing: 1 MB.
const CHECKPOINT_CACHE: &str = "-1024";
/// How long the log may grow before the writer brings what is left of it into the file, in pages: 64 MB. A batch of
/// events changes 10 MB of pages all over the file; after the default of 4 MB each would wait for them twice.
const CHECKPOINT_PAGES: &str = "16384";

fn take_process_lock(path: &Path) -> Result<File, StorageError> {
    let lock_path = path.with_extension("lock");
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)
            .map_err(|error| StorageError::File(folder.to_owned(), error))?;
    }
    let lock =
        File::create(&lock_path).map_err(|error| StorageError::File(lock_path.clone(), error))?;
    lock.try_lock()
        .map_err(|_| StorageError::Locked(path.to_owned()))?;
    Ok(lock)
}
