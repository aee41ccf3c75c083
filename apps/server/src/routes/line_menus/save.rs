//! `PUT /api/v1/line-menus/{id}`.

use api_types::line_menus::{LineMenuView, SaveLineMenu};
use axum::{Json, extract::State};
use friends::menu::{self, Wish};
use kernel::id::kind;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ContentsWrite},
        extract::{PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Saves the draft of a rich menu. What friends see changes when it is published.
#[utoipa::path(put, path = "/api/v1/line-menus/{id}", operation_id = "save_line_menu", tag = "line",
    params(("id" = String, Path, description = "rmn_…")), request_body = SaveLineMenu,
    responses((status = 200, body = LineMenuView), (status = 409)))]
pub(super) async fn save(
    operator: Operator<ContentsWrite>,
    PathId(id): PathId<kind::Menu>,
    State(app): State<App>,
    ValidJson(body): ValidJson<SaveLineMenu>,
) -> Result<Json<LineMenuView>, ApiError> {
    let tx = app.db.begin().await?;
    let before = wire::find(&tx, &operator, id).await?;
    let wish = Wish {
        name: wire::name(&body.name)?,
        document: wire::document(&body.document)?,
        image: before.image,
    };
    let at = (body.version, app.now());
    if !menu::change(&tx, operator.workspace, id, &wish, at).await? {
        return Err(ApiError::conflict());
    }
    let saved = wire::find(&tx, &operator, id).await?;
    tx.commit().await?;
    Ok(Json(wire::view(&app, &operator, saved).await?))
}
