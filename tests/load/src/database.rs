//! Databases of runs: empty ones, and copies of a large base.

use std::{fs, path::PathBuf};

use anyhow::{Context, ensure};
use sea_orm::{ConnectionTrait, Database as SeaDatabase, DatabaseConnection};
use storage::{Db, sql};

use crate::home::Home;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Kind {
    /// Returns the name as people write it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A database of one run.
pub(crate) struct Database {
    /// Which it is.
    pub(crate) kind: Kind,
    /// Its address.
    pub(crate) url: String,
}

impl Database {
    /// Makes an empty database.
    pub(crate) async fn empty(home: &Home, kind: Kind, name: &str) -> anyhow::Result<Self> {
        let url = match kind {
            Kind::Sqlite => {
                let folder = home.folder(&format!("db-{name}"))?;
                format!("sqlite:{}", folder.join("enishi.db").display())
            }
            Kind::Postgres => {
                let server = server(home)?;
                let db = SeaDatabase::connect(server).await?;
                let own = format!("run_{name}");
                say(&db, &format!("DROP DATABASE IF EXISTS {own} WITH (FORCE)")).await?;
                say(&db, &format!("CREATE DATABASE {own}")).await?;
                db.close().await?;
                with_name(server, &own)
            }
        };
        Ok(Self { kind, url })
    }

    /// Makes a database with a base in it: `fill` makes the base, which stays for later runs when the
    /// home keeps bases.
    pub(crate) async fn filled(
        home: &Home,
        kind: Kind,
        name: &str,
        fill: impl AsyncFn(&Db) -> anyhow::Result<()>,
    ) -> anyhow::Result<Self> {
        let run = Self::empty(home, kind, name).await?;
        if home.keep.is_none() {
            run.fill(fill).await?;
            return Ok(run);
        }
        match kind {
            Kind::Sqlite => run.copy_file(home, name, fill).await?,
            Kind::Postgres => run.copy_database(home, name, fill).await?,
        }
        Ok(run)
    }

    /// Opens it as durably as the server does; the server must not run on SQLite.
    pub(crate) async fn open(&self) -> anyhow::Result<Db> {
        let db = Db::connect(&storage::Options::parse(&self.url)?).await?;
        migrations::migrate(db.writer()).await?;
        Ok(db)
    }

    /// Tells how it makes commits durable, by its own word.
    pub(crate) async fn durability(&self) -> anyhow::Result<String> {
        let db = self.open().await?;
        let mut said = Vec::new();
        let asked: &[&str] = match self.kind {
            Kind::Sqlite => &["PRAGMA journal_mode", "PRAGMA synchronous"],
            Kind::Postgres => &[
                "SHOW fsync",
                "SHOW synchronous_commit",
                "SHOW shared_buffers",
            ],
        };
        for question in asked {
            let rows = sql::rows(db.writer(), *question, []).await?;
            let row = rows.first().context("no answer")?;
            let answer = row.try_get_by_index::<String>(0);
            let answer =
                answer.or_else(|_| row.try_get_by_index::<i64>(0).map(|n| n.to_string()))?;
            let word = question.split_once(' ').map_or("", |(_, word)| word);
            said.push(format!("{word} {answer}"));
        }
        close(db).await?;
        let said = said.join(", ");
        let is_durable = match self.kind {
            // 2 is FULL.
            Kind::Sqlite => said.contains("synchronous 2"),
            Kind::Postgres => said.starts_with("fsync on, synchronous_commit on"),
        };
        ensure!(
            is_durable,
            "this database does not keep what it commits: {said}"
        );
        Ok(said)
    }

    async fn fill(&self, fill: impl AsyncFn(&Db) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let db = self.open().await?;
        fill(&db).await?;
        if self.kind == Kind::Postgres {
            // What autovacuum would do in a while must not fall into the measurement.
            say(db.writer(), "VACUUM (ANALYZE, FREEZE)").await?;
            say(db.writer(), "CHECKPOINT").await?;
        }
        close(db).await
    }

    fn file(&self) -> PathBuf {
        PathBuf::from(self.url.trim_start_matches("sqlite:"))
    }

    async fn copy_file(
        &self,
        home: &Home,
        name: &str,
        fill: impl AsyncFn(&Db) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let keep = home.keep.as_ref().context("nothing is kept")?;
        let base = keep.join(format!("{name}.db"));
        if !base.exists() {
            let making = keep.join(format!("{name}.making.db"));
            let _ = fs::remove_file(&making);
            let new = Self {
                kind: self.kind,
                url: format!("sqlite:{}", making.display()),
            };
            new.fill(fill).await?;
            // Under its name only when it is whole.
            fs::rename(&making, &base)?;
        }
        fs::copy(&base, self.file())?;
        // What is copied is written out before the clock runs.
        Ok(fs::File::open(self.file())?.sync_all()?)
    }

    async fn copy_database(
        &self,
        home: &Home,
        name: &str,
        fill: impl AsyncFn(&Db) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let server = server(home)?;
        let db = SeaDatabase::connect(server).await?;
        let (base, making) = (format!("base_{name}"), format!("making_{name}"));
        let text = format!("SELECT COUNT(*) FROM pg_database WHERE datname = '{base}'");
        if sql::number(&db, text, []).await? == 0 {
            say(
                &db,
                &format!("DROP DATABASE IF EXISTS {making} WITH (FORCE)"),
            )
            .await?;
            say(&db, &format!("CREATE DATABASE {making}")).await?;
            let new = Self {
                kind: self.kind,
                url: with_name(server, &making),
            };
            new.fill(fill).await?;
            say(&db, &format!("ALTER DATABASE {making} RENAME TO {base}")).await?;
        }
        let own = format!("run_{name}");
        say(&db, &format!("DROP DATABASE {own} WITH (FORCE)")).await?;
        say(
            &db,
            &format!("CREATE DATABASE {own} TEMPLATE {base} STRATEGY FILE_COPY"),
        )
        .await?;
        say(&db, "CHECKPOINT").await?;
        Ok(db.close().await?)
    }
}

/// Closes a database; the embedded one is another process's to open only when the last handle is gone.
pub(crate) async fn close(db: Db) -> anyhow::Result<()> {
    Ok(db.close().await?)
}

fn server(home: &Home) -> anyhow::Result<&str> {
    let server = home.postgres.as_deref();
    server
        .context("no PostgreSQL: run `cargo xtask bench`, or give --postgres or --database sqlite")
}

async fn say(db: &DatabaseConnection, text: &str) -> anyhow::Result<()> {
    let done = db.execute_unprepared(text).await;
    done.map(|_| ())
        .with_context(|| format!("failed at {text}"))
}

fn with_name(server: &str, name: &str) -> String {
    let host = server.rsplit_once('/').map_or(server, |(host, _)| host);
    format!("{host}/{name}")
}
