//! The lines of an upload that mean nobody who is known: kept until the next one, so that all of them can be looked at.

use kernel::id::{ListId, WorkspaceId};
use sea_orm::DbErr;
use storage::{
    ConnectionTrait, Tx,
    bulk::{Bulk, ColumnType},
    sql,
};

/// Rows that one transaction removes.
const BATCH: i64 = 2_000;

const UNKNOWN: Bulk = Bulk {
    table: "people_list_unknown",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("list_id", ColumnType::Int),
        ("edition", ColumnType::Int),
        ("line", ColumnType::Int),
        ("written", ColumnType::Text),
    ],
    suffix: "",
};

/// A line that means nobody who is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownLine {
    /// Its number, from 1.
    pub line: u64,
    /// What stands where a person is to be named, at most 200 characters.
    pub written: String,
}

/// Keeps lines of an edition.
pub(super) async fn insert(
    tx: &Tx,
    workspace: WorkspaceId,
    list: ListId,
    edition: i64,
    lines: &[UnknownLine],
) -> Result<(), DbErr> {
    let row = |one: &UnknownLine| {
        vec![
            workspace.raw().into(),
            list.raw().into(),
            edition.into(),
            one.line.cast_signed().into(),
            // No text of PostgreSQL holds it.
            one.written.replace('\0', "\u{fffd}").into(),
        ]
    };
    UNKNOWN
        .insert(tx, lines.iter().map(row).collect())
        .await
        .map(|_| ())
}

/// Lists up to `limit` unknown lines of an edition after a line, in the order of the file.
///
/// # Errors
/// When the database does not answer.
pub async fn unknown(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    list: ListId,
    edition: i64,
    after: u64,
    limit: u64,
) -> Result<Vec<UnknownLine>, DbErr> {
    let text = "SELECT u.line, u.written FROM people_list_unknown u
                WHERE u.list_id = $1 AND u.workspace_id = $2 AND u.edition = $3 AND u.line > $4
                ORDER BY u.line LIMIT $5";
    let binds = [
        list.raw().into(),
        workspace.raw().into(),
        edition.into(),
        after.cast_signed().into(),
        limit.cast_signed().into(),
    ];
    let rows = sql::rows(db, text, binds).await?;
    let line = |row: &sea_orm::QueryResult| {
        let line: i64 = row.try_get_by_index(0)?;
        Ok(UnknownLine {
            line: line.cast_unsigned(),
            written: row.try_get_by_index(1)?,
        })
    };
    rows.iter().map(line).collect()
}

/// Removes some lines of any edition but one; tells whether there were any.
pub(super) async fn remove_some(
    tx: &Tx,
    workspace: WorkspaceId,
    list: ListId,
    but: i64,
) -> Result<bool, DbErr> {
    // By a stretch of the key: a table that has just grown is taken for a small one, and PostgreSQL would walk all of it.
    let text = "SELECT MIN(edition) FROM people_list_unknown WHERE list_id = $1 AND workspace_id = $2 AND edition <> $3";
    let (list, workspace) = (list.raw(), workspace.raw());
    let binds = [list.into(), workspace.into(), but.into()];
    let found = sql::rows(tx, text, binds).await?;
    let Some(edition) = found
        .first()
        .map(|row| row.try_get_by_index::<Option<i64>>(0))
        .transpose()?
        .flatten()
    else {
        return Ok(false);
    };
    let text = format!(
        "DELETE FROM people_list_unknown WHERE list_id = $1 AND workspace_id = $2 AND edition = $3 AND line <=
           (SELECT MAX(o.line) FROM (SELECT line FROM people_list_unknown
             WHERE list_id = $1 AND edition = $3 ORDER BY line LIMIT {BATCH}) o)"
    );
    let binds = [list.into(), workspace.into(), edition.into()];
    Ok(sql::exec(tx, text, binds).await? > 0)
}
