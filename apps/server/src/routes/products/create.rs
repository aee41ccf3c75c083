//! `POST /api/v1/products`.

use api_types::products::{ProductView, WriteProduct};
use axum::extract::State;
use offers::ProductStore;
use profiles::Ctx;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ContentsWrite},
        created::Created,
        extract::ValidJson,
        problem::ApiError,
    },
    state::App,
};

/// Adds a product; its code must be new.
#[utoipa::path(post, path = "/api/v1/products", operation_id = "create_product", tag = "products",
    request_body = WriteProduct,
    responses((status = 201, body = ProductView)))]
pub(super) async fn create(
    operator: Operator<ContentsWrite>,
    State(app): State<App>,
    ValidJson(body): ValidJson<WriteProduct>,
) -> Result<Created<ProductView>, ApiError> {
    let draft = wire::draft(body)?;
    let tx = app.db.begin().await?;
    let ctx = Ctx {
        tx: &tx,
        workspace: operator.workspace,
        now: app.now(),
        ids: &*app.ids,
    };
    let product = ProductStore::create(ctx, draft).await?;
    wire::log(&app, &tx, &operator, "product.create", &product).await?;
    tx.commit().await?;
    Ok(Created::new(
        "/api/v1/products",
        product.id,
        wire::view(product),
    ))
}
