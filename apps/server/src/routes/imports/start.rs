//! `POST /api/v1/imports/{id}/start`.

use api_types::imports::{ImportView, StartImport};
use axum::{Json, extract::State};
use kernel::id::kind;
use profiles::import::store;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesWrite},
        extract::{PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Starts an import with a mapping; it goes on in the background.
#[utoipa::path(post, path = "/api/v1/imports/{id}/start", operation_id = "start_import", tag = "imports",
    params(("id" = String, Path, description = "imp_…")), request_body = StartImport,
    responses((status = 200, body = ImportView)))]
pub(super) async fn start(
    operator: Operator<ProfilesWrite>,
    PathId(id): PathId<kind::Import>,
    State(app): State<App>,
    ValidJson(body): ValidJson<StartImport>,
) -> Result<Json<ImportView>, ApiError> {
    let start = wire::start(body)?;
    let tx = app.db.begin().await?;
    let import = store::start(wire::ctx(&app, &tx, &operator), id, start).await?;
    wire::log(&app, &tx, &operator, "import.start", &import).await?;
    tx.commit().await?;
    Ok(Json(wire::view(&app, import).await?))
}
