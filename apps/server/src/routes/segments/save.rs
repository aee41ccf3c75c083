//! `PUT /api/v1/segments/{id}`.

use api_types::segments::{SaveSegment, SegmentView};
use axum::{Json, extract::State};
use kernel::id::kind;
use segmentation::store::{self, Draft};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SegmentsWrite},
        extract::{PathId, ValidJson},
        problem::ApiError,
    },
    routes::asking,
    state::App,
};

/// Saves a new version; somebody else's newer version is a conflict, not overwritten.
#[utoipa::path(put, path = "/api/v1/segments/{id}", operation_id = "save_segment", tag = "segments",
    params(("id" = String, Path, description = "seg_…")), request_body = SaveSegment,
    responses((status = 200, body = SegmentView), (status = 409)))]
pub(super) async fn save(
    operator: Operator<SegmentsWrite>,
    PathId(id): PathId<kind::Segment>,
    State(app): State<App>,
    ValidJson(body): ValidJson<SaveSegment>,
) -> Result<Json<SegmentView>, ApiError> {
    let document = wire::document(&body.document, "document")?;
    let draft = Draft {
        name: body.name,
        description: body.description,
        document,
        template: None,
    };
    let at = asking::at(&app, &operator).await?;
    segmentation::resolve(app.db.reader(), &at, &[&draft.document])
        .await
        .map_err(wire::asked("document"))?;
    let tx = app.db.begin().await?;
    let author = wire::author(&app, &operator);
    let saved = store::update_in_txn(&tx, author, id, body.version, draft)
        .await?
        .ok_or_else(ApiError::not_found)?;
    wire::log(&app, &tx, &operator, "segment.save", &saved).await?;
    tx.commit().await?;
    Ok(Json(wire::view(&app, &operator, saved).await?))
}
