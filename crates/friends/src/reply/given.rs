//! Answers that were given: written before LINE is called, so that none is given twice.

use std::collections::HashMap;

use kernel::{
    id::{ReplyRuleId, SenderId, WorkspaceId},
    time::{Millis, SECOND},
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::sql;

/// LINE's word for a token is a minute; ten seconds of it are for the way.
pub const TAKES: i64 = 50 * SECOND;

/// What became of an answer. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i16)]
pub enum State {
    /// LINE is being called, or was when the server stopped: it is not tried again.
    HandedOver = 0,
    /// LINE took it.
    Accepted = 1,
    /// LINE would not have it.
    Refused = 2,
    /// LINE did not answer.
    Unknown = 3,
    /// The minute was over.
    TooLate = 4,
}

/// An event that is answered.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The account.
    pub account: SenderId,
    /// LINE's name of the event.
    pub event: &'a str,
    /// The rule that answers.
    pub rule: ReplyRuleId,
}

/// How often a rule has answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Answered {
    /// Answers that LINE took.
    pub accepted: i64,
    /// Answers that it did not take, or of which nobody knows.
    pub failed: i64,
}

/// Writes that an event is about to be answered; returns whether it was not before.
///
/// # Errors
/// When the database does not answer.
pub async fn take(tx: &impl ConnectionTrait, given: Given<'_>, now: Millis) -> Result<bool, DbErr> {
    let text = "INSERT INTO line_reply (workspace_id, account_id, event_id, rule_id, state, handed_over_at)
                VALUES ($1, $2, $3, $4, 0, $5) ON CONFLICT (workspace_id, account_id, event_id) DO NOTHING";
    let binds = [
        given.workspace.raw().into(),
        given.account.raw().into(),
        given.event.into(),
        given.rule.raw().into(),
        now.0.into(),
    ];
    Ok(sql::exec(tx, text, binds).await? == 1)
}

/// Writes what became of an answer.
///
/// # Errors
/// When the database does not answer.
pub async fn settle(
    tx: &impl ConnectionTrait,
    given: Given<'_>,
    (state, detail): (State, Option<&str>),
    now: Millis,
) -> Result<(), DbErr> {
    let text = "UPDATE line_reply SET state = $4, detail = $5, settled_at = $6
                WHERE workspace_id = $1 AND account_id = $2 AND event_id = $3";
    let binds = [
        given.workspace.raw().into(),
        given.account.raw().into(),
        given.event.into(),
        (state as i16).into(),
        detail
            .map(|detail| detail.chars().take(300).collect::<String>())
            .into(),
        now.0.into(),
    ];
    sql::exec(tx, text, binds).await.map(|_| ())
}

/// Counts the answers of each rule of an account.
///
/// # Errors
/// When the database does not answer.
pub async fn counts(
    db: &impl ConnectionTrait,
    (workspace, account): (WorkspaceId, SenderId),
) -> Result<HashMap<ReplyRuleId, Answered>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        rule_id: i64,
        accepted: i64,
        failed: i64,
    }
    let text = "SELECT rule_id, COUNT(*) FILTER (WHERE state = 1) AS accepted, COUNT(*) FILTER (WHERE state > 1) AS failed
                FROM line_reply WHERE workspace_id = $1 AND account_id = $2 GROUP BY rule_id";
    let rows: Vec<Row> = sql::all(db, text, [workspace.raw().into(), account.raw().into()]).await?;
    let count = |row: Row| {
        let (accepted, failed) = (row.accepted, row.failed);
        (
            ReplyRuleId::from_raw(row.rule_id),
            Answered { accepted, failed },
        )
    };
    Ok(rows.into_iter().map(count).collect())
}
