//! The `campaign` table.

use kernel::{
    id::{CampaignId, IdSource, SegmentId, UserId, WorkspaceId},
    invalid::Invalid,
    page::{Page, PageRequest},
    time::Millis,
};
use profiles::search;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Value, sql};

use crate::{
    CampaignError,
    model::{CampaignDocument, Held, Stage, State, Words},
};

/// A campaign as stored.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// Its id.
    pub id: CampaignId,
    /// Its workspace.
    pub workspace: WorkspaceId,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub stage: Stage,
    /// The five cards and the goal.
    pub document: CampaignDocument,
    /// Grows with every change; a save names the version it has read.
    pub version: i64,
    /// Why it held itself last.
    pub held: Option<Held>,
    /// When the audience is, or was, worked out.
    pub plan_at: Option<Millis>,
    /// When the whole audience stood in the ledger.
    pub planned_at: Option<Millis>,
    /// Who launched it.
    pub launched_by: Option<UserId>,
    /// When it was launched.
    pub launched_at: Option<Millis>,
    /// When it ended.
    pub finished_at: Option<Millis>,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: Millis,
    /// Who saved it last.
    pub updated_by: Option<UserId>,
    /// When it was last changed.
    pub updated_at: Millis,
}

/// Who does something, where and when.
#[derive(Debug, Clone, Copy)]
pub struct Author {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The person; `None` for a key or a worker.
    pub user: Option<UserId>,
    /// The instant.
    pub now: Millis,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    workspace_id: i64,
    name: String,
    state: String,
    document: serde_json::Value,
    version: i64,
    resume_to: Option<String>,
    held: Option<serde_json::Value>,
    plan_at: Option<i64>,
    planned_at: Option<i64>,
    launched_by: Option<i64>,
    launched_at: Option<i64>,
    finished_at: Option<i64>,
    created_by: Option<i64>,
    created_at: i64,
    updated_by: Option<i64>,
    updated_at: i64,
}

impl Row {
    fn into_campaign(self) -> Result<Campaign, CampaignError> {
        let broken = |what: &str| DbErr::Custom(format!("campaign {} has {what}", self.id));
        let state = State::parse(&self.state).ok_or_else(|| broken("an unknown state"))?;
        let document = serde_json::from_value(self.document)
            .map_err(|error| broken(&format!("an unreadable document: {error}")))?;
        Ok(Campaign {
            id: CampaignId::from_raw(self.id),
            workspace: WorkspaceId::from_raw(self.workspace_id),
            name: self.name,
            stage: Stage {
                state,
                resume_to: self.resume_to.as_deref().and_then(State::parse),
            },
            held: self.held.and_then(|json| serde_json::from_value(json).ok()),
            document,
            version: self.version,
            plan_at: self.plan_at.map(Millis),
            planned_at: self.planned_at.map(Millis),
            launched_by: self.launched_by.map(UserId::from_raw),
            launched_at: self.launched_at.map(Millis),
            finished_at: self.finished_at.map(Millis),
            created_by: self.created_by.map(UserId::from_raw),
            created_at: Millis(self.created_at),
            updated_by: self.updated_by.map(UserId::from_raw),
            updated_at: Millis(self.updated_at),
        })
    }
}

const COLUMNS: &str = "id, workspace_id, name, state, document, version, resume_to, held, plan_at, planned_at, launched_by, \
                       launched_at, finished_at, created_by, created_at, updated_by, updated_at";

fn json(value: serde_json::Value) -> Value {
    Value::Json(Some(Box::new(value)))
}

/// Finds a campaign of a workspace.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: CampaignId,
) -> Result<Option<Campaign>, CampaignError> {
    let text = format!("SELECT {COLUMNS} FROM campaign WHERE id = $1 AND workspace_id = $2");
    let row: Option<Row> = sql::one(db, text, [id.raw().into(), workspace.raw().into()]).await?;
    row.map(Row::into_campaign).transpose()
}

/// Which campaigns are listed.
#[derive(Debug, Clone, Copy, Default)]
pub struct CampaignFilter<'a> {
    /// Only those in this state.
    pub state: Option<State>,
    /// Part of the name, however it is written.
    pub name: &'a str,
}

/// Lists campaigns, the newest first.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    filter: CampaignFilter<'_>,
    page: &PageRequest,
) -> Result<Page<Campaign>, CampaignError> {
    let bad = |_: kernel::page::BadCursor| {
        Invalid::one(
            "/after",
            "cursor",
            "not a position given by an earlier page",
            "前のページが返した位置ではありません",
        )
    };
    let [after] = page.position().map_err(bad)?.unwrap_or([i64::MAX]);
    let limit = page.limit();
    let named = named(db, workspace, filter.name, after).await?;
    let text = format!(
        "SELECT {COLUMNS} FROM campaign WHERE workspace_id = $1 AND id < $2 AND ($3 = '' OR state = $3){named}
         ORDER BY id DESC LIMIT $4"
    );
    let binds: [Value; 4] = [
        workspace.raw().into(),
        after.into(),
        filter.state.map_or("", State::as_str).into(),
        i64::try_from(limit + 1).unwrap_or(i64::MAX).into(),
    ];
    let rows: Vec<Row> = sql::all(db, text, binds).await?;
    let page = Page::cut(rows, limit, |row| vec![row.id]);
    let items: Result<Vec<_>, _> = page.items.into_iter().map(Row::into_campaign).collect();
    Ok(Page {
        items: items?,
        next: page.next,
    })
}

/// Returns the condition of those whose name holds a part, however it is written. A workspace has some
/// hundreds of campaigns: their names are compared here rather than kept a second time, folded.
async fn named(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    part: &str,
    before: i64,
) -> Result<String, DbErr> {
    let part = search::fold(part);
    if part.is_empty() {
        return Ok(String::new());
    }
    let rows = sql::rows(
        db,
        "SELECT id, name FROM campaign WHERE workspace_id = $1 AND id < $2 ORDER BY id DESC",
        [workspace.raw().into(), before.into()],
    )
    .await?;
    let mut ids = Vec::new();
    for row in rows {
        let name: String = row.try_get_by_index(1)?;
        if search::fold(&name).contains(&part) {
            ids.push(row.try_get_by_index::<i64>(0)?.to_string());
        }
    }
    // An empty list is no SQL; no campaign has the number 0.
    ids.push("0".to_owned());
    Ok(format!(" AND id IN ({})", ids.join(", ")))
}

/// Returns the campaigns whose target names a segment, the newest first.
pub async fn aimed_at(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    segment: SegmentId,
) -> Result<Vec<(CampaignId, String)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Named {
        id: i64,
        name: String,
    }
    // The id stands in the cards and nowhere else; a workspace has some hundreds of them.
    let rows: Vec<Named> = sql::all(
        db,
        "SELECT id, name FROM campaign WHERE workspace_id = $1 AND CAST(document AS TEXT) LIKE $2 ORDER BY id DESC LIMIT 100",
        [workspace.raw().into(), format!("%\"{segment}\"%").into()],
    )
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (CampaignId::from_raw(row.id), row.name))
        .collect())
}

/// Counts the campaigns in each state.
pub async fn counts(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<Vec<(State, i64)>, CampaignError> {
    #[derive(FromQueryResult)]
    struct Count {
        state: String,
        n: i64,
    }
    let rows: Vec<Count> = sql::all(
        db,
        "SELECT state, COUNT(*) AS n FROM campaign WHERE workspace_id = $1 GROUP BY state",
        [workspace.raw().into()],
    )
    .await?;
    let known = rows
        .into_iter()
        .filter_map(|row| Some((State::parse(&row.state)?, row.n)));
    Ok(known.collect())
}

fn check_name(name: &str) -> Result<(), Invalid> {
    let length = name.trim().chars().count();
    if length <= 200 {
        return Ok(());
    }
    Err(Invalid::one(
        "/name",
        "length",
        "use at most 200 characters",
        "200文字以内にしてください",
    ))
}

/// Writes a new draft.
pub async fn insert(
    tx: &impl ConnectionTrait,
    author: Author,
    ids: &dyn IdSource,
    name: &str,
    document: &CampaignDocument,
) -> Result<Campaign, CampaignError> {
    check_name(name)?;
    document.check()?;
    let id = ids.next_raw();
    sql::exec(
        tx,
        "INSERT INTO campaign (workspace_id, id, name, state, document, created_by, created_at, updated_by, updated_at)
         VALUES ($1, $2, $3, 'draft', $4, $5, $6, $5, $6)",
        [
            author.workspace.raw().into(),
            id.into(),
            name.trim().into(),
            json(document.to_json()),
            author.user.map(kernel::id::Id::raw).into(),
            author.now.0.into(),
        ],
    )
    .await?;
    let found = find(tx, author.workspace, CampaignId::from_raw(id)).await?;
    found.ok_or(CampaignError::NotFound)
}

/// Saves a draft over the version that its editor has read.
///
/// # Errors
/// [`CampaignError::Conflict`] when somebody saved in the meantime, [`CampaignError::WrongState`] when
/// it is no draft any more.
pub async fn save(
    tx: &impl ConnectionTrait,
    author: Author,
    id: CampaignId,
    version: i64,
    name: &str,
    document: &CampaignDocument,
) -> Result<Campaign, CampaignError> {
    check_name(name)?;
    document.check()?;
    let touched = sql::exec(
        tx,
        "UPDATE campaign SET name = $4, document = $5, updated_by = $6, updated_at = $7, version = version + 1
         WHERE id = $1 AND workspace_id = $2 AND version = $3 AND state = 'draft'",
        [
            id.raw().into(),
            author.workspace.raw().into(),
            version.into(),
            name.trim().into(),
            json(document.to_json()),
            author.user.map(kernel::id::Id::raw).into(),
            author.now.0.into(),
        ],
    )
    .await?;
    let found = find(tx, author.workspace, id)
        .await?
        .ok_or(CampaignError::NotFound)?;
    if touched == 1 {
        return Ok(found);
    }
    if found.stage.state != State::Draft {
        return Err(CampaignError::WrongState {
            state: found.stage.state,
        });
    }
    Err(CampaignError::Conflict {
        current: found.version,
    })
}

/// Removes a draft for good; nothing else can be removed.
pub async fn delete(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: CampaignId,
) -> Result<(), CampaignError> {
    let touched = sql::exec(
        tx,
        "DELETE FROM campaign WHERE id = $1 AND workspace_id = $2 AND state = 'draft'",
        [id.raw().into(), workspace.raw().into()],
    )
    .await?;
    if touched == 1 {
        return Ok(());
    }
    match find(tx, workspace, id).await? {
        None => Err(CampaignError::NotFound),
        Some(found) => Err(CampaignError::WrongState {
            state: found.stage.state,
        }),
    }
}

/// Keeps the words as they are now; what is sent from here on is this.
pub async fn freeze(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: CampaignId,
    words: &Words,
    now: Millis,
) -> Result<(), CampaignError> {
    let frozen = serde_json::to_value(words).unwrap_or_default();
    sql::exec(
        tx,
        "UPDATE campaign SET frozen = $3, updated_at = CASE WHEN updated_at < $4 THEN $4 ELSE updated_at + 1 END
         WHERE id = $1 AND workspace_id = $2",
        [
            id.raw().into(),
            workspace.raw().into(),
            json(frozen),
            now.0.into(),
        ],
    )
    .await?;
    Ok(())
}

/// Returns the words as they were kept at launch or at the last test.
pub async fn frozen(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: CampaignId,
) -> Result<Option<Words>, CampaignError> {
    #[derive(FromQueryResult)]
    struct Frozen {
        frozen: Option<serde_json::Value>,
    }
    let row: Option<Frozen> = sql::one(
        db,
        "SELECT frozen FROM campaign WHERE id = $1 AND workspace_id = $2",
        [id.raw().into(), workspace.raw().into()],
    )
    .await?;
    let Some(json) = row
        .and_then(|row| row.frozen)
        .filter(|json| !json.is_null())
    else {
        return Ok(None);
    };
    let words = Words::read(json)
        .map_err(|error| DbErr::Custom(format!("the frozen words are unreadable: {error}")))?;
    Ok(Some(words))
}

/// Moves a campaign on, if it still stands where the caller saw it; `false` when it does not.
pub(crate) async fn move_stage(
    tx: &impl ConnectionTrait,
    author: Author,
    campaign: &Campaign,
    next: Stage,
) -> Result<bool, CampaignError> {
    let ends = next.state.is_final().then_some(author.now.0);
    let touched = sql::exec(
        tx,
        "UPDATE campaign SET state = $4, resume_to = $5, finished_at = $6, updated_by = COALESCE($7, updated_by),
           updated_at = $8, version = version + 1
         WHERE id = $1 AND workspace_id = $2 AND state = $3",
        [
            campaign.id.raw().into(),
            author.workspace.raw().into(),
            campaign.stage.state.as_str().into(),
            next.state.as_str().into(),
            next.resume_to.map(State::as_str).into(),
            ends.into(),
            author.user.map(kernel::id::Id::raw).into(),
            author.now.0.into(),
        ],
    )
    .await?;
    Ok(touched == 1)
}

/// Says why a campaign holds itself; nothing when a person holds it.
pub(crate) async fn hold(
    tx: &impl ConnectionTrait,
    author: Author,
    id: CampaignId,
    why: Option<Held>,
) -> Result<(), CampaignError> {
    let why = serde_json::to_value(why).unwrap_or_default();
    sql::exec(
        tx,
        "UPDATE campaign SET held = $3 WHERE id = $1 AND workspace_id = $2",
        [id.raw().into(), author.workspace.raw().into(), json(why)],
    )
    .await?;
    Ok(())
}
