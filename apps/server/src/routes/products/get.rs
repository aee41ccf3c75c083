//! `GET /api/v1/products/{id}`.

use api_types::products::ProductView;
use axum::{Json, extract::State};
use kernel::id::kind;
use offers::ProductStore;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ContentsRead},
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Returns a product.
#[utoipa::path(get, path = "/api/v1/products/{id}", operation_id = "get_product", tag = "products",
    params(("id" = String, Path, description = "prd_…")),
    responses((status = 200, body = ProductView)))]
pub(super) async fn get(
    operator: Operator<ContentsRead>,
    PathId(id): PathId<kind::Product>,
    State(app): State<App>,
) -> Result<Json<ProductView>, ApiError> {
    let product = ProductStore::find(app.db.reader(), operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    Ok(Json(wire::view(product)))
}
