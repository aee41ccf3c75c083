//! `PUT /api/v1/products/{id}`.

use api_types::products::{ProductView, WriteProduct};
use axum::{Json, extract::State};
use kernel::{id::kind, invalid::Invalid};
use offers::ProductStore;
use profiles::Ctx;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::ContentsWrite},
        extract::{PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Replaces what is said of a product, if nobody else did meanwhile; its code stays.
#[utoipa::path(put, path = "/api/v1/products/{id}", operation_id = "update_product", tag = "products",
    params(("id" = String, Path, description = "prd_…")), request_body = WriteProduct,
    responses((status = 200, body = ProductView), (status = 409)))]
pub(super) async fn update(
    operator: Operator<ContentsWrite>,
    PathId(id): PathId<kind::Product>,
    State(app): State<App>,
    ValidJson(body): ValidJson<WriteProduct>,
) -> Result<Json<ProductView>, ApiError> {
    let version = body.version.ok_or_else(|| {
        Invalid::one(
            "/version",
            "required",
            "name the version that was read",
            "読み込んだ版を指定してください",
        )
    })?;
    let draft = wire::draft(body)?;
    let tx = app.db.begin().await?;
    let ctx = Ctx {
        tx: &tx,
        workspace: operator.workspace,
        now: app.now(),
        ids: &*app.ids,
    };
    let product = ProductStore::update(ctx, id, version, draft).await?;
    wire::log(&app, &tx, &operator, "product.change", &product).await?;
    tx.commit().await?;
    Ok(Json(wire::view(product)))
}
