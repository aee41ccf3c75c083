//! Saved emails in the database: every version is kept, the newest is the one in use.

mod cache;
mod fold;
mod row;

use kernel::{
    id::{ContentId, UserId, WorkspaceId},
    page::{BadCursor, Page, PageRequest},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::Value as Json;
use storage::{Dialect, Value, sql};

use crate::{
    CompileError, CompiledEmail, Data, EmailDocument, Footer, FooterCheck, RenderOptions,
    sample_data,
};
pub use cache::CompiledCache;
use row::{COLUMNS, FullRow, Row, VersionRow};

/// The most versions that [`versions`] lists; older ones are still found by number.
const MAX_LISTED: i64 = 100;

/// A saved email without its document, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub id: ContentId,
    /// What the author calls it.
    pub name: String,
    /// The subject as a made-up customer reads it.
    pub sample_subject: String,
    /// Its languages, the default first.
    pub locales: Vec<String>,
    /// The newest version; a write names the one it has read.
    pub version: i64,
    /// Who made it; absent for a program.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: Millis,
    /// Who saved the newest version.
    pub updated_by: Option<UserId>,
    /// When the newest version was saved.
    pub updated_at: Millis,
    /// When it was put away.
    pub archived_at: Option<Millis>,
}

/// A saved email.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// What lists show of it.
    pub summary: Summary,
    /// The newest version.
    pub document: EmailDocument,
}

/// One version in the history of an email.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number, from 1.
    pub version: i64,
    /// Who saved it; absent for a program.
    pub saved_by: Option<UserId>,
    /// When.
    pub saved_at: Millis,
}

/// Which emails are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Part of the name; width, case and kana do not matter.
    pub search: Option<String>,
    /// Those put away instead of those in use.
    pub archived: bool,
}

/// Who writes, and when.
#[derive(Debug, Clone, Copy)]
pub struct Author {
    /// The person; absent for a program.
    pub user: Option<UserId>,
    /// The present instant.
    pub now: Millis,
}

/// Why a document was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// It cannot be compiled: what is saved can always be sent.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// There is no such email.
    #[error("no such email")]
    NotFound,
    /// Somebody saved a newer version meanwhile.
    #[error("version {0} was saved meanwhile")]
    Conflict(i64),
    /// The database did not do its part.
    #[error("failed to save the email")]
    Db(#[from] DbErr),
}

/// Lists emails, the most recently saved first. A foreign cursor is an error of the caller.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Result<Page<Summary>, BadCursor>, DbErr> {
    let [before, before_id] = match page.position() {
        Ok(position) => position.unwrap_or([i64::MAX; 2]),
        Err(bad) => return Ok(Err(bad)),
    };
    let limit = page.limit();
    let mut binds: Vec<Value> = vec![
        workspace.raw().into(),
        before.into(),
        before_id.into(),
        i64::try_from(limit + 1).unwrap_or(i64::MAX).into(),
    ];
    let kept = if filter.archived {
        "IS NOT NULL"
    } else {
        "IS NULL"
    };
    let search = filter.search.as_deref().map(fold::fold).unwrap_or_default();
    let found = if search.is_empty() {
        ""
    } else {
        binds.push(search.into());
        match Dialect::of(db.get_database_backend()) {
            Dialect::Sqlite => " AND instr(c.search_text, $5) > 0",
            Dialect::Postgres => " AND position($5 IN c.search_text) > 0",
        }
    };
    let text = format!(
        "SELECT {COLUMNS} FROM content c
         WHERE c.workspace_id = $1 AND (c.updated_at < $2 OR (c.updated_at = $2 AND c.id < $3))
               AND c.archived_at {kept}{found}
         ORDER BY c.updated_at DESC, c.id DESC LIMIT $4"
    );
    let rows: Vec<Row> = sql::all(db, text, binds).await?;
    let rows: Vec<Summary> = rows.into_iter().map(Summary::from).collect();
    let position = |row: &Summary| vec![row.updated_at.0, row.id.raw()];
    Ok(Ok(Page::cut(rows, limit, position)))
}

/// Finds an email with its newest version, also when it was put away.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: ContentId,
) -> Result<Option<Content>, DbErr> {
    let text = format!(
        "SELECT {COLUMNS}, v.document FROM content c
         JOIN content_version v ON v.content_id = c.id AND v.version = c.version
         WHERE c.workspace_id = $1 AND c.id = $2"
    );
    let row: Option<FullRow> =
        sql::one(db, text, [workspace.raw().into(), id.raw().into()]).await?;
    row.map(Content::try_from).transpose()
}

/// Finds one version of an email.
pub async fn find_version(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: ContentId,
    version: i64,
) -> Result<Option<(Version, EmailDocument)>, DbErr> {
    let row: Option<VersionRow> = sql::one(
        db,
        "SELECT version, document, saved_by, saved_at FROM content_version
         WHERE workspace_id = $1 AND content_id = $2 AND version = $3",
        [workspace.raw().into(), id.raw().into(), version.into()],
    )
    .await?;
    row.map(VersionRow::into_parts).transpose()
}

/// Lists the versions of an email, the newest first.
pub async fn versions(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: ContentId,
) -> Result<Vec<Version>, DbErr> {
    let rows: Vec<row::HistoryRow> = sql::all(
        db,
        "SELECT version, saved_by, saved_at FROM content_version
         WHERE workspace_id = $1 AND content_id = $2 ORDER BY version DESC LIMIT $3",
        [workspace.raw().into(), id.raw().into(), MAX_LISTED.into()],
    )
    .await?;
    Ok(rows.into_iter().map(Version::from).collect())
}

/// Saves a new email as its version 1.
pub async fn create(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: ContentId,
    document: &EmailDocument,
    author: Author,
) -> Result<(), SaveError> {
    let sample_subject = check(document)?;
    let by = author.user.map(UserId::raw);
    sql::exec(
        tx,
        "INSERT INTO content (workspace_id, id, name, search_text, sample_subject, locales, version,
                              created_by, created_at, updated_by, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $7, $8)",
        [
            workspace.raw().into(),
            id.raw().into(),
            document.name.trim().into(),
            fold::fold(&document.name).into(),
            sample_subject.into(),
            locales(document).into(),
            by.into(),
            author.now.0.into(),
        ],
    )
    .await?;
    keep(tx, workspace, id, 1, document, author).await?;
    Ok(())
}

/// Saves a new version over `version`, the one that was read; returns the new number.
pub async fn update(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: ContentId,
    version: i64,
    document: &EmailDocument,
    author: Author,
) -> Result<i64, SaveError> {
    let sample_subject = check(document)?;
    let touched = sql::exec(
        tx,
        "UPDATE content SET name = $4, search_text = $5, sample_subject = $6, locales = $7,
                version = version + 1, updated_by = $8, updated_at = $9
         WHERE workspace_id = $1 AND id = $2 AND version = $3",
        [
            workspace.raw().into(),
            id.raw().into(),
            version.into(),
            document.name.trim().into(),
            fold::fold(&document.name).into(),
            sample_subject.into(),
            locales(document).into(),
            author.user.map(UserId::raw).into(),
            author.now.0.into(),
        ],
    )
    .await?;
    if touched == 0 {
        let present = sql::number(
            tx,
            "SELECT version FROM content WHERE workspace_id = $1 AND id = $2",
            [workspace.raw().into(), id.raw().into()],
        )
        .await?;
        return Err(if present == 0 {
            SaveError::NotFound
        } else {
            SaveError::Conflict(present)
        });
    }
    keep(tx, workspace, id, version + 1, document, author).await?;
    Ok(version + 1)
}

/// Puts an email away (`Some`) or takes it out again (`None`); `false` when nothing changed.
pub async fn set_archived(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: ContentId,
    at: Option<Millis>,
) -> Result<bool, DbErr> {
    let was = if at.is_some() {
        "IS NULL"
    } else {
        "IS NOT NULL"
    };
    let text = format!(
        "UPDATE content SET archived_at = $3 WHERE workspace_id = $1 AND id = $2 AND archived_at {was}"
    );
    let touched = sql::exec(
        tx,
        text,
        [
            workspace.raw().into(),
            id.raw().into(),
            at.map(|at| at.0).into(),
        ],
    )
    .await?;
    Ok(touched == 1)
}

async fn keep(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: ContentId,
    version: i64,
    document: &EmailDocument,
    author: Author,
) -> Result<(), DbErr> {
    let document: Json =
        serde_json::to_value(document).map_err(|error| DbErr::Custom(error.to_string()))?;
    sql::exec(
        tx,
        "INSERT INTO content_version (workspace_id, content_id, version, document, saved_by, saved_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        [
            workspace.raw().into(),
            id.raw().into(),
            version.into(),
            Value::Json(Some(Box::new(document))),
            author.user.map(UserId::raw).into(),
            author.now.0.into(),
        ],
    )
    .await
    .map(|_| ())
}

/// Compiles a document and returns its subject as the sample customer of its default language reads it.
fn check(document: &EmailDocument) -> Result<String, CompileError> {
    let email = CompiledEmail::compile(document, Footer::Ensure)?;
    let locale = document.default_locale.as_str();
    let options = RenderOptions {
        locale: Some(locale),
        footer: FooterCheck::Skipped,
        ..RenderOptions::default()
    };
    let written = document.variants.get(locale);
    Ok(
        match email.render(&Data::from_json(&sample_data(locale)), &options) {
            Ok(rendered) => rendered.subject,
            Err(_) => written
                .map(|variant| variant.subject.clone())
                .unwrap_or_default(),
        },
    )
}

/// Lists the languages of a document, the default first.
fn locales(document: &EmailDocument) -> String {
    let others = document
        .variants
        .keys()
        .filter(|locale| **locale != document.default_locale);
    std::iter::once(&document.default_locale)
        .chain(others)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(",")
}
