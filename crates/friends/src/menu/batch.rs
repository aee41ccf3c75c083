//! Replacing one publication by another for everybody at once, by LINE's batch.
//!
//! LINE allows three an hour, so it is worth one where many hold the old menu, or where people come to it by a tab: who
//! went there by herself holds it without our having told LINE so, and only a batch finds her.

use kernel::{
    id::{PublicationId, SenderId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::sql;

use super::{Publication, standing::FORGOTTEN};

/// From so many on a batch is worth one of the three; ten bulk calls do for fewer.
pub const PAYS: i64 = 5_000;

/// A batch under way; one an account at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Everybody with this one
    pub from: PublicationId,
    /// gets this one.
    pub to: PublicationId,
    /// LINE goes on by it where a batch broke off.
    pub resume_key: String,
    /// LINE's name of it, once it has taken it.
    pub request_id: Option<String>,
    /// When to look next.
    pub due_at: Millis,
}

#[derive(FromQueryResult)]
struct Row {
    from_id: i64,
    to_id: i64,
    resume_key: String,
    request_id: Option<String>,
    due_at: i64,
}

/// Returns the batch of an account.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    db: &impl ConnectionTrait,
    (workspace, account): (WorkspaceId, SenderId),
) -> Result<Option<Batch>, DbErr> {
    let text = "SELECT from_id, to_id, resume_key, request_id, due_at FROM line_menu_batch
                WHERE workspace_id = $1 AND account_id = $2";
    let row: Option<Row> =
        sql::one(db, text, [workspace.raw().into(), account.raw().into()]).await?;
    Ok(row.map(|row| Batch {
        from: PublicationId::from_raw(row.from_id),
        to: PublicationId::from_raw(row.to_id),
        resume_key: row.resume_key,
        request_id: row.request_id,
        due_at: Millis(row.due_at),
    }))
}

/// Returns what a batch would be worth: of the publications of an account, one that was replaced by one that is live,
/// and that many hold or come to by a tab.
pub fn worth(
    publications: &[Publication],
    n_told: impl Fn(PublicationId) -> i64,
) -> Option<(&Publication, PublicationId)> {
    let is_tab = |menu| {
        let mut leading = publications
            .iter()
            .filter(|one| one.menu != menu && one.line_id.is_some());
        leading.any(|one| one.document.leads_to().any(|to| to == menu))
    };
    publications.iter().find_map(|old| {
        let to = old.replaced_by.filter(|_| old.line_id.is_some())?;
        // Replaced again meanwhile: its own successor is on its way.
        let is_live = publications
            .iter()
            .any(|one| one.id == to && one.step == super::Step::Live);
        (is_live && (n_told(old.id) >= PAYS || is_tab(old.menu))).then_some((old, to))
    })
}

/// Writes that a batch is about to begin.
///
/// # Errors
/// When the database does not answer.
pub async fn begin(
    tx: &impl ConnectionTrait,
    (workspace, account): (WorkspaceId, SenderId),
    (from, to): (PublicationId, PublicationId),
    now: Millis,
) -> Result<(), DbErr> {
    let text = "INSERT INTO line_menu_batch (workspace_id, account_id, from_id, to_id, resume_key, due_at, created_at)
                VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (workspace_id, account_id) DO NOTHING";
    let binds = [
        workspace.raw().into(),
        account.raw().into(),
        from.raw().into(),
        to.raw().into(),
        format!("enishi-{:x}-{:x}", from.raw(), to.raw()).into(),
        now.0.into(),
    ];
    sql::exec(tx, text, binds).await.map(|_| ())
}

/// Writes LINE's name of the batch, none when it is to be given again, and when to look next.
///
/// # Errors
/// When the database does not answer.
pub async fn look_at(
    tx: &impl ConnectionTrait,
    (workspace, account): (WorkspaceId, SenderId),
    request_id: Option<&str>,
    due_at: Millis,
) -> Result<(), DbErr> {
    let text = "UPDATE line_menu_batch SET request_id = $3, due_at = $4 WHERE workspace_id = $1 AND account_id = $2";
    let binds = [
        workspace.raw().into(),
        account.raw().into(),
        request_id.map(str::to_owned).into(),
        due_at.0.into(),
    ];
    sql::exec(tx, text, binds).await.map(|_| ())
}

/// Writes that a batch is through: everybody who held the old one holds the new one. Whoever is to see something else by
/// now is told so; the old one is not replaced a second time.
///
/// # Errors
/// When the database does not answer.
pub async fn done(
    tx: &impl ConnectionTrait,
    (workspace, account): (WorkspaceId, SenderId),
    batch: &Batch,
    now: Millis,
) -> Result<(), DbErr> {
    let text = format!(
        "UPDATE line_menu_friend SET told = CASE WHEN target = $4 THEN $4 ELSE {FORGOTTEN} END, told_at = $5
         WHERE workspace_id = $1 AND account_id = $2 AND told = $3"
    );
    let binds = [
        workspace.raw().into(),
        account.raw().into(),
        batch.from.raw().into(),
        batch.to.raw().into(),
        now.0.into(),
    ];
    sql::exec(tx, text, binds).await?;
    forget(tx, (workspace, account), batch).await
}

/// Gives a batch up: whoever held the old menu is told one by one.
///
/// # Errors
/// When the database does not answer.
pub async fn forget(
    tx: &impl ConnectionTrait,
    (workspace, account): (WorkspaceId, SenderId),
    batch: &Batch,
) -> Result<(), DbErr> {
    let text = "UPDATE line_menu_publication SET replaced_by = NULL WHERE id = $1";
    sql::exec(tx, text, [batch.from.raw().into()]).await?;
    let text = "DELETE FROM line_menu_batch WHERE workspace_id = $1 AND account_id = $2";
    let binds = [workspace.raw().into(), account.raw().into()];
    sql::exec(tx, text, binds).await.map(|_| ())
}
