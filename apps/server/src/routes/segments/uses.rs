//! `GET /api/v1/segments/{id}/uses`.

use access::Permission;
use api_types::segments::{SegmentUse, SegmentUses};
use axum::{Json, extract::State};
use kernel::id::kind;
use segmentation::store;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SegmentsRead},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Says where a segment is used; the campaigns only to those who may see them.
#[utoipa::path(get, path = "/api/v1/segments/{id}/uses", operation_id = "list_segment_uses", tag = "segments",
    params(("id" = String, Path, description = "seg_…")),
    responses((status = 200, body = SegmentUses)))]
pub(super) async fn uses(
    operator: Operator<SegmentsRead>,
    PathId(id): PathId<kind::Segment>,
    State(app): State<App>,
) -> Result<Json<SegmentUses>, ApiError> {
    let db = app.db.reader();
    wire::segment(&app, &operator, id).await?;
    let campaigns = if operator.may(Permission::CampaignsRead) {
        campaigns::store::aimed_at(db, operator.workspace, id).await?
    } else {
        Vec::new()
    };
    let segments = store::used_by(db, operator.workspace, id).await?;
    Ok(Json(SegmentUses {
        campaigns: campaigns
            .into_iter()
            .map(|(id, name)| SegmentUse {
                id: id.to_string(),
                name,
            })
            .collect(),
        segments: segments
            .into_iter()
            .map(|(id, name)| SegmentUse {
                id: id.to_string(),
                name,
            })
            .collect(),
    }))
}
