//! `server demo`: a company that is alive, ready to be clicked through.
//!
//! The first start writes the sample supermarket into an empty database; later starts find it there.
//! Everything goes through the same doors as real data: the bulk loader of the import, the stores of
//! segments, contents and campaigns.

mod goods;
mod load;
mod mail;
mod people;
mod rules;
mod segments;
mod shopping;
mod story;

use access::{
    Role, account,
    account::NewUser,
    link::{self, Purpose},
    workspace::{self, TrackingMode, Workspace},
};
use kernel::{
    id::{UserId, WorkspaceId, fresh},
    money::Currency,
};

use crate::state::App;

/// The sign-in address of the demo's owner.
const OWNER_EMAIL: &str = "mori@example.jp";
/// The same company every time.
const SEED: u64 = 1;

/// Makes sure that the sample company is there and returns a one-time link that signs its owner in.
pub(crate) async fn prepare(app: &App, households: usize) -> anyhow::Result<String> {
    let (workspace, owner) = match existing(app).await? {
        Some(found) => found,
        None => load::company(app, households).await?,
    };
    let tx = app.db.begin().await?;
    let token = link::create(
        &tx,
        &Purpose::SignIn {
            workspace,
            user: owner,
        },
        app.now(),
    )
    .await?;
    tx.commit().await?;
    Ok(format!("{}/welcome/{token}", app.config.public_url()))
}

async fn existing(app: &App) -> anyhow::Result<Option<(WorkspaceId, UserId)>> {
    if let Some(workspace) = workspace::list(app.db.reader()).await?.into_iter().next() {
        let is_whole = workspace
            .settings
            .get("demo")
            .and_then(serde_json::Value::as_str)
            == Some("ready");
        let members = account::members(app.db.reader(), workspace.id).await?;
        if let Some(owner) = members
            .iter()
            .find(|member| member.role == Role::Owner)
            .filter(|_| is_whole)
        {
            return Ok(Some((workspace.id, owner.user.id)));
        }
        anyhow::bail!(
            "this data folder holds something else, or a demo that was cut short: start with --fresh or another folder"
        );
    }
    Ok(None)
}

/// Writes the workspace and its owner.
async fn found(app: &App) -> anyhow::Result<(Workspace, UserId)> {
    let workspace = Workspace {
        id: fresh(&*app.ids),
        name: demo::COMPANY_NAME.to_owned(),
        time_zone: demo::TIME_ZONE.to_owned(),
        currency: Currency::JPY,
        locale: "ja".to_owned(),
        // The sample's visits are derived and labelled; the company tells its visitors.
        tracking_mode: TrackingMode::Notice,
        settings: serde_json::json!({
            "postal_address": "〒000-0000 東京都青葉区青葉1-2-3 青葉ストア（見本）",
            "demo": "loading",
        }),
        version: 1,
    };
    let owner: UserId = fresh(&*app.ids);
    let new = NewUser {
        email: OWNER_EMAIL.to_owned(),
        name: "森 千夏".to_owned(),
        // Nobody knows it: the demo is entered by its printed link.
        password: format!("{owner}{}", workspace.id),
        locale: "ja".to_owned(),
    };
    let tx = app.db.begin().await?;
    workspace::insert(&tx, &workspace, app.now()).await?;
    account::insert(&tx, owner, new, app.now()).await?;
    account::set_role(&tx, workspace.id, owner, Role::Owner, app.now()).await?;
    tx.commit().await?;
    Ok((workspace, owner))
}
