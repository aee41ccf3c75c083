//! `PUT /api/v1/lists/{id}`.

use api_types::lists::{ListView, SaveList};
use axum::{Json, extract::State};
use kernel::id::kind;
use profiles::lists;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SegmentsWrite},
        extract::{PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Calls a list of people something else; who is on it stays.
#[utoipa::path(put, path = "/api/v1/lists/{id}", operation_id = "save_list", tag = "lists",
    params(("id" = String, Path, description = "lst_…")), request_body = SaveList,
    responses((status = 200, body = ListView)))]
pub(super) async fn save(
    operator: Operator<SegmentsWrite>,
    PathId(id): PathId<kind::List>,
    State(app): State<App>,
    ValidJson(body): ValidJson<SaveList>,
) -> Result<Json<ListView>, ApiError> {
    let tx = app.db.begin().await?;
    let writer = wire::writer(&app, &operator);
    let saved = lists::update(&tx, writer, id, wire::draft(body)).await?;
    wire::log(&app, &tx, &operator, "list.save", &saved).await?;
    tx.commit().await?;
    Ok(Json(wire::view(saved)))
}
