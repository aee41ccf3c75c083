//! The webhooks of a workspace.

use std::collections::BTreeSet;

use kernel::{
    id::{UserId, WebhookId, WorkspaceId},
    invalid::{FieldError, Invalid},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::Value as Json;
use storage::{Value, sql};

use crate::EventType;

/// The most webhooks of a workspace: each message is sent to every one that wants it.
pub const MOST: usize = 20;
/// Longest description, in characters.
const DESCRIPTION: usize = 200;

/// Why nothing is sent to a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disabled {
    /// A user decided it.
    ByUser,
    /// It answered that it is gone for good (410).
    Gone,
    /// It took nothing during a whole schedule.
    Exhausted,
}

impl Disabled {
    const ALL: [Self; 3] = [Self::ByUser, Self::Gone, Self::Exhausted];

    /// Returns the stable name used in the database and in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ByUser => "user",
            Self::Gone => "gone",
            Self::Exhausted => "exhausted",
        }
    }
}

/// Whether a webhook is told anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Enabled,
    /// It is not, since an instant and for a reason.
    Disabled(Disabled, Millis),
}

/// A program that is told of what happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The id.
    pub id: WebhookId,
    /// Where it listens. Which URLs are good is for the channel to say.
    pub url: String,
    /// What it is for, free text.
    pub description: String,
    /// What it is told of; empty for everything.
    pub types: BTreeSet<EventType>,
    /// Whether it is told anything.
    pub standing: Standing,
    /// It asked to be spared until then.
    pub spared_until: Millis,
    /// When it last took something.
    pub succeeded_at: Option<Millis>,
    /// When it last did not.
    pub failed_at: Option<Millis>,
    /// Counts the saves; a writer hands back the one that was read.
    pub version: i64,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Millis,
}

impl Webhook {
    /// Tells whether it is told of a type.
    pub fn wants(&self, event: EventType) -> bool {
        self.types.is_empty() || self.types.contains(&event)
    }

    /// Tells whether anything is sent to it.
    pub fn is_enabled(&self) -> bool {
        self.standing == Standing::Enabled
    }
}

/// What a user says of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Where it listens.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// What it is told of; empty for everything.
    pub types: BTreeSet<EventType>,
    /// Whether it is told anything.
    pub switch: Switch,
}

/// Whether a user wants a webhook to be told anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// Yes.
    On,
    /// No.
    Off,
}

/// Reads names of types and a description; every fault is told.
///
/// # Errors
/// [`Invalid`] with pointers into the request.
pub fn check(description: &str, types: &[String]) -> Result<BTreeSet<EventType>, Invalid> {
    let mut invalid = Invalid::default();
    if description.chars().count() > DESCRIPTION {
        invalid.push(FieldError::new(
            "/description",
            "too_long",
            "use at most 200 characters",
            "200文字以内で入れてください",
        ));
    }
    let mut read = BTreeSet::new();
    for (place, name) in types.iter().enumerate() {
        match EventType::parse(name) {
            Some(event) => {
                read.insert(event);
            }
            None => invalid.push(FieldError::new(
                format!("/types/{place}"),
                "unknown",
                "there is no such type; GET /api/v1/webhook-types lists them",
                "この種類はありません。GET /api/v1/webhook-types で確かめてください",
            )),
        }
    }
    invalid.into_result()?;
    Ok(read)
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    url: String,
    description: String,
    types: Json,
    is_enabled: bool,
    disabled_reason: Option<String>,
    disabled_at: Option<i64>,
    spared_until: i64,
    succeeded_at: Option<i64>,
    failed_at: Option<i64>,
    version: i64,
    created_by: Option<i64>,
    created_at: i64,
}

const COLUMNS: &str = "id, url, description, types, is_enabled, disabled_reason, disabled_at, spared_until, \
                       succeeded_at, failed_at, version, created_by, created_at";

impl From<Row> for Webhook {
    fn from(row: Row) -> Self {
        let names = row.types.as_array().cloned().unwrap_or_default();
        let reason = row.disabled_reason.as_deref();
        let disabled = Disabled::ALL
            .into_iter()
            .find(|one| Some(one.name()) == reason)
            .unwrap_or(Disabled::ByUser);
        Self {
            id: WebhookId::from_raw(row.id),
            url: row.url,
            description: row.description,
            types: names
                .iter()
                .filter_map(|name| EventType::parse(name.as_str()?))
                .collect(),
            standing: if row.is_enabled {
                Standing::Enabled
            } else {
                Standing::Disabled(disabled, Millis(row.disabled_at.unwrap_or(0)))
            },
            spared_until: Millis(row.spared_until),
            succeeded_at: row.succeeded_at.map(Millis),
            failed_at: row.failed_at.map(Millis),
            version: row.version,
            created_by: row.created_by.map(UserId::from_raw),
            created_at: Millis(row.created_at),
        }
    }
}

/// Lists the webhooks of a workspace, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<Vec<Webhook>, DbErr> {
    let text = format!(
        "SELECT {COLUMNS} FROM webhook WHERE workspace_id = $1 AND archived_at IS NULL ORDER BY id"
    );
    let rows: Vec<Row> = sql::all(db, text, [workspace.raw().into()]).await?;
    Ok(rows.into_iter().map(Webhook::from).collect())
}

/// Returns a webhook.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: WebhookId,
) -> Result<Option<Webhook>, DbErr> {
    let text = format!(
        "SELECT {COLUMNS} FROM webhook WHERE workspace_id = $1 AND id = $2 AND archived_at IS NULL"
    );
    let row: Option<Row> = sql::one(db, text, [workspace.raw().into(), id.raw().into()]).await?;
    Ok(row.map(Webhook::from))
}

fn names(types: &BTreeSet<EventType>) -> Value {
    let names = types.iter().map(|one| Json::from(one.name())).collect();
    Value::Json(Some(Box::new(Json::Array(names))))
}

/// Makes a webhook.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: WebhookId,
    wish: &Wish,
    (by, now): (Option<UserId>, Millis),
) -> Result<(), DbErr> {
    let is_off = wish.switch == Switch::Off;
    sql::exec(
        tx,
        "INSERT INTO webhook (workspace_id, id, url, description, types, is_enabled, disabled_reason, disabled_at,
           created_by, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
        [
            workspace.raw().into(),
            id.raw().into(),
            wish.url.clone().into(),
            wish.description.clone().into(),
            names(&wish.types),
            (!is_off).into(),
            is_off.then(|| Disabled::ByUser.name()).into(),
            is_off.then_some(now.0).into(),
            by.map(UserId::raw).into(),
            now.0.into(),
        ],
    )
    .await
    .map(|_| ())
}

/// Changes a webhook unless somebody else did meanwhile. One that is switched on is given a fresh start; one that stays
/// off keeps the reason.
///
/// # Errors
/// When the database does not answer.
pub async fn update(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: WebhookId,
    wish: &Wish,
    (version, now): (i64, Millis),
) -> Result<bool, DbErr> {
    let switch = match wish.switch {
        Switch::On => {
            "is_enabled = TRUE, disabled_reason = NULL, disabled_at = NULL,
             spared_until = CASE WHEN is_enabled THEN spared_until ELSE 0 END"
        }
        Switch::Off => {
            "is_enabled = FALSE, disabled_reason = COALESCE(disabled_reason, 'user'),
             disabled_at = COALESCE(disabled_at, $7)"
        }
    };
    let text = format!(
        "UPDATE webhook SET url = $3, description = $4, types = $5, {switch}, version = version + 1, updated_at = $7
         WHERE workspace_id = $1 AND id = $2 AND version = $6 AND archived_at IS NULL"
    );
    let binds = [
        workspace.raw().into(),
        id.raw().into(),
        wish.url.clone().into(),
        wish.description.clone().into(),
        names(&wish.types),
        version.into(),
        now.0.into(),
    ];
    Ok(sql::exec(tx, text, binds).await? == 1)
}

/// Takes a webhook away, with its secrets; what became of its deliveries stays until it is too old.
///
/// # Errors
/// When the database does not answer.
pub async fn archive(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: WebhookId,
    now: Millis,
) -> Result<bool, DbErr> {
    let text = "UPDATE webhook SET archived_at = $3, is_enabled = FALSE WHERE workspace_id = $1 AND id = $2
                AND archived_at IS NULL";
    let binds = [workspace.raw().into(), id.raw().into(), now.0.into()];
    if sql::exec(tx, text, binds).await? == 0 {
        return Ok(false);
    }
    let text = "DELETE FROM secret WHERE workspace_id = $1 AND name = $2";
    let name = crate::keys::name(id);
    sql::exec(tx, text, [workspace.raw().into(), name.into()]).await?;
    Ok(true)
}
