//! Publications: menus as LINE holds them, from wanted to gone.

use kernel::{
    id::{IdSource, MenuId, PublicationId, SenderId, UserId, WorkspaceId, fresh},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::Value as Json;
use storage::sql;

use super::{Document, Menu, menus::json};

/// How far a publication is. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i16)]
pub enum Step {
    /// LINE is to make it.
    Wanted = 0,
    /// LINE has made it, without its picture.
    Made = 1,
    /// It has its picture.
    Drawn = 2,
    /// Friends see it.
    Live = 3,
    /// Another took its place, or it was withdrawn: LINE is to forget it when nobody has it any more.
    Ended = 4,
    /// LINE has forgotten it.
    Gone = 5,
}

impl Step {
    fn from_code(code: i16) -> Self {
        match code {
            0 => Self::Wanted,
            1 => Self::Made,
            2 => Self::Drawn,
            3 => Self::Live,
            4 => Self::Ended,
            _ => Self::Gone,
        }
    }

    /// Returns the stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wanted | Self::Made | Self::Drawn => "publishing",
            Self::Live => "live",
            Self::Ended | Self::Gone => "ended",
        }
    }
}

/// A menu as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The id.
    pub id: PublicationId,
    /// The account.
    pub account: SenderId,
    /// Of which menu.
    pub menu: MenuId,
    /// Counts the publications of the menu, from 1.
    pub number: i32,
    /// What the menu was called.
    pub name: String,
    /// What it says.
    pub document: Document,
    /// The number of its picture.
    pub image: i64,
    /// How far it is.
    pub step: Step,
    /// LINE's name of it.
    pub line_id: Option<String>,
    /// When making it was first tried.
    pub tried_at: Option<Millis>,
    /// What LINE has against it.
    pub fault: Option<String>,
    /// What took its place.
    pub replaced_by: Option<PublicationId>,
    /// When it was published.
    pub created_at: Millis,
    /// Since when friends see it.
    pub live_at: Option<Millis>,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    account_id: i64,
    menu_id: i64,
    number: i32,
    name: String,
    document: Json,
    image_id: i64,
    step: i16,
    line_id: Option<String>,
    tried_at: Option<i64>,
    fault: Option<String>,
    replaced_by: Option<i64>,
    created_at: i64,
    live_at: Option<i64>,
}

const SELECT: &str = "SELECT id, account_id, menu_id, number, name, document, image_id, step, line_id, tried_at, fault,
     replaced_by, created_at, live_at FROM line_menu_publication WHERE workspace_id = $1";

impl TryFrom<Row> for Publication {
    type Error = DbErr;

    fn try_from(row: Row) -> Result<Self, DbErr> {
        Ok(Self {
            id: PublicationId::from_raw(row.id),
            account: SenderId::from_raw(row.account_id),
            menu: MenuId::from_raw(row.menu_id),
            number: row.number,
            name: row.name,
            document: serde_json::from_value(row.document)
                .map_err(|error| DbErr::Type(error.to_string()))?,
            image: row.image_id,
            step: Step::from_code(row.step),
            line_id: row.line_id,
            tried_at: row.tried_at.map(Millis),
            fault: row.fault,
            replaced_by: row.replaced_by.map(PublicationId::from_raw),
            created_at: Millis(row.created_at),
            live_at: row.live_at.map(Millis),
        })
    }
}

/// Publishes the draft of a menu with its picture. What was on its way and is not live yet ends.
///
/// # Errors
/// When the database does not answer.
pub async fn publish(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    ids: &dyn IdSource,
    (menu, image): (&Menu, i64),
    (by, now): (Option<UserId>, Millis),
) -> Result<PublicationId, DbErr> {
    let id: PublicationId = fresh(ids);
    let of_menu = || [workspace.raw().into(), menu.id.raw().into()];
    let text = "UPDATE line_menu_publication SET step = 4, ended_at = $3 WHERE workspace_id = $1 AND menu_id = $2 AND step < 3";
    let [ws, m] = of_menu();
    sql::exec(tx, text, [ws, m, now.0.into()]).await?;
    let text =
        "SELECT MAX(number) FROM line_menu_publication WHERE workspace_id = $1 AND menu_id = $2";
    let number = highest(tx, text, of_menu()).await? + 1;
    let text = "INSERT INTO line_menu_publication (workspace_id, id, account_id, menu_id, number, name, document, image_id,
                step, published_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10)";
    let binds = [
        workspace.raw().into(),
        id.raw().into(),
        menu.account.raw().into(),
        menu.id.raw().into(),
        number.into(),
        menu.name.clone().into(),
        json(&menu.document),
        image.into(),
        by.map(UserId::raw).into(),
        now.0.into(),
    ];
    sql::exec(tx, text, binds).await.map(|_| id)
}

async fn highest(
    tx: &impl ConnectionTrait,
    text: &'static str,
    binds: [storage::Value; 2],
) -> Result<i32, DbErr> {
    let rows = sql::rows(tx, text, binds).await?;
    let highest = rows
        .first()
        .map(|row| row.try_get_by_index::<Option<i32>>(0))
        .transpose()?;
    Ok(highest.flatten().unwrap_or(0))
}

/// Returns a publication.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: PublicationId,
) -> Result<Option<Publication>, DbErr> {
    let text = format!("{SELECT} AND id = $2");
    let row: Option<Row> = sql::one(db, text, [workspace.raw().into(), id.raw().into()]).await?;
    row.map(Publication::try_from).transpose()
}

/// Returns a publication and whose it is, for whoever comes by a link in a menu.
///
/// # Errors
/// When the database does not answer.
pub async fn locate(
    db: &impl ConnectionTrait,
    id: PublicationId,
) -> Result<Option<(WorkspaceId, Publication)>, DbErr> {
    let text = "SELECT workspace_id FROM line_menu_publication WHERE id = $1";
    let workspace = WorkspaceId::from_raw(sql::number(db, text, [id.raw().into()]).await?);
    let found = find(db, workspace, id).await?;
    Ok(found.map(|found| (workspace, found)))
}

/// Returns those of an account that LINE holds or is to hold, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_account(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    account: SenderId,
) -> Result<Vec<Publication>, DbErr> {
    let text = format!("{SELECT} AND account_id = $2 AND step < 5 ORDER BY id");
    let rows: Vec<Row> = sql::all(db, text, [workspace.raw().into(), account.raw().into()]).await?;
    rows.into_iter().map(Publication::try_from).collect()
}

/// Returns the newest of a menu.
///
/// # Errors
/// When the database does not answer.
pub async fn newest(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    menu: MenuId,
) -> Result<Option<Publication>, DbErr> {
    let text = format!("{SELECT} AND menu_id = $2 ORDER BY number DESC LIMIT 1");
    let row: Option<Row> = sql::one(db, text, [workspace.raw().into(), menu.raw().into()]).await?;
    row.map(Publication::try_from).transpose()
}

/// Writes that making a publication is about to be tried.
///
/// # Errors
/// When the database does not answer.
pub async fn tried(tx: &impl ConnectionTrait, id: PublicationId, now: Millis) -> Result<(), DbErr> {
    let text = "UPDATE line_menu_publication SET tried_at = $2 WHERE id = $1 AND tried_at IS NULL";
    sql::exec(tx, text, [id.raw().into(), now.0.into()])
        .await
        .map(|_| ())
}

/// Writes that LINE has made it, under which name. One that was ended meanwhile stays ended, to be taken back.
///
/// # Errors
/// When the database does not answer.
pub async fn made(
    tx: &impl ConnectionTrait,
    id: PublicationId,
    line_id: &str,
) -> Result<(), DbErr> {
    let text = "UPDATE line_menu_publication SET line_id = $2, step = CASE WHEN step = 0 THEN 1 ELSE step END WHERE id = $1";
    sql::exec(tx, text, [id.raw().into(), line_id.into()])
        .await
        .map(|_| ())
}

/// Writes that it has its picture.
///
/// # Errors
/// When the database does not answer.
pub async fn drawn(tx: &impl ConnectionTrait, id: PublicationId) -> Result<(), DbErr> {
    let text = "UPDATE line_menu_publication SET step = 2 WHERE id = $1 AND step = 1";
    sql::exec(tx, text, [id.raw().into()]).await.map(|_| ())
}

/// Writes what LINE has against it: it is not tried again.
///
/// # Errors
/// When the database does not answer.
pub async fn refused(
    tx: &impl ConnectionTrait,
    id: PublicationId,
    fault: &str,
) -> Result<(), DbErr> {
    let fault: String = fault.chars().take(300).collect();
    let text = "UPDATE line_menu_publication SET fault = $2 WHERE id = $1";
    sql::exec(tx, text, [id.raw().into(), fault.into()])
        .await
        .map(|_| ())
}

/// Puts a publication in the place of the one before: whoever is to see the menu is to see this one.
///
/// # Errors
/// When the database does not answer.
pub async fn goes_live(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    publication: &Publication,
    now: Millis,
) -> Result<(), DbErr> {
    let binds = || {
        [
            workspace.raw().into(),
            publication.menu.raw().into(),
            publication.id.raw().into(),
        ]
    };
    let text = "UPDATE line_menu_publication SET step = 3, live_at = $2 WHERE id = $1 AND step = 2";
    if sql::exec(tx, text, [publication.id.raw().into(), now.0.into()]).await? == 0 {
        return Ok(());
    }
    let [ws, menu, id] = binds();
    let text = "UPDATE line_menu_publication SET step = 4, replaced_by = $3, ended_at = $4
                WHERE workspace_id = $1 AND menu_id = $2 AND step = 3 AND id <> $3";
    sql::exec(tx, text, [ws, menu, id, now.0.into()]).await?;
    let text = "UPDATE line_menu SET live_id = $3 WHERE workspace_id = $1 AND id = $2";
    sql::exec(tx, text, binds()).await?;
    let text = "UPDATE line_menu_friend SET target = $3, is_refused = FALSE WHERE workspace_id = $1 AND menu_id = $2";
    sql::exec(tx, text, binds()).await.map(|_| ())
}

/// Writes that LINE has forgotten it.
///
/// # Errors
/// When the database does not answer.
pub async fn gone(tx: &impl ConnectionTrait, id: PublicationId) -> Result<(), DbErr> {
    let text = "UPDATE line_menu_publication SET step = 5 WHERE id = $1";
    sql::exec(tx, text, [id.raw().into()]).await.map(|_| ())
}
