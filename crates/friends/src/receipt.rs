//! Which events of LINE were taken in before.

use std::collections::HashSet;

use profiles::Ctx;
use sea_orm::{DbErr, FromQueryResult};
use storage::bulk::{Bulk, ColumnType};

const EVENT: Bulk = Bulk {
    table: "line_event",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("account_id", ColumnType::Int),
        ("event_id", ColumnType::Text),
        ("taken_at", ColumnType::Int),
    ],
    suffix: "ON CONFLICT (workspace_id, account_id, event_id) DO NOTHING RETURNING account_id, event_id",
};

#[derive(FromQueryResult)]
struct Taken {
    account_id: i64,
    event_id: String,
}

/// Writes receipts and returns those that are new.
pub(crate) async fn take(
    ctx: Ctx<'_>,
    given: &[(i64, &str)],
) -> Result<HashSet<(i64, String)>, DbErr> {
    let mut given = given.to_vec();
    given.sort_unstable();
    given.dedup();
    let rows = given
        .into_iter()
        .map(|(account, id)| {
            vec![
                ctx.workspace.raw().into(),
                account.into(),
                id.into(),
                ctx.now.0.into(),
            ]
        })
        .collect();
    let taken: Vec<Taken> = EVENT.insert_returning(ctx.tx, rows).await?;
    Ok(taken
        .into_iter()
        .map(|row| (row.account_id, row.event_id))
        .collect())
}
