//! Where the words of messages are kept, and taking them back.

use std::collections::{BTreeMap, HashSet};

use kernel::{
    feed::{Change, ChangeKind},
    id::ProfileId,
};
use profiles::{Ctx, names};
use sea_orm::{DbErr, FromQueryResult};
use serde_json::{Value as Json, json};
use storage::{
    bulk::{Bulk, ColumnType},
    feed,
    rowset::{self, Col},
    sql,
};

const MESSAGE: Bulk = Bulk {
    table: "line_message",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("account_id", ColumnType::Int),
        ("message_id", ColumnType::Text),
        ("occurred_at", ColumnType::Int),
        ("event_id", ColumnType::Int),
        ("taken_at", ColumnType::Int),
    ],
    suffix: "ON CONFLICT (workspace_id, account_id, message_id) DO NOTHING",
};

/// A message and the event that holds its words.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) account: i64,
    pub(crate) message: String,
    pub(crate) occurred_at: i64,
    pub(crate) event: i64,
}

/// Writes down where the words of messages are.
pub(crate) async fn keep(ctx: Ctx<'_>, kept: &[Kept]) -> Result<(), DbErr> {
    let rows = kept
        .iter()
        .map(|kept| {
            vec![
                ctx.workspace.raw().into(),
                kept.account.into(),
                kept.message.clone().into(),
                kept.occurred_at.into(),
                kept.event.into(),
                ctx.now.0.into(),
            ]
        })
        .collect();
    MESSAGE.insert(ctx.tx, rows).await.map(|_| ())
}

/// Returns which of these messages were taken back before they came.
pub(crate) async fn unsent_before(
    ctx: Ctx<'_>,
    messages: &[(i64, &str)],
) -> Result<HashSet<(i64, String)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        account_id: i64,
        message_id: String,
    }
    if messages.is_empty() {
        return Ok(HashSet::new());
    }
    let wanted = rowset::rows_of(
        ctx.tx.dialect(),
        "$2",
        &[("account_id", Col::Int), ("message_id", Col::Text)],
    );
    let text = format!(
        "SELECT m.account_id, m.message_id FROM {wanted} u CROSS JOIN line_message m
         WHERE m.workspace_id = $1 AND m.account_id = u.account_id AND m.message_id = u.message_id
           AND m.unsent_at IS NOT NULL"
    );
    let rows = messages
        .iter()
        .map(|(account, message)| json!([account, message]))
        .collect();
    let found: Vec<Row> = sql::all(
        ctx.tx,
        text,
        [ctx.workspace.raw().into(), rowset::bind(rows)],
    )
    .await?;
    Ok(found
        .into_iter()
        .map(|row| (row.account_id, row.message_id))
        .collect())
}

/// Removes the words of messages that their writers took back, and remembers those that have not come yet.
pub(crate) async fn unsend(
    ctx: Ctx<'_>,
    messages: &BTreeMap<(i64, String), i64>,
) -> Result<(), DbErr> {
    let mut told = Vec::new();
    for ((account, message), at) in messages {
        sql::exec(
            ctx.tx,
            "INSERT INTO line_message (workspace_id, account_id, message_id, taken_at, unsent_at)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (workspace_id, account_id, message_id) DO UPDATE SET unsent_at = excluded.unsent_at",
            [
                ctx.workspace.raw().into(),
                (*account).into(),
                message.clone().into(),
                ctx.now.0.into(),
                (*at).into(),
            ],
        )
        .await?;
        told.extend(forget(ctx, *account, message).await?);
    }
    let told: Vec<Change> = told
        .into_iter()
        .map(|profile| {
            Change::of(
                ctx.workspace,
                ProfileId::from_raw(profile),
                ChangeKind::Rewritten,
            )
        })
        .collect();
    feed::append(ctx.tx, ctx.now, &told).await
}

/// Removes the words of one message; returns whose it was. The event is found by its own numbers, since a merge may have
/// moved it to another customer.
async fn forget(ctx: Ctx<'_>, account: i64, message: &str) -> Result<Option<i64>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        profile_id: i64,
        occurred_at: i64,
        id: i64,
        properties: Option<Json>,
    }
    let row: Option<Row> = sql::one(
        ctx.tx,
        "SELECT e.profile_id, e.occurred_at, e.id, e.properties FROM line_message m
         JOIN event e ON e.workspace_id = m.workspace_id AND e.name_id = $4 AND e.occurred_at = m.occurred_at AND e.id = m.event_id
         WHERE m.workspace_id = $1 AND m.account_id = $2 AND m.message_id = $3",
        [
            ctx.workspace.raw().into(),
            account.into(),
            message.into(),
            i64::from(names::LINE_MESSAGE_RECEIVED).into(),
        ],
    )
    .await?;
    let Some(row) = row else { return Ok(None) };
    let mut properties = row.properties.unwrap_or_else(|| json!({}));
    if let Some(map) = properties.as_object_mut() {
        map.remove("text");
        map.insert("is_unsent".to_owned(), true.into());
    }
    sql::exec(
        ctx.tx,
        "UPDATE event SET properties = $4 WHERE profile_id = $1 AND occurred_at = $2 AND id = $3",
        [
            row.profile_id.into(),
            row.occurred_at.into(),
            row.id.into(),
            storage::Value::Json(Some(Box::new(properties))),
        ],
    )
    .await?;
    Ok(Some(row.profile_id))
}
