//! Receipts: which message ids were taken before, and with what content.

use std::collections::{HashMap, HashSet};

use kernel::time::Millis;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{
    Dialect,
    bulk::{Bulk, ColumnType},
    sql,
};

use super::receipt_key::ReceiptKey;
use crate::{
    context::Ctx,
    rowset::{self, Col},
};

const RECEIPT: Bulk = Bulk {
    table: "receipt",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("message_hash", ColumnType::Bytes),
        ("content_hash", ColumnType::Int),
        ("received_at", ColumnType::Int),
    ],
    suffix: "ON CONFLICT (workspace_id, message_hash) DO NOTHING RETURNING message_hash",
};

/// What a message id turns out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// Never before.
    New,
    /// The same message again.
    Repeat,
    /// Another message under the same id.
    Clash,
}

#[derive(FromQueryResult)]
struct Taken {
    message_hash: Vec<u8>,
}

#[derive(FromQueryResult)]
struct Known {
    hash: String,
    content_hash: i64,
}

/// Writes receipts and tells for each what it was; within the batch the first one counts.
pub(super) async fn take(ctx: Ctx<'_>, given: &[(ReceiptKey, i64)]) -> Result<Vec<Seen>, DbErr> {
    let mut first: HashMap<ReceiptKey, i64> = HashMap::new();
    let mut within: Vec<Option<Seen>> = Vec::with_capacity(given.len());
    for (key, content) in given {
        within.push(match first.get(key) {
            None => {
                first.insert(*key, *content);
                None
            }
            Some(held) if held == content => Some(Seen::Repeat),
            Some(_) => Some(Seen::Clash),
        });
    }
    let mut rows: Vec<(&ReceiptKey, &i64)> = first.iter().collect();
    rows.sort_unstable();
    let rows = rows
        .into_iter()
        .map(|(key, content)| {
            vec![
                ctx.workspace.raw().into(),
                key.as_bytes().to_vec().into(),
                (*content).into(),
                ctx.now.0.into(),
            ]
        })
        .collect();
    let taken: Vec<Taken> = RECEIPT.insert_returning(ctx.tx, rows).await?;
    let taken: HashSet<Vec<u8>> = taken.into_iter().map(|row| row.message_hash).collect();
    let old: Vec<String> = first
        .keys()
        .filter(|key| !taken.contains(key.as_bytes().as_slice()))
        .map(|key| hex::encode(key.as_bytes()))
        .collect();
    let old = known(ctx, &old).await?;
    let judge = |((key, content), within): (&(ReceiptKey, i64), Option<Seen>)| match (
        within,
        old.get(&hex::encode(key.as_bytes())),
    ) {
        // What came before the batch counts before what came within it.
        (_, Some(held)) => {
            if held == content {
                Seen::Repeat
            } else {
                Seen::Clash
            }
        }
        (within, None) => within.unwrap_or(Seen::New),
    };
    Ok(given.iter().zip(within).map(judge).collect())
}

async fn known(ctx: Ctx<'_>, keys: &[String]) -> Result<HashMap<String, i64>, DbErr> {
    let rows: Vec<_> = keys.iter().map(|key| serde_json::json!([key])).collect();
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let wanted = rowset::rows_of(ctx.tx.dialect(), "$2", &[("hash", Col::Text)]);
    let bytes = match ctx.tx.dialect() {
        Dialect::Sqlite => "unhex(u.hash)",
        Dialect::Postgres => "decode(u.hash, 'hex')",
    };
    let text = format!(
        "SELECT u.hash, r.content_hash FROM {wanted} u
         CROSS JOIN receipt r WHERE r.workspace_id = $1 AND r.message_hash = {bytes}"
    );
    let found: Vec<Known> = sql::all(
        ctx.tx,
        text,
        [ctx.workspace.raw().into(), rowset::bind(rows)],
    )
    .await?;
    Ok(found
        .into_iter()
        .map(|row| (row.hash, row.content_hash))
        .collect())
}

/// Forgets up to `limit` receipts of before an instant, the oldest first, and returns how many; they are kept 90 days.
///
/// # Errors
/// When the database does not answer.
pub async fn prune(tx: &impl ConnectionTrait, before: Millis, limit: u32) -> Result<u64, DbErr> {
    let old = format!("FROM receipt WHERE received_at < $1 ORDER BY received_at LIMIT {limit}");
    let text = match Dialect::of(tx.get_database_backend()) {
        Dialect::Sqlite => format!(
            "DELETE FROM receipt WHERE (workspace_id, message_hash) IN (SELECT workspace_id, message_hash {old})"
        ),
        // By its place: PostgreSQL would rather read the whole table than look up a few thousand keys.
        Dialect::Postgres => {
            format!("DELETE FROM receipt WHERE ctid = ANY(ARRAY(SELECT ctid {old}))")
        }
    };
    sql::exec(tx, text, [before.0.into()]).await
}
