//! The drafts of menus.

use kernel::{
    id::{MenuId, PublicationId, SenderId, UserId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::Value as Json;
use storage::{Value, sql};

use super::Document;

/// A menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// The id.
    pub id: MenuId,
    /// The LINE account.
    pub account: SenderId,
    /// What people of the company call it.
    pub name: String,
    /// The draft.
    pub document: Document,
    /// The number of its picture.
    pub image: Option<i64>,
    /// Counts the saves.
    pub version: i64,
    /// The publication that friends see.
    pub live: Option<PublicationId>,
    /// When it was last saved.
    pub updated_at: Millis,
}

/// What a writer says about a menu.
#[derive(Debug, Clone)]
pub struct Wish {
    /// What people of the company call it.
    pub name: String,
    /// The draft.
    pub document: Document,
    /// The number of its picture.
    pub image: Option<i64>,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    account_id: i64,
    name: String,
    document: Json,
    image_id: Option<i64>,
    version: i64,
    live_id: i64,
    updated_at: i64,
}

const SELECT: &str =
    "SELECT id, account_id, name, document, image_id, version, live_id, updated_at FROM line_menu
     WHERE workspace_id = $1 AND archived_at IS NULL";

impl TryFrom<Row> for Menu {
    type Error = DbErr;

    fn try_from(row: Row) -> Result<Self, DbErr> {
        Ok(Self {
            id: MenuId::from_raw(row.id),
            account: SenderId::from_raw(row.account_id),
            name: row.name,
            document: serde_json::from_value(row.document)
                .map_err(|error| DbErr::Type(error.to_string()))?,
            image: row.image_id,
            version: row.version,
            live: (row.live_id > 0).then(|| PublicationId::from_raw(row.live_id)),
            updated_at: Millis(row.updated_at),
        })
    }
}

/// Lists the menus of an account, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    account: SenderId,
) -> Result<Vec<Menu>, DbErr> {
    let text = format!("{SELECT} AND account_id = $2 ORDER BY id");
    let rows: Vec<Row> = sql::all(db, text, [workspace.raw().into(), account.raw().into()]).await?;
    rows.into_iter().map(Menu::try_from).collect()
}

/// Returns a menu that has not been put away.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: MenuId,
) -> Result<Option<Menu>, DbErr> {
    let text = format!("{SELECT} AND id = $2");
    let row: Option<Row> = sql::one(db, text, [workspace.raw().into(), id.raw().into()]).await?;
    row.map(Menu::try_from).transpose()
}

/// Writes a new menu.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(
    tx: &impl ConnectionTrait,
    (workspace, account): (WorkspaceId, SenderId),
    id: MenuId,
    wish: &Wish,
    (by, now): (Option<UserId>, Millis),
) -> Result<(), DbErr> {
    let text = "INSERT INTO line_menu (workspace_id, id, account_id, name, document, image_id, version, created_by, created_at, updated_at)
                VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $8)";
    let binds = [
        workspace.raw().into(),
        id.raw().into(),
        account.raw().into(),
        wish.name.clone().into(),
        json(&wish.document),
        wish.image.into(),
        by.map(UserId::raw).into(),
        now.0.into(),
    ];
    sql::exec(tx, text, binds).await.map(|_| ())
}

/// Changes a menu, unless somebody else has since `version` was read; returns whether it did.
///
/// # Errors
/// When the database does not answer.
pub async fn change(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: MenuId,
    wish: &Wish,
    (version, now): (i64, Millis),
) -> Result<bool, DbErr> {
    let text = "UPDATE line_menu SET name = $3, document = $4, image_id = $5, version = version + 1, updated_at = $6
                WHERE workspace_id = $1 AND id = $2 AND version = $7 AND archived_at IS NULL";
    let binds = [
        workspace.raw().into(),
        id.raw().into(),
        wish.name.clone().into(),
        json(&wish.document),
        wish.image.into(),
        now.0.into(),
        version.into(),
    ];
    Ok(sql::exec(tx, text, binds).await? == 1)
}

/// Puts a menu away; what LINE holds of it is taken back by whoever keeps the menus. Returns whether there was one.
///
/// # Errors
/// When the database does not answer.
pub async fn archive(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: MenuId,
    now: Millis,
) -> Result<bool, DbErr> {
    let binds = || [workspace.raw().into(), id.raw().into(), now.0.into()];
    let text = "UPDATE line_menu SET archived_at = $3, live_id = 0
                WHERE workspace_id = $1 AND id = $2 AND archived_at IS NULL";
    if sql::exec(tx, text, binds()).await? == 0 {
        return Ok(false);
    }
    let text = "UPDATE line_menu_publication SET step = 4, ended_at = $3
                WHERE workspace_id = $1 AND menu_id = $2 AND step < 4";
    sql::exec(tx, text, binds()).await?;
    let text = "UPDATE line_menu_friend SET target = 0 WHERE workspace_id = $1 AND menu_id = $2 AND $3 = $3";
    sql::exec(tx, text, binds()).await?;
    Ok(true)
}

pub(super) fn json(of: &impl serde::Serialize) -> Value {
    let value = serde_json::to_value(of).unwrap_or_default();
    Value::Json(Some(Box::new(value)))
}
