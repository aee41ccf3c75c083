//! Sending again what was not taken, or what was never sent because the webhook was switched off.
//!
//! The message keeps its id, so that a receiver who has it after all recognises it.

use kernel::{
    id::{IdSource, WebhookDeliveryId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::sql;

use crate::{EventType, outbox, webhook::Webhook};

/// The most deliveries of one replay: the rest is asked for again.
pub const MOST: u64 = 10_000;

/// Which messages of a range are sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those that were given up, and those that were never sent.
    Undelivered,
    /// Those that were delivered, too.
    All,
}

/// Sends a delivery again, from the beginning of the schedule. Returns whether there is one.
///
/// # Errors
/// When the database does not answer.
pub async fn one(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: WebhookDeliveryId,
    now: Millis,
) -> Result<bool, DbErr> {
    let text = "UPDATE webhook_delivery SET state = 0, due_at = $3, attempts = 0, begun_at = $3, settled_at = NULL,
                  taken = taken + 1
                WHERE workspace_id = $1 AND id = $2";
    let binds = [workspace.raw().into(), id.raw().into(), now.0.into()];
    Ok(sql::exec(tx, text, binds).await? == 1)
}

/// Sends again what was to be told between two instants, as far as the webhook wants it. Tests are left out, and so is
/// what waits anyway. Returns how many deliveries were set off; more than [`MOST`] are never.
///
/// # Errors
/// When the database does not answer.
pub async fn range(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    webhook: &Webhook,
    ids: &dyn IdSource,
    (from, to, which): (Millis, Millis, Which),
    now: Millis,
) -> Result<u64, DbErr> {
    let states = match which {
        Which::Undelivered => "d.state = 2",
        Which::All => "d.state IN (1, 2)",
    };
    let text = format!(
        "UPDATE webhook_delivery SET state = 0, due_at = $5, attempts = 0, begun_at = $5, settled_at = NULL,
           taken = taken + 1
         WHERE workspace_id = $1 AND id IN (SELECT d.id FROM webhook_message m JOIN webhook_delivery d ON d.message_id = m.id
           WHERE m.workspace_id = $1 AND m.created_at >= $3 AND m.created_at < $4 AND d.webhook_id = $2 AND NOT d.is_test
             AND {states} ORDER BY m.created_at, d.id LIMIT $6)"
    );
    let most = MOST.cast_signed();
    let binds = [
        workspace.raw().into(),
        webhook.id.raw().into(),
        from.0.into(),
        to.0.into(),
        now.0.into(),
        most.into(),
    ];
    let again = sql::exec(tx, text, binds).await?;
    let missed = missed(tx, workspace, webhook, (from, to), MOST - again).await?;
    let fresh = outbox::deliver(tx, workspace, ids, now, &missed).await?;
    Ok(again + fresh)
}

/// Returns the messages of a range that the webhook wants and was never sent.
async fn missed(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    webhook: &Webhook,
    (from, to): (Millis, Millis),
    limit: u64,
) -> Result<Vec<(i64, i64)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
    }
    let wanted = EventType::ALL.into_iter().filter(|one| webhook.wants(*one));
    // Names of ours, without anything to escape.
    let wanted: Vec<String> = wanted.map(|one| format!("'{}'", one.name())).collect();
    let text = format!(
        "SELECT m.id FROM webhook_message m WHERE m.workspace_id = $1 AND m.created_at >= $3 AND m.created_at < $4
           AND m.type IN ({}) AND NOT EXISTS (SELECT 1 FROM webhook_delivery d WHERE d.webhook_id = $2 AND d.message_id = m.id)
         ORDER BY m.created_at, m.id LIMIT $5",
        wanted.join(", ")
    );
    let binds = [
        workspace.raw().into(),
        webhook.id.raw().into(),
        from.0.into(),
        to.0.into(),
        limit.cast_signed().into(),
    ];
    let rows: Vec<Row> = sql::all(tx, text, binds).await?;
    Ok(rows
        .into_iter()
        .map(|row| (webhook.id.raw(), row.id))
        .collect())
}
