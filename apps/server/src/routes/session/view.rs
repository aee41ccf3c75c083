//! What a signed-in person learns of themselves.

use access::{
    account, session,
    session::Issued,
    workspace::{self, Workspace},
};
use api_types::session::{SessionView, UserView, WorkspaceView};
use kernel::time::SECOND;

use crate::{http::problem::ApiError, state::App};

pub(super) async fn of(app: &App, issued: &Issued) -> Result<SessionView, ApiError> {
    let who = issued.who;
    let member = account::member(app.db.reader(), who.workspace, who.user)
        .await?
        .ok_or_else(ApiError::not_signed_in)?;
    let workspace = workspace::find(app.db.reader(), who.workspace)
        .await?
        .ok_or_else(ApiError::not_signed_in)?;
    Ok(SessionView {
        access_token: issued.access.clone(),
        expires_in: session::ACCESS_LIFETIME / SECOND,
        user: user(member.user),
        workspace: workspace_view(workspace),
        role: who.role.name().to_owned(),
        permissions: who.role.scopes().into_iter().map(str::to_owned).collect(),
    })
}

/// Shows a person.
pub(in crate::routes) fn user(user: account::User) -> UserView {
    UserView {
        id: user.id.to_string(),
        name: user.name,
        email: user.email,
        locale: user.locale,
    }
}

/// Shows a workspace.
pub(in crate::routes) fn workspace_view(workspace: Workspace) -> WorkspaceView {
    let postal_address = workspace
        .settings
        .get("postal_address")
        .and_then(|value| value.as_str())
        .unwrap_or_default();
    WorkspaceView {
        id: workspace.id.to_string(),
        postal_address: postal_address.to_owned(),
        name: workspace.name,
        time_zone: workspace.time_zone,
        currency: workspace.currency.code().to_owned(),
        locale: workspace.locale,
        tracking_mode: workspace.tracking_mode.name().to_owned(),
        version: workspace.version,
    }
}
