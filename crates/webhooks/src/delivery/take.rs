//! Taking what is due. Whoever takes a row has it for a while; should they be gone by then, it is due again.

use kernel::{
    id::{WebhookDeliveryId, WebhookId, WebhookMessageId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Dialect, Tx, sql};

/// A webhook for which something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Which.
    pub webhook: WebhookId,
    /// What may be sent to it now.
    pub lane: Lane,
}

/// What may be sent to a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Everything.
    Open,
    /// Tests alone: it is switched off, or asked to be spared.
    TestsOnly,
}

/// Returns the webhooks of all workspaces for which something is due.
///
/// Across workspaces, as the queue of jobs is: one process sends for all of them.
///
/// # Errors
/// When the database does not answer.
pub async fn due(db: &impl ConnectionTrait, now: Millis) -> Result<Vec<Due>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        workspace_id: i64,
        id: i64,
        is_open: bool,
    }
    let text = "SELECT w.workspace_id, w.id, (w.is_enabled AND w.spared_until <= $1) AS is_open FROM webhook w
                WHERE w.archived_at IS NULL AND EXISTS (SELECT 1 FROM webhook_delivery d
                  WHERE d.webhook_id = w.id AND d.state = 0 AND d.due_at <= $1
                    AND (d.is_test OR (w.is_enabled AND w.spared_until <= $1)))
                ORDER BY w.id";
    let rows: Vec<Row> = sql::all(db, text, [now.0.into()]).await?;
    let due = rows.into_iter().map(|row| Due {
        workspace: WorkspaceId::from_raw(row.workspace_id),
        webhook: WebhookId::from_raw(row.id),
        lane: if row.is_open {
            Lane::Open
        } else {
            Lane::TestsOnly
        },
    });
    Ok(due.collect())
}

/// A delivery that was taken to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Whose.
    pub workspace: WorkspaceId,
    /// To whom.
    pub webhook: WebhookId,
    /// Which.
    pub id: WebhookDeliveryId,
    /// What is told; receivers know repeats by it.
    pub message: WebhookMessageId,
    /// The document.
    pub body: String,
    /// Whether it is a test.
    pub is_test: bool,
    /// Failures before.
    pub attempts: i32,
    /// When the present run through the schedule began.
    pub begun_at: Millis,
    /// The number that the answer must name.
    pub fence: i64,
}

/// Takes up to `limit` deliveries of a webhook that are due, the one that has been due longest first. They are due
/// again at `until`.
///
/// # Errors
/// When the database does not answer.
pub async fn take(
    tx: &Tx,
    due: Due,
    (now, until): (Millis, Millis),
    limit: usize,
) -> Result<Vec<Taken>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        message_id: i64,
        is_test: bool,
        attempts: i32,
        begun_at: i64,
        taken: i64,
    }
    let lane = match due.lane {
        Lane::Open => "",
        Lane::TestsOnly => "AND d.is_test",
    };
    // Another process that takes at the same moment passes over what this one has in hand.
    let lock = match tx.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => "FOR UPDATE SKIP LOCKED",
    };
    let text = format!(
        "UPDATE webhook_delivery SET due_at = $4, taken = taken + 1 WHERE workspace_id = $1 AND id IN (
           SELECT d.id FROM webhook_delivery d WHERE d.webhook_id = $2 AND d.state = 0 AND d.due_at <= $3 {lane}
           ORDER BY d.due_at LIMIT $5 {lock})
         RETURNING id, message_id, is_test, attempts, begun_at, taken"
    );
    let (workspace, webhook) = (due.workspace, due.webhook);
    let binds = [
        workspace.raw().into(),
        webhook.raw().into(),
        now.0.into(),
        until.0.into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    let rows: Vec<Row> = sql::all(tx, text, binds).await?;
    let mut taken = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(body) = body(tx, workspace, row.message_id).await? else {
            continue;
        };
        taken.push(Taken {
            workspace,
            webhook,
            id: WebhookDeliveryId::from_raw(row.id),
            message: WebhookMessageId::from_raw(row.message_id),
            body,
            is_test: row.is_test,
            attempts: row.attempts,
            begun_at: Millis(row.begun_at),
            fence: row.taken,
        });
    }
    Ok(taken)
}

pub(super) async fn body(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    message: i64,
) -> Result<Option<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        body: String,
    }
    let text = "SELECT body FROM webhook_message WHERE workspace_id = $1 AND id = $2";
    let row: Option<Row> = sql::one(db, text, [workspace.raw().into(), message.into()]).await?;
    Ok(row.map(|row| row.body))
}
