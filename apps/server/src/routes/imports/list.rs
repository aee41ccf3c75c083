//! `GET /api/v1/imports`.

use api_types::{PageOf, imports::ImportView};
use axum::{Json, extract::State};
use profiles::import::store;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ProfilesRead},
        extract::{PageQuery, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// Lists the imports, the newest first.
#[utoipa::path(get, path = "/api/v1/imports", operation_id = "list_imports", tag = "imports", params(PageQuery),
    responses((status = 200, body = PageOf<ImportView>)))]
pub(super) async fn list(
    operator: Operator<ProfilesRead>,
    ValidQuery(query): ValidQuery<PageQuery>,
    State(app): State<App>,
) -> Result<Json<PageOf<ImportView>>, ApiError> {
    let page = store::list(app.db.reader(), operator.workspace, &query.into()).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for import in page.items {
        items.push(wire::view(&app, import).await?);
    }
    Ok(Json(PageOf {
        items,
        next: page.next,
    }))
}
