//! `GET /api/v1/lists`.

use api_types::{PageOf, lists::ListView};
use axum::{Json, extract::State};
use profiles::lists;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SegmentsRead},
        extract::{PageQuery, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// Lists the lists of people, the latest changed first.
#[utoipa::path(get, path = "/api/v1/lists", operation_id = "list_lists", tag = "lists", params(PageQuery),
    responses((status = 200, body = PageOf<ListView>)))]
pub(super) async fn list(
    operator: Operator<SegmentsRead>,
    ValidQuery(query): ValidQuery<PageQuery>,
    State(app): State<App>,
) -> Result<Json<PageOf<ListView>>, ApiError> {
    let page = lists::list(app.db.reader(), operator.workspace, &query.into()).await?;
    Ok(Json(PageOf {
        items: page.items.into_iter().map(wire::view).collect(),
        next: page.next,
    }))
}
