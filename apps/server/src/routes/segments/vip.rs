//! `PUT /api/v1/segments/{id}/vip` makes the members of a segment VIPs, `DELETE` takes that back.

use api_types::segments::SegmentView;
use axum::{Json, extract::State};
use kernel::id::{SegmentId, kind};
use segmentation::vip::{self, Treatment};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SegmentsWrite},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// From now on its members get only campaigns that name it, or that say that they are for VIPs, too.
#[utoipa::path(put, path = "/api/v1/segments/{id}/vip", operation_id = "make_segment_vip", tag = "segments",
    params(("id" = String, Path, description = "seg_…")),
    responses((status = 200, body = SegmentView), (status = 422)))]
pub(super) async fn make(
    operator: Operator<SegmentsWrite>,
    PathId(id): PathId<kind::Segment>,
    State(app): State<App>,
) -> Result<Json<SegmentView>, ApiError> {
    treat(&app, &operator, id, Treatment::Vip, "segment.vip").await
}

/// Its members get campaigns like everybody again.
#[utoipa::path(delete, path = "/api/v1/segments/{id}/vip", operation_id = "unmake_segment_vip", tag = "segments",
    params(("id" = String, Path, description = "seg_…")),
    responses((status = 200, body = SegmentView)))]
pub(super) async fn unmake(
    operator: Operator<SegmentsWrite>,
    PathId(id): PathId<kind::Segment>,
    State(app): State<App>,
) -> Result<Json<SegmentView>, ApiError> {
    treat(&app, &operator, id, Treatment::Usual, "segment.usual").await
}

async fn treat(
    app: &App,
    operator: &Operator<SegmentsWrite>,
    id: SegmentId,
    treatment: Treatment,
    action: &str,
) -> Result<Json<SegmentView>, ApiError> {
    let tx = app.db.begin().await?;
    let treated = vip::treat_in_txn(&tx, wire::author(app, operator), id, treatment).await?;
    let treated = treated.ok_or_else(ApiError::not_found)?;
    wire::log(app, &tx, operator, action, &treated).await?;
    tx.commit().await?;
    Ok(Json(wire::view(app, operator, treated).await?))
}
