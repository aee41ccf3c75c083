//! `GET /api/v1/imports/{id}`.

use api_types::imports::ImportView;
use axum::{Json, extract::State};
use kernel::id::kind;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesRead},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Returns an import with its progress.
#[utoipa::path(get, path = "/api/v1/imports/{id}", operation_id = "get_import", tag = "imports",
    params(("id" = String, Path, description = "imp_…")),
    responses((status = 200, body = ImportView)))]
pub(super) async fn get(
    operator: Operator<ProfilesRead>,
    PathId(id): PathId<kind::Import>,
    State(app): State<App>,
) -> Result<Json<ImportView>, ApiError> {
    let import = wire::find(&app, &operator, id).await?;
    Ok(Json(wire::view(&app, import).await?))
}
