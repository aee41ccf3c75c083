//! `GET /api/v1/contents/{id}`.

use api_types::contents::ContentView;
use axum::{Json, extract::State};
use kernel::id::kind;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ContentsRead},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Returns an email with its newest document.
#[utoipa::path(get, path = "/api/v1/contents/{id}", operation_id = "get_content", tag = "contents",
    params(("id" = String, Path, description = "cnt_…")),
    responses((status = 200, body = ContentView)))]
pub(super) async fn get(
    operator: Operator<ContentsRead>,
    PathId(id): PathId<kind::Content>,
    State(app): State<App>,
) -> Result<Json<ContentView>, ApiError> {
    Ok(Json(wire::shown(&app, &operator, id).await?))
}
