//! `GET /api/v1/segments/{id}/members`.

use api_types::{PageOf, segments::SegmentPerson};
use axum::{Json, extract::State};
use kernel::{
    id::{ProfileId, kind},
    page::{Page, PageRequest},
};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesRead},
        extract::{PageQuery, PathId, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// Lists whom a segment selects now, in a fixed order.
#[utoipa::path(get, path = "/api/v1/segments/{id}/members", operation_id = "list_segment_members", tag = "segments",
    params(("id" = String, Path, description = "seg_…"), PageQuery),
    responses((status = 200, body = PageOf<SegmentPerson>)))]
pub(super) async fn members(
    operator: Operator<ProfilesRead>,
    PathId(id): PathId<kind::Segment>,
    ValidQuery(page): ValidQuery<PageQuery>,
    State(app): State<App>,
) -> Result<Json<PageOf<SegmentPerson>>, ApiError> {
    let segment = wire::segment(&app, &operator, id).await?;
    let page: PageRequest = page.into();
    let after = page.position()?.map(|[after]| ProfileId::from_raw(after));
    let at = wire::at(&app, &operator).await?;
    let limit = page.limit();
    let found =
        segmentation::members(app.db.reader(), &at, &segment.document, after, limit + 1).await?;
    let page = Page::cut(found, limit, |id| vec![id.raw()]);
    let items = wire::people(&app, &operator, "segment.members", &page.items).await?;
    Ok(Json(PageOf {
        items,
        next: page.next,
    }))
}
