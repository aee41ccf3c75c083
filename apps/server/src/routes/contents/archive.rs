//! `DELETE /api/v1/contents/{id}` and `POST /api/v1/contents/{id}/restore`.

use axum::{extract::State, http::StatusCode};
use contents::store;
use kernel::id::kind;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ContentsWrite},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Puts an email away: it leaves the lists, and what uses it keeps it.
#[utoipa::path(delete, path = "/api/v1/contents/{id}", operation_id = "archive_content", tag = "contents",
    params(("id" = String, Path, description = "cnt_…")),
    responses((status = 204)))]
pub(super) async fn archive(
    operator: Operator<ContentsWrite>,
    PathId(id): PathId<kind::Content>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let tx = app.db.begin().await?;
    if !store::set_archived(&tx, operator.workspace, id, Some(app.now())).await? {
        return Err(ApiError::not_found());
    }
    let nothing = serde_json::json!({});
    wire::log(&app, &tx, &operator, "content.archive", id, nothing).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes an email out again that was put away.
#[utoipa::path(post, path = "/api/v1/contents/{id}/restore", operation_id = "restore_content", tag = "contents",
    params(("id" = String, Path, description = "cnt_…")),
    responses((status = 204)))]
pub(super) async fn restore(
    operator: Operator<ContentsWrite>,
    PathId(id): PathId<kind::Content>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let tx = app.db.begin().await?;
    if !store::set_archived(&tx, operator.workspace, id, None).await? {
        return Err(ApiError::not_found());
    }
    let nothing = serde_json::json!({});
    wire::log(&app, &tx, &operator, "content.restore", id, nothing).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
