//! `GET /api/v1/lists/{id}`.

use api_types::lists::ListView;
use axum::{Json, extract::State};
use kernel::id::kind;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SegmentsRead},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Returns a list of people.
#[utoipa::path(get, path = "/api/v1/lists/{id}", operation_id = "get_list", tag = "lists",
    params(("id" = String, Path, description = "lst_…")),
    responses((status = 200, body = ListView)))]
pub(super) async fn find(
    operator: Operator<SegmentsRead>,
    PathId(id): PathId<kind::List>,
    State(app): State<App>,
) -> Result<Json<ListView>, ApiError> {
    let list = wire::list(&app, &operator, id).await?;
    Ok(Json(wire::view(list)))
}
