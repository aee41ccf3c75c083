//! Stored standings: who must be looked at, and how many stand where.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{id::WorkspaceId, time::Millis};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Dialect, rowset, sql};

/// How somebody stood when last computed.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Stored {
    /// The customer.
    pub profile_id: i64,
    /// The definition.
    pub attribute_id: i64,
    /// By which epoch of it.
    pub epoch: i64,
    /// The word.
    pub standing: String,
    /// Since when.
    pub since: i64,
    /// The highest stage ever.
    pub reached: Option<i16>,
    /// When to look again.
    pub due_at: Option<i64>,
}

const COLUMNS: &str =
    "v.profile_id, v.attribute_id, v.epoch, v.standing, v.since, v.reached, v.due_at";

#[derive(FromQueryResult)]
struct IdRow {
    id: i64,
}

/// Reads how customers stood, by customer and definition.
pub(super) async fn of(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    ids: &BTreeSet<i64>,
) -> Result<BTreeMap<(i64, i64), Stored>, DbErr> {
    let wanted = rowset::ids_of(Dialect::of(db.get_database_backend()), "$2");
    let text = format!(
        "SELECT {COLUMNS} FROM {wanted} u CROSS JOIN computed_value v
         WHERE v.profile_id = u.id AND +v.workspace_id = $1"
    );
    let binds = [
        workspace.raw().into(),
        rowset::bind_ids(ids.iter().copied()),
    ];
    let rows: Vec<Stored> = sql::all(db, text, binds).await?;
    let keyed = rows
        .into_iter()
        .map(|row| ((row.profile_id, row.attribute_id), row));
    Ok(keyed.collect())
}

/// Reads every stored standing of a workspace, to be compared with what is computed anew.
///
/// # Errors
/// When the database does not answer.
pub async fn all(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Stored>, DbErr> {
    let text = format!(
        "SELECT {COLUMNS} FROM computed_value v WHERE v.workspace_id = $1 ORDER BY v.profile_id, v.attribute_id"
    );
    sql::all(db, text, [workspace.raw().into()]).await
}

/// Lists who must be looked at because time went on, the earliest first.
///
/// # Errors
/// When the database does not answer.
pub async fn due(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    now: Millis,
    limit: usize,
) -> Result<BTreeSet<i64>, DbErr> {
    let text = "SELECT profile_id AS id FROM computed_value
                WHERE workspace_id = $1 AND due_at <= $2 ORDER BY due_at LIMIT $3";
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let binds = [workspace.raw().into(), now.0.into(), most.into()];
    let rows: Vec<IdRow> = sql::all(db, text, binds).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Lists who has a standing, of customers after one of them up to another.
///
/// # Errors
/// When the database does not answer.
pub async fn between(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    after: i64,
    until: i64,
) -> Result<BTreeSet<i64>, DbErr> {
    // The plus keeps SQLite to the range of the key.
    let text = "SELECT profile_id AS id FROM computed_value
                WHERE profile_id > $2 AND profile_id <= $3 AND +workspace_id = $1";
    let binds = [workspace.raw().into(), after.into(), until.into()];
    let rows: Vec<IdRow> = sql::all(db, text, binds).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Returns when somebody must next be looked at.
///
/// # Errors
/// When the database does not answer.
pub async fn next_due(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<Option<Millis>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        due_at: i64,
    }
    let text = "SELECT due_at FROM computed_value WHERE workspace_id = $1 AND due_at IS NOT NULL ORDER BY due_at LIMIT 1";
    let row: Option<Row> = sql::one(db, text, [workspace.raw().into()]).await?;
    Ok(row.map(|row| Millis(row.due_at)))
}

/// Of some customers, returns those who have an id or address and of whom a definition says nothing yet.
///
/// # Errors
/// When the database does not answer.
pub async fn strangers(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    attribute: i64,
    ids: &BTreeSet<i64>,
) -> Result<BTreeSet<i64>, DbErr> {
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let dialect = Dialect::of(db.get_database_backend());
    let wanted = rowset::ids_of(dialect, "$2");
    let text = format!(
        "SELECT p.id FROM {wanted} u CROSS JOIN profile p
         WHERE p.id = u.id AND +p.workspace_id = $1 AND p.state = 0 AND NOT p.is_anonymous
           AND NOT EXISTS (SELECT 1 FROM computed_value v WHERE v.profile_id = p.id AND v.attribute_id = $3)"
    );
    let binds = [
        workspace.raw().into(),
        rowset::bind_ids(ids.iter().copied()),
        attribute.into(),
    ];
    let rows: Vec<IdRow> = sql::all(db, text, binds).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// How many customers of a definition stand where.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Count {
    /// The word.
    pub standing: String,
    /// The highest stage ever.
    pub reached: Option<i16>,
    /// How many.
    pub n: i64,
}

/// Counts the customers of a definition by where they stand.
///
/// # Errors
/// When the database does not answer.
pub async fn counts(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    attribute: i64,
) -> Result<Vec<Count>, DbErr> {
    let text = "SELECT standing, reached, COUNT(*) AS n FROM computed_value
                WHERE attribute_id = $1 AND workspace_id = $2 AND standing <> ''
                GROUP BY standing, reached ORDER BY standing, reached";
    sql::all(db, text, [attribute.into(), workspace.raw().into()]).await
}
