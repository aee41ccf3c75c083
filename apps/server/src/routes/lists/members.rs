//! `GET /api/v1/lists/{id}/members`.

use api_types::{PageOf, segments::SegmentPerson};
use axum::{Json, extract::State};
use kernel::{
    id::{ProfileId, kind},
    page::{Page, PageRequest},
};
use profiles::lists;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesRead},
        extract::{PageQuery, PathId, ValidQuery},
        problem::ApiError,
    },
    routes::segments::wire::people,
    state::App,
};

/// Lists who is on a list, in a fixed order. Who has been merged is shown as the customer that she is now.
#[utoipa::path(get, path = "/api/v1/lists/{id}/members", operation_id = "list_list_members", tag = "lists",
    params(("id" = String, Path, description = "lst_…"), PageQuery),
    responses((status = 200, body = PageOf<SegmentPerson>)))]
pub(super) async fn members(
    operator: Operator<ProfilesRead>,
    PathId(id): PathId<kind::List>,
    ValidQuery(query): ValidQuery<PageQuery>,
    State(app): State<App>,
) -> Result<Json<PageOf<SegmentPerson>>, ApiError> {
    let list = wire::list(&app, &operator, id).await?;
    let page = PageRequest::from(query);
    let after = page.position()?.map(|[after]| ProfileId::from_raw(after));
    let (db, limit) = (app.db.reader(), page.limit());
    let found = lists::members(db, operator.workspace, list.id, after, limit + 1).await?;
    let page = Page::cut(found, limit, |id| vec![id.raw()]);
    let items = people(&app, &operator, "list.members", &page.items).await?;
    Ok(Json(PageOf {
        items,
        next: page.next,
    }))
}
