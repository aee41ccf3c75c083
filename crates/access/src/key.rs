//! API keys of integrators and write keys of the tracking API.

use kernel::{
    id::{ApiKeyId, UserId, WorkspaceId, WriteKeyId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::sql;

use crate::{AccessError, Permission, token};

/// An API key as it is listed; the key itself is shown once, when it is made.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// The workspace it opens.
    pub workspace: WorkspaceId,
    /// What it is for, in its maker's words.
    pub name: String,
    /// Its first characters.
    pub hint: String,
    /// What it may do.
    pub scopes: Vec<Permission>,
    /// When it was made.
    pub created_at: Millis,
    /// When it was last used.
    pub last_used_at: Option<Millis>,
    /// When it was revoked.
    pub revoked_at: Option<Millis>,
}

#[derive(FromQueryResult)]
struct ApiKeyRow {
    id: i64,
    workspace_id: i64,
    name: String,
    hint: String,
    scopes: String,
    created_at: i64,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl From<ApiKeyRow> for ApiKey {
    fn from(row: ApiKeyRow) -> Self {
        Self {
            id: ApiKeyId::from_raw(row.id),
            workspace: WorkspaceId::from_raw(row.workspace_id),
            name: row.name,
            hint: row.hint,
            scopes: row
                .scopes
                .split(' ')
                .filter_map(Permission::parse)
                .collect(),
            created_at: Millis(row.created_at),
            last_used_at: row.last_used_at.map(Millis),
            revoked_at: row.revoked_at.map(Millis),
        }
    }
}

const API_KEY: &str = "id, workspace_id, name, hint, scopes, created_at, last_used_at, revoked_at";

/// Makes an API key and returns it in full, for the only time.
pub async fn create_api_key(
    tx: &impl ConnectionTrait,
    id: ApiKeyId,
    workspace: WorkspaceId,
    name: &str,
    scopes: &[Permission],
    by: UserId,
    now: Millis,
) -> Result<String, AccessError> {
    let key = token::random("enk_")?;
    let scopes: Vec<&str> = scopes.iter().map(|scope| scope.scope()).collect();
    sql::exec(
        tx,
        "INSERT INTO api_key (id, workspace_id, name, hint, key_hash, scopes, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            id.raw().into(),
            workspace.raw().into(),
            name.trim().into(),
            hint(&key).into(),
            token::hash(&key).into(),
            scopes.join(" ").into(),
            by.raw().into(),
            now.0.into(),
        ],
    )
    .await?;
    Ok(key)
}

/// Finds the live API key behind a presented one.
pub async fn find_api_key(
    db: &impl ConnectionTrait,
    key: &str,
) -> Result<Option<ApiKey>, AccessError> {
    let text = format!("SELECT {API_KEY} FROM api_key WHERE key_hash = $1 AND revoked_at IS NULL");
    Ok(sql::one::<ApiKeyRow>(db, text, [token::hash(key).into()])
        .await?
        .map(ApiKey::from))
}

/// Notes that a key was used; called at most once a minute per key.
pub async fn touch_api_key(
    tx: &impl ConnectionTrait,
    id: ApiKeyId,
    now: Millis,
) -> Result<(), AccessError> {
    sql::exec(
        tx,
        "UPDATE api_key SET last_used_at = $2 WHERE id = $1",
        [id.raw().into(), now.0.into()],
    )
    .await?;
    Ok(())
}

/// Lists the API keys of a workspace, the newest first.
pub async fn list_api_keys(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<Vec<ApiKey>, AccessError> {
    let text = format!("SELECT {API_KEY} FROM api_key WHERE workspace_id = $1 ORDER BY id DESC");
    Ok(sql::all::<ApiKeyRow>(db, text, [workspace.raw().into()])
        .await?
        .into_iter()
        .map(ApiKey::from)
        .collect())
}

/// Revokes an API key; `false` when there is none.
pub async fn revoke_api_key(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: ApiKeyId,
    now: Millis,
) -> Result<bool, AccessError> {
    revoke(tx, "api_key", workspace, id.raw(), now).await
}

/// What a write key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// Secret, used by servers: full powers of the tracking API.
    Server,
    /// Public, used in pages: events and anonymous ids only.
    Browser,
}

impl Power {
    /// Returns the stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Browser => "browser",
        }
    }

    /// Reads a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Server, Self::Browser]
            .into_iter()
            .find(|power| power.name() == name)
    }
}

/// A write key as it is listed.
#[derive(Debug, Clone)]
pub struct WriteKey {
    /// Its id.
    pub id: WriteKeyId,
    /// The workspace it writes into.
    pub workspace: WorkspaceId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub power: Power,
    /// Its first characters.
    pub hint: String,
    /// The key itself where it is public.
    pub public_key: Option<String>,
    /// When it was made.
    pub created_at: Millis,
    /// When it was revoked.
    pub revoked_at: Option<Millis>,
}

#[derive(FromQueryResult)]
struct WriteKeyRow {
    id: i64,
    workspace_id: i64,
    name: String,
    power: String,
    hint: String,
    public_key: Option<String>,
    created_at: i64,
    revoked_at: Option<i64>,
}

impl WriteKeyRow {
    fn into_key(self) -> Option<WriteKey> {
        Some(WriteKey {
            id: WriteKeyId::from_raw(self.id),
            workspace: WorkspaceId::from_raw(self.workspace_id),
            name: self.name,
            power: Power::parse(&self.power)?,
            hint: self.hint,
            public_key: self.public_key,
            created_at: Millis(self.created_at),
            revoked_at: self.revoked_at.map(Millis),
        })
    }
}

const WRITE_KEY: &str = "id, workspace_id, name, power, hint, public_key, created_at, revoked_at";

/// Makes a write key and returns it; a server key is shown only now.
pub async fn create_write_key(
    tx: &impl ConnectionTrait,
    id: WriteKeyId,
    workspace: WorkspaceId,
    name: &str,
    power: Power,
    now: Millis,
) -> Result<String, AccessError> {
    let key = token::random(match power {
        Power::Server => "ens_",
        Power::Browser => "enb_",
    })?;
    let public = (power == Power::Browser).then(|| key.clone());
    sql::exec(
        tx,
        "INSERT INTO write_key (id, workspace_id, name, power, hint, public_key, key_hash, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            id.raw().into(),
            workspace.raw().into(),
            name.trim().into(),
            power.name().into(),
            hint(&key).into(),
            public.into(),
            token::hash(&key).into(),
            now.0.into(),
        ],
    )
    .await?;
    Ok(key)
}

/// Finds the live write key behind a presented one.
pub async fn find_write_key(
    db: &impl ConnectionTrait,
    key: &str,
) -> Result<Option<WriteKey>, AccessError> {
    let text =
        format!("SELECT {WRITE_KEY} FROM write_key WHERE key_hash = $1 AND revoked_at IS NULL");
    Ok(sql::one::<WriteKeyRow>(db, text, [token::hash(key).into()])
        .await?
        .and_then(WriteKeyRow::into_key))
}

/// Lists the write keys of a workspace, the newest first.
pub async fn list_write_keys(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<Vec<WriteKey>, AccessError> {
    let text =
        format!("SELECT {WRITE_KEY} FROM write_key WHERE workspace_id = $1 ORDER BY id DESC");
    let rows: Vec<WriteKeyRow> = sql::all(db, text, [workspace.raw().into()]).await?;
    Ok(rows.into_iter().filter_map(WriteKeyRow::into_key).collect())
}

/// Revokes a write key; `false` when there is none.
pub async fn revoke_write_key(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: WriteKeyId,
    now: Millis,
) -> Result<bool, AccessError> {
    revoke(tx, "write_key", workspace, id.raw(), now).await
}

async fn revoke(
    tx: &impl ConnectionTrait,
    table: &'static str,
    workspace: WorkspaceId,
    id: i64,
    now: Millis,
) -> Result<bool, AccessError> {
    let touched = sql::exec(
        tx,
        format!("UPDATE {table} SET revoked_at = $3 WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL"),
        [workspace.raw().into(), id.into(), now.0.into()],
    )
    .await?;
    Ok(touched == 1)
}

fn hint(key: &str) -> String {
    key.chars().take(9).chain(['…']).collect()
}
