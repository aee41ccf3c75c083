//! `GET /api/v1/segments`.

use api_types::{PageOf, segments::SegmentView};
use axum::{Json, extract::State};
use segmentation::{
    language::Document,
    sentence::Names,
    store::{self, Shelf},
};
use serde::Deserialize;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SegmentsRead},
        extract::{self, PageQuery, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// Which segments are listed.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ShelfQuery {
    /// The `next` value of the page before.
    after: Option<String>,
    /// Rows a page, at most 100.
    #[serde(default, deserialize_with = "extract::limit")]
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// Lists those put away instead.
    #[serde(default)]
    archived: bool,
}

/// Lists the segments, the latest saved first.
#[utoipa::path(get, path = "/api/v1/segments", operation_id = "list_segments", tag = "segments", params(ShelfQuery),
    responses((status = 200, body = PageOf<SegmentView>)))]
pub(super) async fn list(
    operator: Operator<SegmentsRead>,
    ValidQuery(query): ValidQuery<ShelfQuery>,
    State(app): State<App>,
) -> Result<Json<PageOf<SegmentView>>, ApiError> {
    let shelf = if query.archived {
        Shelf::Archived
    } else {
        Shelf::Active
    };
    let page = PageQuery {
        after: query.after,
        limit: query.limit,
    };
    let page = store::list(app.db.reader(), operator.workspace, shelf, &page.into()).await?;
    let documents: Vec<&Document> = page.items.iter().map(|segment| &segment.document).collect();
    let names = Names::load(app.db.reader(), operator.workspace, &documents).await?;
    let items = page
        .items
        .into_iter()
        .map(|segment| wire::view_with(&names, segment))
        .collect();
    Ok(Json(PageOf {
        items,
        next: page.next,
    }))
}
