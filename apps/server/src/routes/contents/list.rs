//! `GET /api/v1/contents`.

use api_types::{PageOf, contents::ContentSummary};
use axum::{Json, extract::State};
use contents::store::{self, Filter};
use kernel::page::PageRequest;
use serde::Deserialize;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ContentsRead},
        extract::{self, ValidQuery},
        problem::ApiError,
    },
    routes::authors::Authors,
    state::App,
};

/// Which emails are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ContentQuery {
    /// Part of the name; width, case and kana do not matter.
    search: Option<String>,
    /// Those put away instead of those in use.
    #[serde(default)]
    archived: bool,
    /// The `next` value of the page before.
    after: Option<String>,
    /// Rows a page, at most 100.
    #[serde(default, deserialize_with = "extract::limit")]
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// Lists the emails, the most recently saved first.
#[utoipa::path(get, path = "/api/v1/contents", operation_id = "list_contents", tag = "contents", params(ContentQuery),
    responses((status = 200, body = PageOf<ContentSummary>)))]
pub(super) async fn list(
    operator: Operator<ContentsRead>,
    ValidQuery(query): ValidQuery<ContentQuery>,
    State(app): State<App>,
) -> Result<Json<PageOf<ContentSummary>>, ApiError> {
    let filter = Filter {
        search: query.search,
        archived: query.archived,
    };
    let page = PageRequest {
        after: query.after,
        limit: query.limit,
    };
    let page = store::list(app.db.reader(), operator.workspace, &filter, &page).await??;
    let names = Authors::load(&app, &operator).await?;
    let page = page.map(|row| wire::summary(row, &names));
    Ok(Json(PageOf {
        items: page.items,
        next: page.next,
    }))
}
