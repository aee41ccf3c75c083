//! Raw SQL with `$n` binds, the same text on both databases.

use sea_orm::{ConnectionTrait, DbErr, ExecResult, FromQueryResult, QueryResult, Statement, Value};

/// Makes a statement for the connection's database.
pub fn statement(
    db: &impl ConnectionTrait,
    sql: impl Into<String>,
    binds: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, binds)
}

/// Runs a statement and returns how many rows it touched.
pub async fn exec(
    db: &impl ConnectionTrait,
    sql: impl Into<String>,
    binds: impl IntoIterator<Item = Value>,
) -> Result<u64, DbErr> {
    db.execute_raw(statement(db, sql, binds))
        .await
        .map(|done: ExecResult| done.rows_affected())
}

/// Reads the first row, if any.
pub async fn one<T: FromQueryResult>(
    db: &impl ConnectionTrait,
    sql: impl Into<String>,
    binds: impl IntoIterator<Item = Value>,
) -> Result<Option<T>, DbErr> {
    let row = db.query_one_raw(statement(db, sql, binds)).await?;
    row.map(|row| T::from_query_result(&row, "")).transpose()
}

/// Reads all rows.
pub async fn all<T: FromQueryResult>(
    db: &impl ConnectionTrait,
    sql: impl Into<String>,
    binds: impl IntoIterator<Item = Value>,
) -> Result<Vec<T>, DbErr> {
    let rows = db.query_all_raw(statement(db, sql, binds)).await?;
    rows.iter()
        .map(|row| T::from_query_result(row, ""))
        .collect()
}

/// Reads all rows untyped.
pub async fn rows(
    db: &impl ConnectionTrait,
    sql: impl Into<String>,
    binds: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    db.query_all_raw(statement(db, sql, binds)).await
}

/// Reads one number, such as a count; 0 when there is no row or it is null.
pub async fn number(
    db: &impl ConnectionTrait,
    sql: impl Into<String>,
    binds: impl IntoIterator<Item = Value>,
) -> Result<i64, DbErr> {
    let row = db.query_one_raw(statement(db, sql, binds)).await?;
    row.map_or(Ok(0), |row| {
        row.try_get_by_index::<Option<i64>>(0)
            .map(Option::unwrap_or_default)
    })
}
