//! Tickets: single-use permission for a download, a preview or a stream, good for 60 s.
//!
//! A browser cannot send the access token with a plain link or an iframe; a ticket in the address does.

use kernel::{
    id::{UserId, WorkspaceId},
    time::{Millis, SECOND},
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Value, sql};

use crate::{AccessError, token};

/// How long an unused ticket works.
pub const LIFETIME: i64 = 60 * SECOND;

/// What a ticket stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Who asked for it.
    pub user: Option<UserId>,
    /// What it opens, `quarantine_csv` or `preview`.
    pub purpose: String,
    /// What the handler needs to know.
    pub payload: serde_json::Value,
}

/// Makes a ticket and returns its token.
pub async fn create(
    tx: &impl ConnectionTrait,
    ticket: &Ticket,
    now: Millis,
) -> Result<String, AccessError> {
    let token = token::random("")?;
    sql::exec(
        tx,
        "DELETE FROM ticket WHERE expires_at < $1",
        [now.0.into()],
    )
    .await?;
    sql::exec(
        tx,
        "INSERT INTO ticket (token_hash, workspace_id, user_id, purpose, payload, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        [
            token::hash(&token).into(),
            ticket.workspace.raw().into(),
            ticket.user.map(UserId::raw).into(),
            ticket.purpose.as_str().into(),
            Value::Json(Some(Box::new(ticket.payload.clone()))),
            now.plus(LIFETIME).0.into(),
        ],
    )
    .await?;
    Ok(token)
}

#[derive(FromQueryResult)]
struct Row {
    workspace_id: i64,
    user_id: Option<i64>,
    payload: serde_json::Value,
}

/// Uses a ticket up; `None` when it was used, has expired or is for something else.
pub async fn consume(
    tx: &impl ConnectionTrait,
    token: &str,
    purpose: &str,
    now: Millis,
) -> Result<Option<Ticket>, AccessError> {
    let row: Option<Row> = sql::one(
        tx,
        "DELETE FROM ticket WHERE token_hash = $1 AND purpose = $2 AND expires_at >= $3 RETURNING workspace_id, user_id, payload",
        [token::hash(token).into(), purpose.into(), now.0.into()],
    )
    .await?;
    Ok(row.map(|row| Ticket {
        workspace: WorkspaceId::from_raw(row.workspace_id),
        user: row.user_id.map(UserId::from_raw),
        purpose: purpose.to_owned(),
        payload: row.payload,
    }))
}

/// Removes up to `limit` tickets that have run out, and what a preview had put behind them; returns how many.
///
/// # Errors
/// When the database does not answer.
pub async fn prune(tx: &impl ConnectionTrait, now: Millis, limit: u32) -> Result<u64, DbErr> {
    let text = format!(
        "DELETE FROM ticket WHERE token_hash IN (SELECT token_hash FROM ticket WHERE expires_at < $1 LIMIT {limit})"
    );
    sql::exec(tx, text, [now.0.into()]).await
}
