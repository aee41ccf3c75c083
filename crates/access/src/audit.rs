//! The two logs: every change, and every opening or export of a person.

use kernel::{
    id::{AuditId, IdSource, ProfileId, WorkspaceId},
    page::{BadCursor, Page, PageRequest},
    time::Millis,
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Value, sql};

use crate::{AccessError, Actor};

/// A change to be logged. `detail` holds no secret and no personal data.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Who did it.
    pub actor: Actor,
    /// What was done, `campaign.launch`.
    pub action: &'a str,
    /// What it was done to, `campaign`.
    pub object_kind: &'a str,
    /// Its row id.
    pub object: Option<i64>,
    /// Before and after, or what else helps.
    pub detail: serde_json::Value,
}

/// Logs a change in the transaction that makes it.
pub async fn record(
    tx: &impl ConnectionTrait,
    ids: &dyn IdSource,
    now: Millis,
    change: Change<'_>,
) -> Result<(), AccessError> {
    sql::exec(
        tx,
        "INSERT INTO audit_log (id, workspace_id, at, actor_kind, actor_id, action, object_kind, object_id, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            ids.next_raw().into(),
            change.workspace.raw().into(),
            now.0.into(),
            change.actor.kind().into(),
            change.actor.raw().into(),
            change.action.into(),
            change.object_kind.into(),
            change.object.into(),
            Value::Json(Some(Box::new(change.detail))),
        ],
    )
    .await?;
    Ok(())
}

/// An opening or export of people.
#[derive(Debug, Clone)]
pub struct Access<'a> {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Who looked.
    pub actor: Actor,
    /// What they did, `profile.open` or `segment.export`.
    pub action: &'a str,
    /// Whom they looked at, when it is one person.
    pub profile: Option<ProfileId>,
    /// How many people it was.
    pub n_people: i64,
    /// Which personal fields were shown, `email phone` or `masked`.
    pub fields: &'a str,
}

/// Logs an opening or export.
pub async fn record_access(
    tx: &impl ConnectionTrait,
    ids: &dyn IdSource,
    now: Millis,
    access: Access<'_>,
) -> Result<(), AccessError> {
    sql::exec(
        tx,
        "INSERT INTO access_log (id, workspace_id, at, actor_kind, actor_id, action, profile_id, n_people, fields)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            ids.next_raw().into(),
            access.workspace.raw().into(),
            now.0.into(),
            access.actor.kind().into(),
            access.actor.raw().into(),
            access.action.into(),
            access.profile.map(ProfileId::raw).into(),
            access.n_people.into(),
            access.fields.into(),
        ],
    )
    .await?;
    Ok(())
}

/// A line of the audit log.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Entry {
    /// Row id.
    pub id: i64,
    /// When, in Unix milliseconds.
    pub at: i64,
    /// `user`, `key` or `system`.
    pub actor_kind: String,
    /// The person's or key's row id.
    pub actor_id: Option<i64>,
    /// The person's name, where it is a person.
    pub actor_name: Option<String>,
    /// What was done.
    pub action: String,
    /// What it was done to.
    pub object_kind: String,
    /// Its row id.
    pub object_id: Option<i64>,
    /// Before and after.
    pub detail: serde_json::Value,
}

impl Entry {
    /// Returns the typed id.
    pub fn audit_id(&self) -> AuditId {
        AuditId::from_raw(self.id)
    }
}

/// Lists the audit log, the newest first. A foreign cursor is an error of the caller.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    page: &PageRequest,
) -> Result<Result<Page<Entry>, BadCursor>, AccessError> {
    let [before] = match page.position() {
        Ok(position) => position.unwrap_or([i64::MAX]),
        Err(bad) => return Ok(Err(bad)),
    };
    let limit = page.limit();
    let rows: Vec<Entry> = sql::all(
        db,
        "SELECT l.id, l.at, l.actor_kind, l.actor_id, u.name AS actor_name, l.action, l.object_kind, l.object_id, l.detail
         FROM audit_log l LEFT JOIN user_account u ON l.actor_kind = 'user' AND u.id = l.actor_id
         WHERE l.workspace_id = $1 AND l.id < $2 ORDER BY l.id DESC LIMIT $3",
        [workspace.raw().into(), before.into(), i64::try_from(limit + 1).unwrap_or(i64::MAX).into()],
    )
    .await?;
    Ok(Ok(Page::cut(rows, limit, |row| vec![row.id])))
}
