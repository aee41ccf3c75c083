//! Throw-away databases: a migrated template once per process, a copy per test.

use std::path::PathBuf;

use sea_orm::{ConnectionTrait, Database};
use storage::{Db, Options};
use tokio::sync::OnceCell;

/// A database of one test; a SQLite file goes with it, a PostgreSQL database goes with its cluster.
pub struct TestDb {
    db: Db,
    name: &'static str,
    url: String,
    _folder: Option<tempfile::TempDir>,
}

impl TestDb {
    /// Returns the handle under test.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Returns `sqlite` or `postgres`, to name the database in an assertion.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the address, for a server process that is to open the same database.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// Returns a fresh database of each kind.
pub async fn both() -> [TestDb; 2] {
    [sqlite().await, postgres().await]
}

/// Returns a fresh SQLite database in a folder of its own.
#[expect(
    clippy::missing_panics_doc,
    reason = "a test without its database has failed"
)]
pub async fn sqlite() -> TestDb {
    static TEMPLATE: OnceCell<(PathBuf, tempfile::TempDir)> = OnceCell::const_new();
    let (template, _) = TEMPLATE
        .get_or_init(|| async {
            let folder = tempfile::tempdir().expect("a folder for the template");
            let path = folder.path().join("template.db");
            let db = connect(&format!("sqlite:{}", path.display())).await;
            migrations::migrate(db.writer())
                .await
                .expect("the schema applies to SQLite");
            db.close().await.expect("the template closes");
            (path, folder)
        })
        .await;
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("test.db");
    std::fs::copy(template, &path).expect("the template copies");
    let url = format!("sqlite:{}", path.display());
    TestDb {
        db: connect(&url).await,
        name: "sqlite",
        url,
        _folder: Some(folder),
    }
}

/// Returns a fresh PostgreSQL database on the server of `TEST_DATABASE_URL`.
#[expect(
    clippy::missing_panics_doc,
    reason = "a test without its database has failed"
)]
pub async fn postgres() -> TestDb {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    let server = server_url();
    let template = TEMPLATE
        .get_or_init(|| async {
            let name = format!("template_{}", unique());
            admin(&server, &format!("CREATE DATABASE {name}")).await;
            let db = connect(&with_database(&server, &name)).await;
            migrations::migrate(db.writer())
                .await
                .expect("the schema applies to PostgreSQL");
            // A template can be copied only while nobody is connected to it.
            db.close().await.expect("the template closes");
            name
        })
        .await;
    let name = format!("test_{}", unique());
    admin(
        &server,
        &format!("CREATE DATABASE {name} TEMPLATE {template}"),
    )
    .await;
    let url = with_database(&server, &name);
    TestDb {
        db: connect(&url).await,
        name: "postgres",
        url,
        _folder: None,
    }
}

async fn connect(url: &str) -> Db {
    let mut options = Options::parse(url).expect("a database address");
    options.connections = 4;
    options.durable = false;
    Db::connect(&options)
        .await
        .expect("the test database opens")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where tests read their server's address"
)]
fn server_url() -> String {
    std::env::var("TEST_DATABASE_URL").expect(
        "TEST_DATABASE_URL must name a PostgreSQL server on which databases may be created: run `cargo xtask test`",
    )
}

fn with_database(server: &str, name: &str) -> String {
    let (base, query) = server
        .split_once('?')
        .map_or((server, None), |(base, query)| (base, Some(query)));
    let host = base.rsplit_once('/').map_or(base, |(host, _)| host);
    query.map_or_else(
        || format!("{host}/{name}"),
        |query| format!("{host}/{name}?{query}"),
    )
}

async fn admin(server: &str, sql: &str) {
    let db = Database::connect(server)
        .await
        .expect("the PostgreSQL server of TEST_DATABASE_URL answers");
    db.execute_unprepared(sql)
        .await
        .expect("the server lets tests create databases");
    db.close().await.expect("the maintenance connection closes");
}

#[expect(
    clippy::disallowed_methods,
    reason = "names of throw-away databases need no repeatability"
)]
fn unique() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}
