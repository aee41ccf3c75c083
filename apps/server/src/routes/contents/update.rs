//! `PUT /api/v1/contents/{id}`.

use api_types::contents::{ContentView, WriteContent};
use axum::{Json, extract::State};
use contents::store;
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

/// Saves a new version of an email; over a newer one than was read it is a conflict.
#[utoipa::path(put, path = "/api/v1/contents/{id}", operation_id = "update_content", tag = "contents",
    params(("id" = String, Path, description = "cnt_…")), request_body = WriteContent,
    responses((status = 200, body = ContentView), (status = 409)))]
pub(super) async fn update(
    operator: Operator<ContentsWrite>,
    PathId(id): PathId<kind::Content>,
    State(app): State<App>,
    ValidJson(body): ValidJson<WriteContent>,
) -> Result<Json<ContentView>, ApiError> {
    let document = wire::read(body.document);
    let tx = app.db.begin().await?;
    let author = wire::author(&app, &operator);
    let saved = store::update(&tx, operator.workspace, id, body.version, &document, author).await;
    let version = match saved {
        Ok(version) => version,
        Err(error) => {
            tx.rollback().await?;
            return Err(wire::not_saved(&app, &operator, id, error).await);
        }
    };
    let detail = serde_json::json!({ "name": document.name, "version": version });
    wire::log(&app, &tx, &operator, "content.change", id, detail).await?;
    tx.commit().await?;
    Ok(Json(wire::shown(&app, &operator, id).await?))
}
