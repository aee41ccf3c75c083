//! `DELETE /api/v1/lists/{id}`.

use axum::{extract::State, http::StatusCode};
use kernel::id::kind;
use profiles::lists;
use segmentation::{SegmentError, store::lists_used_by};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SegmentsWrite},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Removes a list for good, with whoever is on it; one that segments ask for stays.
#[utoipa::path(delete, path = "/api/v1/lists/{id}", operation_id = "delete_list", tag = "lists",
    params(("id" = String, Path, description = "lst_…")),
    responses((status = 204), (status = 409)))]
pub(super) async fn remove(
    operator: Operator<SegmentsWrite>,
    PathId(id): PathId<kind::List>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let list = wire::list(&app, &operator, id).await?;
    let users = lists_used_by(app.db.reader(), operator.workspace, id).await?;
    if !users.is_empty() {
        let names = users.into_iter().map(|(_, name)| name).collect();
        return Err(SegmentError::InUse(names).into());
    }
    lists::delete(&app.db, wire::writer(&app, &operator), id).await?;
    let tx = app.db.begin().await?;
    wire::log(&app, &tx, &operator, "list.delete", &list).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
