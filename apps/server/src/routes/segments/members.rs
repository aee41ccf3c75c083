//! `GET /api/v1/segments/{id}/members`.

use api_types::segments::SegmentMembers;
use axum::{Json, extract::State};
use kernel::{
    id::{ProfileId, kind},
    page::{Page, PageRequest},
};
use serde::Deserialize;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesRead},
        extract::{self, PathId, ValidQuery},
        problem::ApiError,
    },
    routes::asking,
    state::App,
};

/// Which people are listed.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct MembersQuery {
    /// The `next` value of the page before.
    after: Option<String>,
    /// Rows a page, at most 100.
    #[serde(default, deserialize_with = "extract::limit")]
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// What the answer should have seen: `newest` for everything that is committed by now, or the `position` of an
    /// earlier answer. It waits a second at most, and says `stale` where that was not enough.
    position: Option<String>,
}

/// Lists whom a segment selects now, in a fixed order.
#[utoipa::path(get, path = "/api/v1/segments/{id}/members", operation_id = "list_segment_members", tag = "segments",
    params(("id" = String, Path, description = "seg_…"), MembersQuery),
    responses((status = 200, body = SegmentMembers)))]
pub(super) async fn members(
    operator: Operator<ProfilesRead>,
    PathId(id): PathId<kind::Segment>,
    ValidQuery(query): ValidQuery<MembersQuery>,
    State(app): State<App>,
) -> Result<Json<SegmentMembers>, ApiError> {
    let segment = wire::segment(&app, &operator, id).await?;
    let wanted = asking::wanted(query.position.as_deref())?;
    let page = PageRequest {
        after: query.after,
        limit: query.limit,
    };
    let after = page.position()?.map(|[after]| ProfileId::from_raw(after));
    let asker = asking::asker(&app, &operator, wanted).await?;
    let limit = page.limit();
    let found = asker.members(&segment.document, after, limit + 1).await?;
    let page = Page::cut(found, limit, |id| vec![id.raw()]);
    Ok(Json(SegmentMembers {
        items: wire::people(&app, &operator, "segment.members", &page.items).await?,
        next: page.next,
        source: asking::source(&asker),
    }))
}
