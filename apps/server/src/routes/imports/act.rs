//! `POST /api/v1/imports/{id}/{pause,resume,cancel}`.

use api_types::imports::ImportView;
use axum::{Json, extract::State};
use kernel::id::{ImportId, kind};
use profiles::import::store;
use storage::Tx;

use super::wire;
use crate::{
    http::{
        auth::{Caller, Operator, needs::ProfilesWrite},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Stops a running import after its present chunk; it can go on later.
#[utoipa::path(post, path = "/api/v1/imports/{id}/pause", operation_id = "pause_import", tag = "imports",
    params(("id" = String, Path, description = "imp_…")),
    responses((status = 200, body = ImportView)))]
pub(super) async fn pause(
    operator: Operator<ProfilesWrite>,
    PathId(id): PathId<kind::Import>,
    State(app): State<App>,
) -> Result<Json<ImportView>, ApiError> {
    let tx = app.db.begin().await?;
    store::pause(wire::ctx(&app, &tx, &operator), id).await?;
    done(&app, tx, &operator, id, "import.pause").await
}

/// Lets a paused or failed import go on where it stopped.
#[utoipa::path(post, path = "/api/v1/imports/{id}/resume", operation_id = "resume_import", tag = "imports",
    params(("id" = String, Path, description = "imp_…")),
    responses((status = 200, body = ImportView)))]
pub(super) async fn resume(
    operator: Operator<ProfilesWrite>,
    PathId(id): PathId<kind::Import>,
    State(app): State<App>,
) -> Result<Json<ImportView>, ApiError> {
    let tx = app.db.begin().await?;
    store::resume(wire::ctx(&app, &tx, &operator), id).await?;
    done(&app, tx, &operator, id, "import.resume").await
}

/// Stops an import for good; what was taken stays, and its file is removed.
#[utoipa::path(post, path = "/api/v1/imports/{id}/cancel", operation_id = "cancel_import", tag = "imports",
    params(("id" = String, Path, description = "imp_…")),
    responses((status = 200, body = ImportView)))]
pub(super) async fn cancel(
    operator: Operator<ProfilesWrite>,
    PathId(id): PathId<kind::Import>,
    State(app): State<App>,
) -> Result<Json<ImportView>, ApiError> {
    let tx = app.db.begin().await?;
    store::cancel(wire::ctx(&app, &tx, &operator), id).await?;
    let view = done(&app, tx, &operator, id, "import.cancel").await?;
    let path = wire::find(&app, &operator, id).await?.file_path;
    if let Err(error) = tokio::fs::remove_file(path).await {
        tracing::warn!(%error, "the file of a cancelled import could not be removed");
    }
    Ok(view)
}

async fn done(
    app: &App,
    tx: Tx,
    caller: &Caller,
    id: ImportId,
    action: &str,
) -> Result<Json<ImportView>, ApiError> {
    let import = store::find(&tx, caller.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    wire::log(app, &tx, caller, action, &import).await?;
    tx.commit().await?;
    Ok(Json(wire::view(app, import).await?))
}
