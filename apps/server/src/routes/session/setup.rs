//! `POST /api/v1/session/setup`: becomes a member through a one-time link.

use access::{
    Actor, Role, account,
    account::NewUser,
    audit,
    link::{self, Purpose},
    workspace::{self, TrackingMode, Workspace},
};
use api_types::session::{SessionView, SetUp};
use axum::{Json, extract::State, http::HeaderMap};
use kernel::{
    id::{WorkspaceId, fresh},
    money::Currency,
};
use sea_orm::ConnectionTrait;

use super::enter::enter;
use crate::{
    http::{extract::ValidJson, limit::CallerAddress, problem::ApiError, security},
    state::App,
};

/// Uses up a link of first ownership or an invitation, and signs its bearer in.
#[utoipa::path(post, path = "/api/v1/session/setup", operation_id = "set_up_session", tag = "session", security(()),
    request_body = SetUp,
    responses((status = 200, body = SessionView), (status = 403), (status = 410), (status = 429)))]
pub(super) async fn setup(
    State(app): State<App>,
    headers: HeaderMap,
    address: CallerAddress,
    ValidJson(body): ValidJson<SetUp>,
) -> Result<(HeaderMap, Json<SessionView>), ApiError> {
    security::check_origin(&app, &headers)?;
    app.sign_in_limiter.check(&[&address.0])?;
    let tx = app.db.begin().await?;
    let (workspace, role) = match link::consume(&tx, &body.token, app.now()).await? {
        Purpose::FirstOwner => (new_workspace(&app, &tx, &body).await?, Role::Owner),
        Purpose::Invite {
            workspace, role, ..
        } => (workspace, role),
        Purpose::SignIn { .. } => return Err(access::AccessError::LinkSpent.into()),
    };
    let new = NewUser {
        email: body.email,
        name: body.name,
        password: body.password,
        locale: body.locale.unwrap_or_else(|| "ja".to_owned()),
    };
    let user = account::insert(&tx, fresh(&*app.ids), new, app.now()).await?;
    account::set_role(&tx, workspace, user.id, role, app.now()).await?;
    let change = audit::Change {
        workspace,
        actor: Actor::User(user.id),
        action: "member.join",
        object_kind: "user",
        object: Some(user.id.raw()),
        detail: serde_json::json!({ "role": role.name() }),
    };
    audit::record(&tx, &*app.ids, app.now(), change).await?;
    let (cookie, view) = enter(&app, tx, user.id, workspace, &headers).await?;
    Ok((cookie, Json(view)))
}

async fn new_workspace(
    app: &App,
    tx: &impl ConnectionTrait,
    body: &SetUp,
) -> Result<WorkspaceId, ApiError> {
    let workspace = Workspace {
        id: fresh(&*app.ids),
        name: body.workspace_name.clone().unwrap_or_default(),
        time_zone: "Asia/Tokyo".to_owned(),
        currency: Currency::JPY,
        locale: body.locale.clone().unwrap_or_else(|| "ja".to_owned()),
        tracking_mode: TrackingMode::Required,
        settings: serde_json::json!({}),
        version: 1,
    };
    workspace::insert(tx, &workspace, app.now()).await?;
    Ok(workspace.id)
}
