//! `DELETE /api/v1/segments/{id}` puts a segment away, `POST …/restore` takes it back.

use api_types::segments::SegmentView;
use axum::{Json, extract::State, http::StatusCode};
use kernel::id::{SegmentId, kind};
use segmentation::store::{self, Segment, Shelf};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SegmentsWrite},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Takes a segment out of the lists; one that others refer to stays.
#[utoipa::path(delete, path = "/api/v1/segments/{id}", operation_id = "archive_segment", tag = "segments",
    params(("id" = String, Path, description = "seg_…")),
    responses((status = 204), (status = 409)))]
pub(super) async fn archive(
    operator: Operator<SegmentsWrite>,
    PathId(id): PathId<kind::Segment>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    move_to(&app, &operator, id, Shelf::Archived, "segment.archive").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts a segment back into the lists.
#[utoipa::path(post, path = "/api/v1/segments/{id}/restore", operation_id = "restore_segment", tag = "segments",
    params(("id" = String, Path, description = "seg_…")),
    responses((status = 200, body = SegmentView)))]
pub(super) async fn restore(
    operator: Operator<SegmentsWrite>,
    PathId(id): PathId<kind::Segment>,
    State(app): State<App>,
) -> Result<Json<SegmentView>, ApiError> {
    let segment = move_to(&app, &operator, id, Shelf::Active, "segment.restore").await?;
    Ok(Json(wire::view(&app, &operator, segment).await?))
}

async fn move_to(
    app: &App,
    operator: &Operator<SegmentsWrite>,
    id: SegmentId,
    shelf: Shelf,
    action: &str,
) -> Result<Segment, ApiError> {
    let tx = app.db.begin().await?;
    let moved = store::set_shelf_in_txn(&tx, wire::author(app, operator), id, shelf).await?;
    let moved = moved.ok_or_else(ApiError::not_found)?;
    wire::log(app, &tx, operator, action, &moved).await?;
    tx.commit().await?;
    Ok(moved)
}
