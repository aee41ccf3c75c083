//! The SQL of rules.

use kernel::{
    id::{ReplyRuleId, SenderId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::Value as Json;
use storage::{Value, sql};

use super::{Rule, Words};

/// What a writer says about a rule.
#[derive(Debug, Clone)]
pub struct Wish {
    /// What people of the company call it.
    pub name: String,
    /// The words that it knows.
    pub words: Words,
    /// What it answers.
    pub messages: Json,
    /// Whether it answers.
    pub is_enabled: bool,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    account_id: i64,
    name: String,
    document: Json,
    messages: Json,
    is_enabled: bool,
    version: i64,
    updated_at: i64,
}

const SELECT: &str = "SELECT id, account_id, name, document, messages, is_enabled, version, updated_at FROM line_reply_rule
     WHERE workspace_id = $1 AND archived_at IS NULL";

impl TryFrom<Row> for Rule {
    type Error = DbErr;

    fn try_from(row: Row) -> Result<Self, DbErr> {
        Ok(Self {
            id: ReplyRuleId::from_raw(row.id),
            account: SenderId::from_raw(row.account_id),
            name: row.name,
            words: serde_json::from_value(row.document)
                .map_err(|error| DbErr::Type(error.to_string()))?,
            messages: row.messages,
            is_enabled: row.is_enabled,
            version: row.version,
            updated_at: Millis(row.updated_at),
        })
    }
}

/// Lists the rules of an account, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    account: SenderId,
) -> Result<Vec<Rule>, DbErr> {
    let text = format!("{SELECT} AND account_id = $2 ORDER BY id");
    let rows: Vec<Row> = sql::all(db, text, [workspace.raw().into(), account.raw().into()]).await?;
    rows.into_iter().map(Rule::try_from).collect()
}

/// Returns a rule.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: ReplyRuleId,
) -> Result<Option<Rule>, DbErr> {
    let text = format!("{SELECT} AND id = $2");
    let row: Option<Row> = sql::one(db, text, [workspace.raw().into(), id.raw().into()]).await?;
    row.map(Rule::try_from).transpose()
}

/// Writes a new rule.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(
    tx: &impl ConnectionTrait,
    (workspace, account): (WorkspaceId, SenderId),
    id: ReplyRuleId,
    wish: &Wish,
    now: Millis,
) -> Result<(), DbErr> {
    let text = "INSERT INTO line_reply_rule (workspace_id, id, account_id, name, document, messages, is_enabled, version, created_at, updated_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8)";
    let binds = [
        workspace.raw().into(),
        id.raw().into(),
        account.raw().into(),
        wish.name.clone().into(),
        words(wish),
        json(wish.messages.clone()),
        wish.is_enabled.into(),
        now.0.into(),
    ];
    sql::exec(tx, text, binds).await.map(|_| ())
}

/// Changes a rule, unless somebody else has since `version` was read; returns whether it did.
///
/// # Errors
/// When the database does not answer.
pub async fn change(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: ReplyRuleId,
    wish: &Wish,
    (version, now): (i64, Millis),
) -> Result<bool, DbErr> {
    let text = "UPDATE line_reply_rule SET name = $3, document = $4, messages = $5, is_enabled = $6, version = version + 1,
                updated_at = $7 WHERE workspace_id = $1 AND id = $2 AND version = $8 AND archived_at IS NULL";
    let binds = [
        workspace.raw().into(),
        id.raw().into(),
        wish.name.clone().into(),
        words(wish),
        json(wish.messages.clone()),
        wish.is_enabled.into(),
        now.0.into(),
        version.into(),
    ];
    Ok(sql::exec(tx, text, binds).await? == 1)
}

/// Puts a rule away; returns whether there was one.
///
/// # Errors
/// When the database does not answer.
pub async fn archive(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: ReplyRuleId,
    now: Millis,
) -> Result<bool, DbErr> {
    let text = "UPDATE line_reply_rule SET archived_at = $3 WHERE workspace_id = $1 AND id = $2 AND archived_at IS NULL";
    let binds = [workspace.raw().into(), id.raw().into(), now.0.into()];
    Ok(sql::exec(tx, text, binds).await? == 1)
}

fn words(wish: &Wish) -> Value {
    json(serde_json::to_value(&wish.words).unwrap_or_default())
}

fn json(of: Json) -> Value {
    Value::Json(Some(Box::new(of)))
}
