//! `GET /api/v1/products`.

use api_types::{PageOf, products::ProductView};
use axum::{Json, extract::State};
use kernel::page::PageRequest;
use offers::{ProductFilter, ProductStore};
use serde::Deserialize;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ContentsRead},
        extract::{self, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// Which products are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ProductsQuery {
    /// Part of name, code or category; width, case and kana do not matter.
    search: Option<String>,
    /// A category path; everything below it belongs to it.
    category: Option<String>,
    /// Only products that are on sale, or only those that are not.
    is_active: Option<bool>,
    /// The `next` value of the page before.
    after: Option<String>,
    /// Rows a page, at most 100.
    #[serde(default, deserialize_with = "extract::limit")]
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// Lists the products, the latest known first.
#[utoipa::path(get, path = "/api/v1/products", operation_id = "list_products", tag = "products", params(ProductsQuery),
    responses((status = 200, body = PageOf<ProductView>)))]
pub(super) async fn list(
    operator: Operator<ContentsRead>,
    ValidQuery(query): ValidQuery<ProductsQuery>,
    State(app): State<App>,
) -> Result<Json<PageOf<ProductView>>, ApiError> {
    let filter = ProductFilter {
        search: query.search,
        category: query.category,
        is_active: query.is_active,
    };
    let page = PageRequest {
        after: query.after,
        limit: query.limit,
    };
    let page = ProductStore::list(app.db.reader(), operator.workspace, &filter, &page)
        .await?
        .map(wire::view);
    Ok(Json(PageOf {
        items: page.items,
        next: page.next,
    }))
}
