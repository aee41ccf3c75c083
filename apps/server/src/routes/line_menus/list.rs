//! `GET /api/v1/line/{account}/menus`.

use api_types::line_menus::LineMenuView;
use axum::{Json, extract::State};
use friends::menu;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ContentsRead},
        extract::PathAccount,
        problem::ApiError,
    },
    routes::line,
    state::App,
};

/// Lists the rich menus of a LINE account, the oldest first.
#[utoipa::path(get, path = "/api/v1/line/{account}/menus", operation_id = "list_line_menus", tag = "line",
    params(("account" = String, Path, description = "snd_…")),
    responses((status = 200, body = Vec<LineMenuView>)))]
pub(super) async fn list(
    operator: Operator<ContentsRead>,
    PathAccount(account): PathAccount,
    State(app): State<App>,
) -> Result<Json<Vec<LineMenuView>>, ApiError> {
    line::account(&app, operator.workspace, account).await?;
    let mut views = Vec::new();
    for menu in menu::list(app.db.reader(), operator.workspace, account).await? {
        views.push(wire::view(&app, &operator, menu).await?);
    }
    Ok(Json(views))
}
