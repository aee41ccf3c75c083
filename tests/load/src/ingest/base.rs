//! The base: people with three identities and two events each, made by the database itself.
//!
//! The events are spread over a year, so that on PostgreSQL they lie in a partition a month as a shop's would.

use kernel::time::{Clock, DAY, Millis, SystemClock};
use profiles::partition::Partitions;
use sea_orm::ConnectionTrait;
use storage::{Db, Dialect};

use crate::shop::{self, WORKSPACE};

/// Fills an empty database.
pub(crate) async fn make(db: &Db, people: u64) -> anyhow::Result<()> {
    let tx = db.begin().await?;
    shop::found(&tx).await?;
    tx.commit().await?;
    let now = SystemClock.now();
    let days: Vec<Millis> = (0..=366).map(|day| now.plus(-day * DAY)).collect();
    Partitions::default().ensure(db, now, &days).await?;
    for text in statements(db.dialect(), people) {
        let tx = db.begin().await?;
        tx.execute_unprepared(&text).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Returns the profile of a person by her number.
pub(crate) const fn profile(person: u64) -> i64 {
    1_000 + person.cast_signed() * 7
}

fn statements(dialect: Dialect, people: u64) -> Vec<String> {
    let numbers = match dialect {
        Dialect::Sqlite => format!(
            "WITH RECURSIVE g(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM g WHERE n + 1 < {people})"
        ),
        Dialect::Postgres => {
            format!("WITH g(n) AS (SELECT generate_series(0::bigint, {people} - 1))")
        }
    };
    let (workspace, now) = (WORKSPACE.raw(), SystemClock.now().0);
    let mut statements = vec![format!(
        "INSERT INTO profile (workspace_id, id, external_id, email, full_name, is_anonymous, attributes, search_text,
                              first_seen_at, last_seen_at, created_at, updated_at)
         {numbers} SELECT {workspace}, 1000 + n * 7, 'u' || n, 'user' || n || '@example.jp', '山田 太郎', FALSE,
         '{{\"visits\": 1, \"city\": \"仙台\", \"rank\": \"gold\"}}', 'user' || n, 0, {now} - n, 0, 0 FROM g"
    )];
    for (kind, value) in [
        (1, "'u' || n"),
        (2, "'user' || n || '@example.jp'"),
        (3, "'a' || n"),
    ] {
        statements.push(format!(
            "INSERT INTO identity (workspace_id, kind, value, profile_id, origin_profile_id, source, created_at)
             {numbers} SELECT {workspace}, {kind}, {value}, 1000 + n * 7, 1000 + n * 7, 1, 0 FROM g"
        ));
    }
    // The two of a person are half a year apart.
    let step = 183 * DAY / people.max(1).cast_signed();
    for copy in 0..=1 {
        statements.push(format!(
            "INSERT INTO event (workspace_id, profile_id, occurred_at, id, name_id, product_id, amount, received_at, properties)
             {numbers} SELECT {workspace}, 1000 + n * 7, {now} - n * {step} - {copy} * {}, n * 2 + {copy}, 3, n % 5000, 100, {now},
             '{{\"name\": \"煎茶\"}}' FROM g",
            182 * DAY
        ));
    }
    statements
}
