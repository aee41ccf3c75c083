//! The workspace that every benchmark works in, and its keys.

use access::{
    Permission,
    account::{self, NewUser},
    key::{self, Power},
    workspace::{self, TrackingMode, Workspace},
};
use kernel::{
    id::{UserId, WorkspaceId, WriteKeyId},
    money::Currency,
    time::{Clock, SystemClock},
};
use sea_orm::ConnectionTrait;
use storage::Db;

/// The workspace.
pub(crate) const WORKSPACE: WorkspaceId = WorkspaceId::from_raw(700_000_000_000_000_001);
const OWNER: UserId = UserId::from_raw(41);

/// Writes the workspace.
pub(crate) async fn found(tx: &impl ConnectionTrait) -> anyhow::Result<()> {
    let workspace = Workspace {
        id: WORKSPACE,
        name: "青葉ストア".to_owned(),
        time_zone: "Asia/Tokyo".to_owned(),
        currency: Currency::JPY,
        locale: "ja".to_owned(),
        tracking_mode: TrackingMode::Notice,
        settings: serde_json::json!({ "postal_address": "東京都千代田区千代田1-1" }),
        version: 1,
    };
    Ok(workspace::insert(tx, &workspace, SystemClock.now()).await?)
}

/// Makes a server write key.
pub(crate) async fn write_key(db: &Db) -> anyhow::Result<String> {
    let tx = db.begin().await?;
    let (id, now) = (WriteKeyId::from_raw(51), SystemClock.now());
    let key = key::create_write_key(&tx, id, WORKSPACE, "bench", Power::Server, now).await?;
    tx.commit().await?;
    Ok(key)
}

/// Makes an API key with some rights.
pub(crate) async fn api_key(db: &Db, scopes: &[Permission]) -> anyhow::Result<String> {
    let now = SystemClock.now();
    let owner = NewUser {
        email: "owner@example.jp".to_owned(),
        name: "Owner".to_owned(),
        password: "a password of a benchmark".to_owned(),
        locale: "ja".to_owned(),
    };
    let tx = db.begin().await?;
    account::insert(&tx, OWNER, owner, now).await?;
    account::set_role(&tx, WORKSPACE, OWNER, access::Role::Owner, now).await?;
    let id = kernel::id::ApiKeyId::from_raw(61);
    let key = key::create_api_key(&tx, id, WORKSPACE, "bench", scopes, OWNER, now).await?;
    tx.commit().await?;
    Ok(key)
}
