//! The SQL of lists.

use std::collections::HashMap;

use kernel::{
    feed::{Change, ChangeKind},
    id::{IdSource, ListId, ProfileId, UserId, WorkspaceId, fresh},
    invalid::{FieldError, Invalid},
    page::{Page, PageRequest},
    time::Millis,
};
use sea_orm::{DbErr, FromQueryResult};
use storage::{ConnectionTrait, Db, Tx, feed, sql};

use super::{List, ListError, unknown};

/// Rows that one transaction removes.
const BATCH: i64 = 2_000;

/// Who changes a list, and when.
#[derive(Debug, Clone, Copy)]
pub struct Writer {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The user; none for a machine.
    pub user: Option<UserId>,
    /// The present instant.
    pub now: Millis,
}

/// What a list is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: String,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    name: String,
    description: String,
    n_people: i64,
    n_unknown: i64,
    edition: i64,
    created_at: i64,
    updated_by: Option<i64>,
    updated_at: i64,
}

const COLUMNS: &str =
    "id, name, description, n_people, n_unknown, edition, created_at, updated_by, updated_at";

impl From<Row> for List {
    fn from(row: Row) -> Self {
        Self {
            id: ListId::from_raw(row.id),
            name: row.name,
            description: row.description,
            n_people: row.n_people,
            n_unknown: row.n_unknown,
            edition: row.edition,
            created_at: Millis(row.created_at),
            updated_by: row.updated_by.map(UserId::from_raw),
            updated_at: Millis(row.updated_at),
        }
    }
}

/// Returns a list of a workspace.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: ListId,
) -> Result<Option<List>, DbErr> {
    let text = format!("SELECT {COLUMNS} FROM people_list WHERE workspace_id = $1 AND id = $2");
    let row: Option<Row> = sql::one(db, text, [workspace.raw().into(), id.raw().into()]).await?;
    Ok(row.map(List::from))
}

/// Lists the lists of a workspace, the latest changed first.
///
/// # Errors
/// When the position is none, or the database does not answer.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    page: &PageRequest,
) -> Result<Page<List>, ListError> {
    let [at, id] = page.position()?.unwrap_or([i64::MAX; 2]);
    let text = format!(
        "SELECT {COLUMNS} FROM people_list WHERE workspace_id = $1 AND (updated_at < $2 OR (updated_at = $2 AND id < $3))
         ORDER BY updated_at DESC, id DESC LIMIT $4"
    );
    let limit = page.limit();
    let binds = [
        workspace.raw().into(),
        at.into(),
        id.into(),
        (limit.cast_signed() + 1).into(),
    ];
    let rows: Vec<Row> = sql::all(db, text, binds).await?;
    let page = Page::cut(rows, limit, |row| vec![row.updated_at, row.id]);
    Ok(page.map(List::from))
}

/// Returns the names of lists; one that is no more has none.
///
/// # Errors
/// When the database does not answer.
pub async fn names(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    ids: &[ListId],
) -> Result<HashMap<ListId, String>, DbErr> {
    let mut found = HashMap::new();
    for id in ids {
        if let Some(list) = find(db, workspace, *id).await? {
            found.insert(*id, list.name);
        }
    }
    Ok(found)
}

/// Makes an empty list in the caller's transaction.
///
/// # Errors
/// [`ListError::Invalid`] when it cannot be called so.
pub async fn insert(
    tx: &Tx,
    writer: Writer,
    ids: &dyn IdSource,
    draft: Draft,
) -> Result<List, ListError> {
    check(&draft)?;
    let id: ListId = fresh(ids);
    let text = "INSERT INTO people_list (workspace_id, id, name, description, created_by, created_at, updated_by, updated_at)
                VALUES ($1, $2, $3, $4, $5, $6, $5, $6)";
    let binds = [
        writer.workspace.raw().into(),
        id.raw().into(),
        draft.name.clone().into(),
        draft.description.clone().into(),
        writer.user.map(UserId::raw).into(),
        writer.now.0.into(),
    ];
    sql::exec(tx, text, binds).await?;
    Ok(List {
        id,
        name: draft.name,
        description: draft.description,
        n_people: 0,
        n_unknown: 0,
        edition: 0,
        created_at: writer.now,
        updated_by: writer.user,
        updated_at: writer.now,
    })
}

/// Calls a list something else, in the caller's transaction.
///
/// # Errors
/// [`ListError::NotFound`], or [`ListError::Invalid`] when it cannot be called so.
pub async fn update(tx: &Tx, writer: Writer, id: ListId, draft: Draft) -> Result<List, ListError> {
    check(&draft)?;
    let text =
        "UPDATE people_list SET name = $3, description = $4, updated_by = $5, updated_at = $6
                WHERE workspace_id = $1 AND id = $2";
    let binds = [
        writer.workspace.raw().into(),
        id.raw().into(),
        draft.name.into(),
        draft.description.into(),
        writer.user.map(UserId::raw).into(),
        writer.now.0.into(),
    ];
    sql::exec(tx, text, binds).await?;
    find(tx, writer.workspace, id)
        .await?
        .ok_or(ListError::NotFound)
}

/// Removes a list for good. Whether anything still uses it is the caller's to know.
///
/// # Errors
/// [`ListError::NotFound`], or [`ListError::Busy`] while an upload is changing it.
pub async fn delete(db: &Db, writer: Writer, id: ListId) -> Result<(), ListError> {
    let tx = db.begin().await?;
    let text = "DELETE FROM people_list WHERE workspace_id = $1 AND id = $2 AND busy_until < $3";
    let binds = [
        writer.workspace.raw().into(),
        id.raw().into(),
        writer.now.0.into(),
    ];
    if sql::exec(&tx, text, binds).await? == 0 {
        return Err(match find(&tx, writer.workspace, id).await? {
            Some(_) => ListError::Busy,
            None => ListError::NotFound,
        });
    }
    tell(&tx, writer, id).await?;
    tx.commit().await?;
    // Nobody sees the rows any more; a few at a time, so that nobody waits for them either.
    let text = format!(
        "DELETE FROM people_list_member WHERE list_id = $1 AND workspace_id = $2 AND profile_id IN
           (SELECT o.profile_id FROM people_list_member o WHERE o.list_id = $1 LIMIT {BATCH})"
    );
    loop {
        let tx = db.begin().await?;
        let binds = [id.raw().into(), writer.workspace.raw().into()];
        let n_gone = sql::exec(&tx, text.as_str(), binds).await?;
        tx.commit().await?;
        if n_gone == 0 {
            break;
        }
    }
    loop {
        let tx = db.begin().await?;
        // No edition has this number.
        let has_gone = unknown::remove_some(&tx, writer.workspace, id, -1).await?;
        tx.commit().await?;
        if !has_gone {
            return Ok(());
        }
    }
}

/// Tells whoever follows the feed that other people are on the list.
pub(super) async fn tell(tx: &Tx, writer: Writer, id: ListId) -> Result<(), DbErr> {
    let nobody = ProfileId::from_raw(0);
    let change = Change {
        a: id.raw(),
        ..Change::of(writer.workspace, nobody, ChangeKind::List)
    };
    feed::append(tx, writer.now, &[change]).await
}

/// What is seen of a row: `r` of the members, `l` of the lists.
const SEEN: &str = "r.added <= l.edition AND (r.removed IS NULL OR r.removed > l.edition)";

/// Lists up to `limit` customers on a list after one, in the order of their ids.
///
/// # Errors
/// When the database does not answer.
pub async fn members(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: ListId,
    after: Option<ProfileId>,
    limit: u64,
) -> Result<Vec<ProfileId>, DbErr> {
    // Customers as they were written, then those whom others of the list were merged into: each in the order of an index.
    let own = format!(
        "SELECT r.profile_id FROM people_list_member r
         JOIN people_list l ON l.id = r.list_id AND l.workspace_id = r.workspace_id
         JOIN profile q ON q.id = r.profile_id AND q.state = 0
         WHERE r.list_id = $1 AND r.workspace_id = $2 AND r.profile_id > $3 AND {SEEN}
         ORDER BY r.profile_id LIMIT $4"
    );
    let merged = format!(
        "SELECT DISTINCT q.merged_into FROM profile q
         JOIN people_list_member r ON r.list_id = $1 AND r.profile_id = q.id AND r.workspace_id = q.workspace_id
         JOIN people_list l ON l.id = r.list_id AND l.workspace_id = r.workspace_id
         JOIN profile p ON p.id = q.merged_into AND p.state = 0
         WHERE q.merged_into > $3 AND q.workspace_id = $2 AND {SEEN}
         ORDER BY q.merged_into LIMIT $4"
    );
    let mut found: Vec<i64> = Vec::new();
    for text in [own, merged] {
        let binds = [
            id.raw().into(),
            workspace.raw().into(),
            after.map_or(i64::MIN, ProfileId::raw).into(),
            limit.cast_signed().into(),
        ];
        for row in sql::rows(db, text, binds).await? {
            found.push(row.try_get_by_index(0)?);
        }
    }
    found.sort_unstable();
    found.dedup();
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found.into_iter().map(ProfileId::from_raw).collect())
}

/// Returns the profiles that stand on a list, with the customer that each is now.
pub(super) async fn rows(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: ListId,
) -> Result<HashMap<i64, i64>, DbErr> {
    let text = format!(
        "SELECT r.profile_id, COALESCE(q.merged_into, q.id) FROM people_list_member r
         JOIN people_list l ON l.id = r.list_id AND l.workspace_id = r.workspace_id
         JOIN profile q ON q.id = r.profile_id
         WHERE r.list_id = $1 AND r.workspace_id = $2 AND {SEEN}"
    );
    let rows = sql::rows(db, text, [id.raw().into(), workspace.raw().into()]).await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
}

fn check(draft: &Draft) -> Result<(), Invalid> {
    let mut found = Invalid::default();
    let mut say = |pointer: &str, code: &str, en: &str, ja: &str| {
        found.push(FieldError::new(pointer, code, en, ja));
    };
    if draft.name.trim().is_empty() {
        say("/name", "required", "give a name", "名前を入れてください");
    }
    let is_odd = |text: &str, most: usize| text.chars().count() > most || text.contains('\0');
    if is_odd(&draft.name, 120) {
        say(
            "/name",
            "too_long",
            "at most 120 characters",
            "120文字以内にしてください",
        );
    }
    if is_odd(&draft.description, 2_000) {
        say(
            "/description",
            "too_long",
            "at most 2,000 characters",
            "2,000文字以内にしてください",
        );
    }
    found.into_result()
}
