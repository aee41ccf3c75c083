#![doc = include_str!("../README.md")]

use sea_orm_migration::{
    prelude::{DbErr, MigrationName, MigrationTrait, MigratorTrait, SchemaManager},
    sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend},
};

/// The steps in order. A landed file is never edited.
const STEPS: &[(&str, &str)] = &[
    ("0001_base", include_str!("../sql/0001_base.sql")),
    ("0002_access", include_str!("../sql/0002_access.sql")),
    ("0003_profiles", include_str!("../sql/0003_profiles.sql")),
    ("0004_offers", include_str!("../sql/0004_offers.sql")),
    ("0005_segments", include_str!("../sql/0005_segments.sql")),
    ("0006_campaigns", include_str!("../sql/0006_campaigns.sql")),
    ("0007_senders", include_str!("../sql/0007_senders.sql")),
    ("0008_contents", include_str!("../sql/0008_contents.sql")),
    (
        "0009_receipt_age",
        include_str!("../sql/0009_receipt_age.sql"),
    ),
    (
        "0010_answer_location",
        include_str!("../sql/0010_answer_location.sql"),
    ),
    (
        "0011_customers_by_id",
        include_str!("../sql/0011_customers_by_id.sql"),
    ),
    (
        "0012_profile_by_rowid",
        include_str!("../sql/0012_profile_by_rowid.sql"),
    ),
    (
        "0013_feed_reader",
        include_str!("../sql/0013_feed_reader.sql"),
    ),
    (
        "0014_membership",
        include_str!("../sql/0014_membership.sql"),
    ),
    ("0015_computed", include_str!("../sql/0015_computed.sql")),
    (
        "0016_profile_merged",
        include_str!("../sql/0016_profile_merged.sql"),
    ),
    (
        "0018_people_lists",
        include_str!("../sql/0018_people_lists.sql"),
    ),
    (
        "0020_list_unknown",
        include_str!("../sql/0020_list_unknown.sql"),
    ),
    ("0021_vip", include_str!("../sql/0021_vip.sql")),
    ("0022_webhooks", include_str!("../sql/0022_webhooks.sql")),
    ("0023_vip_first", include_str!("../sql/0023_vip_first.sql")),
    ("0024_line", include_str!("../sql/0024_line.sql")),
    (
        "0025_provider_hooks",
        include_str!("../sql/0025_provider_hooks.sql"),
    ),
    ("0026_in_doubt", include_str!("../sql/0026_in_doubt.sql")),
    ("0027_devices", include_str!("../sql/0027_devices.sql")),
    ("0028_held", include_str!("../sql/0028_held.sql")),
    (
        "0029_line_menus",
        include_str!("../sql/0029_line_menus.sql"),
    ),
    (
        "0030_line_replies",
        include_str!("../sql/0030_line_replies.sql"),
    ),
    (
        "0031_attribute_consent",
        include_str!("../sql/0031_attribute_consent.sql"),
    ),
    (
        "0032_sender_pace",
        include_str!("../sql/0032_sender_pace.sql"),
    ),
];

/// Key of the session lock that keeps two starting servers from migrating at once.
const LOCK_KEY: i64 = 7_241;

/// Brings the schema up to date; safe when several servers start together.
///
/// `db` must be the writing pool: on SQLite the process lock of the data file already excludes others.
pub async fn migrate(db: &DatabaseConnection) -> Result<(), DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Migrator::up(db, None).await;
    }
    // One connection holds the lock while another migrates.
    let mut holder = db
        .get_postgres_connection_pool()
        .acquire()
        .await
        .map_err(|error| DbErr::Custom(format!("no connection for the migration lock: {error}")))?;
    let lock = |text: &'static str| sqlx::query(text).bind(LOCK_KEY);
    let failed = |error: sqlx::Error| DbErr::Custom(format!("the migration lock failed: {error}"));
    lock("SELECT pg_advisory_lock($1)")
        .execute(&mut *holder)
        .await
        .map_err(failed)?;
    let result = Migrator::up(db, None).await;
    lock("SELECT pg_advisory_unlock($1)")
        .execute(&mut *holder)
        .await
        .map_err(failed)?;
    result
}

/// Returns how many steps are not applied yet.
pub async fn pending(db: &DatabaseConnection) -> Result<usize, DbErr> {
    Ok(Migrator::get_pending_migrations(db).await?.len())
}

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        STEPS
            .iter()
            .map(|(name, text)| Box::new(SqlStep { name, text }) as Box<dyn MigrationTrait>)
            .collect()
    }
}

struct SqlStep {
    name: &'static str,
    text: &'static str,
}

impl MigrationName for SqlStep {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for SqlStep {
    fn use_transaction(&self) -> Option<bool> {
        // SQLite does not by default: a failed step would leave half a schema.
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(&translate(self.text, db.get_database_backend()))
            .await
            .map(|_| ())
    }
}

fn translate(text: &str, backend: DbBackend) -> String {
    let postgres = backend == DbBackend::Postgres;
    let (ours, theirs) = if postgres {
        ("--pg ", "--sqlite ")
    } else {
        ("--sqlite ", "--pg ")
    };
    let tokens = if postgres {
        [
            ("#json", "JSONB"),
            ("#blob", "BYTEA"),
            (
                "#serial",
                "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
            ),
            ("#clustered", ""),
        ]
    } else {
        [
            ("#json", "TEXT"),
            ("#blob", "BLOB"),
            ("#serial", "INTEGER PRIMARY KEY AUTOINCREMENT"),
            ("#clustered", "WITHOUT ROWID"),
        ]
    };
    let mut out = String::with_capacity(text.len());
    for line in text.lines().filter(|line| !line.starts_with(theirs)) {
        out.push_str(line.strip_prefix(ours).unwrap_or(line));
        out.push('\n');
    }
    tokens
        .iter()
        .fold(out, |text, (token, word)| text.replace(token, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_database_gets_its_own_words() {
        let text = "a #json,\n--pg b\n--sqlite c\nd #clustered";
        assert_eq!(translate(text, DbBackend::Postgres), "a JSONB,\nb\nd \n");
        assert_eq!(
            translate(text, DbBackend::Sqlite),
            "a TEXT,\nc\nd WITHOUT ROWID\n"
        );
    }
}
