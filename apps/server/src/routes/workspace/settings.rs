//! `GET` and `PATCH /api/v1/workspace`.

use access::{workspace, workspace::TrackingMode};
use api_types::session::{ChangeWorkspace, WorkspaceView};
use axum::{Json, extract::State};
use kernel::invalid::Invalid;

use crate::{
    http::{
        audit,
        auth::{Caller, Operator, needs::SettingsWrite},
        extract::ValidJson,
        problem::ApiError,
    },
    routes::session::workspace_view,
    state::App,
};

/// Returns the workspace that the caller is in.
#[utoipa::path(get, path = "/api/v1/workspace", operation_id = "get_workspace", tag = "workspace",
    responses((status = 200, body = WorkspaceView)))]
pub(super) async fn get(
    caller: Caller,
    State(app): State<App>,
) -> Result<Json<WorkspaceView>, ApiError> {
    let workspace = workspace::find(app.db.reader(), caller.workspace)
        .await?
        .ok_or_else(ApiError::not_found)?;
    Ok(Json(workspace_view(workspace)))
}

/// Changes the settings that are given.
#[utoipa::path(patch, path = "/api/v1/workspace", operation_id = "change_workspace", tag = "workspace",
    request_body = ChangeWorkspace,
    responses((status = 200, body = WorkspaceView), (status = 409)))]
pub(super) async fn change(
    operator: Operator<SettingsWrite>,
    State(app): State<App>,
    ValidJson(body): ValidJson<ChangeWorkspace>,
) -> Result<Json<WorkspaceView>, ApiError> {
    let tx = app.db.begin().await?;
    let mut workspace = workspace::find(&tx, operator.workspace)
        .await?
        .ok_or_else(ApiError::not_found)?;
    workspace.version = body.version;
    if let Some(name) = body.name {
        workspace.name = name;
    }
    if let Some(zone) = body.time_zone {
        workspace.time_zone = zone;
    }
    if let Some(locale) = body.locale {
        workspace.locale = locale;
    }
    if let Some(mode) = body.tracking_mode {
        workspace.tracking_mode = TrackingMode::parse(&mode).ok_or_else(|| {
            Invalid::one(
                "/tracking_mode",
                "unknown",
                "use required or notice",
                "required か notice を選んでください",
            )
        })?;
    }
    if let (Some(address), Some(settings)) =
        (body.postal_address, workspace.settings.as_object_mut())
    {
        settings.insert("postal_address".to_owned(), address.trim().into());
    }
    if !workspace::update(&tx, &workspace).await? {
        return Err(ApiError::conflict());
    }
    audit::log(
        &app,
        &tx,
        &operator,
        "workspace.change",
        ("workspace", Some(operator.workspace.raw())),
        serde_json::json!({ "name": workspace.name, "time_zone": workspace.time_zone,
            "locale": workspace.locale, "tracking_mode": workspace.tracking_mode.name() }),
    )
    .await?;
    let changed = workspace::find(&tx, operator.workspace)
        .await?
        .ok_or_else(ApiError::not_found)?;
    tx.commit().await?;
    Ok(Json(workspace_view(changed)))
}
