//! `GET /api/v1/segments/{id}`.

use api_types::segments::SegmentView;
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

/// Returns a segment.
#[utoipa::path(get, path = "/api/v1/segments/{id}", operation_id = "get_segment", tag = "segments",
    params(("id" = String, Path, description = "seg_…")),
    responses((status = 200, body = SegmentView)))]
pub(super) async fn find(
    operator: Operator<SegmentsRead>,
    PathId(id): PathId<kind::Segment>,
    State(app): State<App>,
) -> Result<Json<SegmentView>, ApiError> {
    let segment = wire::segment(&app, &operator, id).await?;
    Ok(Json(wire::view(&app, &operator, segment).await?))
}
