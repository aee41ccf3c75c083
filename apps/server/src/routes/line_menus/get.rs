//! `GET /api/v1/line-menus/{id}`.

use api_types::line_menus::LineMenuView;
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

/// Shows a rich menu.
#[utoipa::path(get, path = "/api/v1/line-menus/{id}", operation_id = "get_line_menu", tag = "line",
    params(("id" = String, Path, description = "rmn_…")),
    responses((status = 200, body = LineMenuView)))]
pub(super) async fn get(
    operator: Operator<ContentsRead>,
    PathId(id): PathId<kind::Menu>,
    State(app): State<App>,
) -> Result<Json<LineMenuView>, ApiError> {
    let found = wire::find(app.db.reader(), &operator, id).await?;
    Ok(Json(wire::view(&app, &operator, found).await?))
}
