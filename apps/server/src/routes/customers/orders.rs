//! `GET /api/v1/customers/{id}/orders`.

use api_types::{
    PageOf,
    customers::{OrderLineView, OrderView},
};
use axum::{Json, extract::State};
use kernel::id::{ProductId, kind};
use offers::ProductStore;
use profiles::customers;

use crate::{
    http::{
        auth::{Operator, needs::ProfilesRead},
        extract::{PageQuery, PathId, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// Lists a customer's orders with their lines, the newest first.
#[utoipa::path(get, path = "/api/v1/customers/{id}/orders", operation_id = "list_customer_orders", tag = "customers",
    params(("id" = String, Path, description = "prf_…"), PageQuery),
    responses((status = 200, body = PageOf<OrderView>)))]
pub(super) async fn orders(
    operator: Operator<ProfilesRead>,
    PathId(id): PathId<kind::Profile>,
    ValidQuery(query): ValidQuery<PageQuery>,
    State(app): State<App>,
) -> Result<Json<PageOf<OrderView>>, ApiError> {
    let db = app.db.reader();
    let id = customers::living(db, operator.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let page = customers::orders(db, operator.workspace, id, &query.into()).await?;
    let products: Vec<ProductId> = page
        .items
        .iter()
        .flat_map(|order| &order.lines)
        .filter_map(|line| line.product)
        .collect();
    let names = ProductStore::names(db, operator.workspace, &products).await?;
    let page = page.map(|order| OrderView {
        id: order.id.to_string(),
        order_no: order.order_no,
        occurred_at: order.occurred_at.to_string(),
        amount: order.amount,
        currency: order.currency,
        quantity: order.quantity,
        status: order.status,
        lines: order
            .lines
            .into_iter()
            .map(|line| OrderLineView {
                product_id: line.product.map(|product| product.to_string()),
                name: line
                    .product
                    .and_then(|product| names.get(&product).cloned()),
                sku: line.sku,
                category: line.category,
                quantity: line.quantity,
                amount: line.amount,
            })
            .collect(),
    });
    Ok(Json(PageOf {
        items: page.items,
        next: page.next,
    }))
}
