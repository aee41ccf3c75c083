//! Saved segments: every version is kept, two writers never overwrite each other, circles are refused.

mod look;
mod refer;

use kernel::{
    feed::{Change, ChangeKind},
    id::{IdSource, ProfileId, SegmentId, UserId, WorkspaceId, fresh},
    invalid::Invalid,
    page::{Page, PageRequest},
    time::Millis,
};
use sea_orm::FromQueryResult;
use serde_json::Value as Json;
use storage::{ConnectionTrait, Db, Tx, Value, feed, sql};

use crate::{
    SegmentError,
    language::{self, Document},
    vip::Treatment,
};

pub use look::{lists_used_by, names, used_by, versions};
use refer::{check_references, keep_references};

/// A saved segment.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The id.
    pub id: SegmentId,
    /// The name, free text.
    pub name: String,
    /// What it is for, free text.
    pub description: String,
    /// The rule.
    pub document: Document,
    /// Counts the saves; a writer hands back the one that was read.
    pub version: i64,
    /// The template that it was made from.
    pub template: Option<String>,
    /// When it was put away.
    pub archived_at: Option<Millis>,
    /// How campaigns treat its members.
    pub treatment: Treatment,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: Millis,
    /// Who saved it last.
    pub updated_by: Option<UserId>,
    /// When it was last saved.
    pub updated_at: Millis,
}

/// What a writer says about a segment.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The rule.
    pub document: Document,
    /// The template that it was made from; kept from the first save.
    pub template: Option<String>,
}

/// Who saves, and when.
#[derive(Debug, Clone, Copy)]
pub struct Author {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The user; `None` for a machine.
    pub user: Option<UserId>,
    /// The present instant.
    pub now: Millis,
}

/// One saved version.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedVersion {
    /// The number.
    pub version: i64,
    /// The name then.
    pub name: String,
    /// The rule then.
    pub document: Document,
    /// Who saved it.
    pub saved_by: Option<UserId>,
    /// When.
    pub saved_at: Millis,
}

/// Which segments a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shelf {
    /// Those in use.
    #[default]
    Active,
    /// Those put away.
    Archived,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    name: String,
    description: String,
    document: Json,
    version: i64,
    template: Option<String>,
    archived_at: Option<i64>,
    is_vip: bool,
    created_by: Option<i64>,
    created_at: i64,
    updated_by: Option<i64>,
    updated_at: i64,
}

const COLUMNS: &str = "id, name, description, document, version, template, archived_at, is_vip, created_by, created_at, updated_by, updated_at";

impl Row {
    fn into_segment(self) -> Result<Segment, SegmentError> {
        Ok(Segment {
            id: SegmentId::from_raw(self.id),
            name: self.name,
            description: self.description,
            document: language::read(&self.document)?,
            version: self.version,
            template: self.template,
            archived_at: self.archived_at.map(Millis),
            treatment: if self.is_vip {
                Treatment::Vip
            } else {
                Treatment::Usual
            },
            created_by: self.created_by.map(UserId::from_raw),
            created_at: Millis(self.created_at),
            updated_by: self.updated_by.map(UserId::from_raw),
            updated_at: Millis(self.updated_at),
        })
    }
}

/// Returns a segment of a workspace.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: SegmentId,
) -> Result<Option<Segment>, SegmentError> {
    let text = format!("SELECT {COLUMNS} FROM segment WHERE workspace_id = $1 AND id = $2");
    let row: Option<Row> = sql::one(db, text, [workspace.raw().into(), id.raw().into()]).await?;
    row.map(Row::into_segment).transpose()
}

/// Returns the rule of a segment, put away or not.
pub async fn document(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: SegmentId,
) -> Result<Option<Document>, SegmentError> {
    Ok(find(db, workspace, id)
        .await?
        .map(|segment| segment.document))
}

/// Lists segments, latest saved first.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    shelf: Shelf,
    page: &PageRequest,
) -> Result<Page<Segment>, SegmentError> {
    let bad_cursor = |_: kernel::page::BadCursor| {
        Invalid::one(
            "/after",
            "cursor",
            "not a position given by an earlier page",
            "前のページが返した位置ではありません",
        )
    };
    let position = page.position().map_err(bad_cursor)?;
    let [at, id] = position.unwrap_or([i64::MAX; 2]);
    let archived = match shelf {
        Shelf::Active => "archived_at IS NULL",
        Shelf::Archived => "archived_at IS NOT NULL",
    };
    let text = format!(
        "SELECT {COLUMNS} FROM segment WHERE workspace_id = $1 AND {archived}
         AND (updated_at < $2 OR (updated_at = $2 AND id < $3)) ORDER BY updated_at DESC, id DESC LIMIT $4"
    );
    let limit = page.limit();
    let binds: [Value; 4] = [
        workspace.raw().into(),
        at.into(),
        id.into(),
        i64::try_from(limit + 1).unwrap_or(i64::MAX).into(),
    ];
    let rows: Vec<Row> = sql::all(db, text, binds).await?;
    let page = Page::cut(rows, limit, |row| vec![row.updated_at, row.id]);
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        items.push(row.into_segment()?);
    }
    Ok(Page {
        items,
        next: page.next,
    })
}

/// Saves a new segment.
pub async fn insert(
    db: &Db,
    author: Author,
    ids: &dyn IdSource,
    draft: Draft,
) -> Result<Segment, SegmentError> {
    let tx = db.begin().await?;
    let saved = insert_in_txn(&tx, author, ids, draft).await?;
    tx.commit().await?;
    Ok(saved)
}

/// Saves a new segment in the caller's transaction.
pub async fn insert_in_txn(
    tx: &Tx,
    author: Author,
    ids: &dyn IdSource,
    draft: Draft,
) -> Result<Segment, SegmentError> {
    check_words(&draft)?;
    let id = fresh(ids);
    check_references(tx, author.workspace, id, &draft.document).await?;
    sql::exec(
        tx,
        "INSERT INTO segment (workspace_id, id, name, description, document, version, template, created_by, created_at,
                              updated_by, updated_at)
         VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $7, $8)",
        [
            author.workspace.raw().into(),
            id.raw().into(),
            draft.name.clone().into(),
            draft.description.clone().into(),
            json(&draft.document),
            draft.template.clone().into(),
            author.user.map(UserId::raw).into(),
            author.now.0.into(),
        ],
    )
    .await?;
    keep_version(tx, author, id, 1, &draft).await?;
    tell(tx, author, id).await?;
    Ok(Segment {
        id,
        name: draft.name,
        description: draft.description,
        document: draft.document,
        version: 1,
        template: draft.template,
        archived_at: None,
        treatment: Treatment::Usual,
        created_by: author.user,
        created_at: author.now,
        updated_by: author.user,
        updated_at: author.now,
    })
}

/// Saves a new version of a segment in the caller's transaction; `None` when there is no such segment.
///
/// # Errors
/// [`SegmentError::Conflict`] when `version` is not the stored one: nothing is overwritten.
pub async fn update_in_txn(
    tx: &Tx,
    author: Author,
    id: SegmentId,
    version: i64,
    draft: Draft,
) -> Result<Option<Segment>, SegmentError> {
    check_words(&draft)?;
    check_references(tx, author.workspace, id, &draft.document).await?;
    let touched = sql::exec(
        tx,
        "UPDATE segment SET name = $1, description = $2, document = $3, version = version + 1, updated_by = $4,
                updated_at = $5
         WHERE workspace_id = $6 AND id = $7 AND version = $8",
        [
            draft.name.clone().into(),
            draft.description.clone().into(),
            json(&draft.document),
            author.user.map(UserId::raw).into(),
            author.now.0.into(),
            author.workspace.raw().into(),
            id.raw().into(),
            version.into(),
        ],
    )
    .await?;
    if touched == 0 {
        return match find(tx, author.workspace, id).await? {
            Some(present) => Err(SegmentError::Conflict {
                current: present.version,
            }),
            None => Ok(None),
        };
    }
    keep_version(tx, author, id, version + 1, &draft).await?;
    tell(tx, author, id).await?;
    let saved = find(tx, author.workspace, id).await?;
    Ok(saved)
}

/// Puts a segment away or takes it back, in the caller's transaction; `None` when there is no such segment.
///
/// # Errors
/// [`SegmentError::InUse`] when an active segment refers to it, [`SegmentError::Vip`] when it is a VIP segment.
pub async fn set_shelf_in_txn(
    tx: &Tx,
    author: Author,
    id: SegmentId,
    shelf: Shelf,
) -> Result<Option<Segment>, SegmentError> {
    if shelf == Shelf::Archived {
        let found = find(tx, author.workspace, id).await?;
        // Put away, it would silently let every campaign at its members.
        if found.is_some_and(|segment| segment.treatment == Treatment::Vip) {
            return Err(SegmentError::Vip);
        }
        let users = used_by(tx, author.workspace, id).await?;
        if !users.is_empty() {
            return Err(SegmentError::InUse(
                users.into_iter().map(|(_, name)| name).collect(),
            ));
        }
    }
    let archived_at = (shelf == Shelf::Archived).then_some(author.now.0);
    let touched = sql::exec(
        tx,
        "UPDATE segment SET archived_at = $1, updated_by = $2, updated_at = $3 WHERE workspace_id = $4 AND id = $5
         AND ($1 IS NULL OR NOT is_vip)",
        [
            archived_at.into(),
            author.user.map(UserId::raw).into(),
            author.now.0.into(),
            author.workspace.raw().into(),
            id.raw().into(),
        ],
    )
    .await?;
    let saved = if touched == 0 {
        if find(tx, author.workspace, id).await?.is_some() {
            return Err(SegmentError::Vip);
        }
        None
    } else {
        tell(tx, author, id).await?;
        find(tx, author.workspace, id).await?
    };
    Ok(saved)
}

/// Tells whoever keeps memberships that a segment is not what it was.
async fn tell(tx: &Tx, author: Author, id: SegmentId) -> Result<(), SegmentError> {
    let nobody = ProfileId::from_raw(0);
    let change = Change {
        a: id.raw(),
        ..Change::of(author.workspace, nobody, ChangeKind::Segment)
    };
    Ok(feed::append(tx, author.now, &[change]).await?)
}

fn json(document: &Document) -> Value {
    Value::Json(Some(Box::new(document.to_json())))
}

fn check_words(draft: &Draft) -> Result<(), Invalid> {
    let mut found = Invalid::default();
    let long = |text: &str, max: usize| text.chars().count() > max || text.contains('\0');
    if draft.name.trim().is_empty() {
        found.push(kernel::invalid::FieldError::new(
            "/name",
            "required",
            "give a name",
            "名前を入れてください",
        ));
    }
    if long(&draft.name, 120) {
        found.push(kernel::invalid::FieldError::new(
            "/name",
            "too_long",
            "at most 120 characters",
            "120文字以内にしてください",
        ));
    }
    if long(&draft.description, 2_000) {
        found.push(kernel::invalid::FieldError::new(
            "/description",
            "too_long",
            "at most 2,000 characters",
            "2,000文字以内にしてください",
        ));
    }
    found.into_result()
}

async fn keep_version(
    tx: &Tx,
    author: Author,
    id: SegmentId,
    version: i64,
    draft: &Draft,
) -> Result<(), SegmentError> {
    sql::exec(
        tx,
        "INSERT INTO segment_version (workspace_id, segment_id, version, name, description, document, saved_by, saved_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            author.workspace.raw().into(),
            id.raw().into(),
            version.into(),
            draft.name.clone().into(),
            draft.description.clone().into(),
            json(&draft.document),
            author.user.map(UserId::raw).into(),
            author.now.0.into(),
        ],
    )
    .await?;
    keep_references(tx, author.workspace, id, &draft.document).await
}
