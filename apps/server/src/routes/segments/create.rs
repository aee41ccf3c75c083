//! `POST /api/v1/segments`.

use api_types::segments::{CreateSegment, SegmentView};
use axum::extract::State;
use segmentation::store::{self, Draft};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SegmentsWrite},
        created::Created,
        extract::ValidJson,
        problem::ApiError,
    },
    routes::asking,
    state::App,
};

/// Saves a new segment.
#[utoipa::path(post, path = "/api/v1/segments", operation_id = "create_segment", tag = "segments",
    request_body = CreateSegment,
    responses((status = 201, body = SegmentView)))]
pub(super) async fn create(
    operator: Operator<SegmentsWrite>,
    State(app): State<App>,
    ValidJson(body): ValidJson<CreateSegment>,
) -> Result<Created<SegmentView>, ApiError> {
    let document = wire::document(&body.document, "document")?;
    let draft = Draft {
        name: body.name,
        description: body.description,
        document,
        template: body.template,
    };
    // Attribute types are checked before saving, so that a segment that is saved can be counted.
    let at = asking::at(&app, &operator).await?;
    segmentation::resolve(app.db.reader(), &at, &[&draft.document])
        .await
        .map_err(wire::asked("document"))?;
    let tx = app.db.begin().await?;
    let saved = store::insert_in_txn(&tx, wire::author(&app, &operator), &*app.ids, draft).await?;
    wire::log(&app, &tx, &operator, "segment.create", &saved).await?;
    tx.commit().await?;
    let id = saved.id;
    let view = wire::view(&app, &operator, saved).await?;
    Ok(Created::new("/api/v1/segments", id, view))
}
