//! Products on the wire.

use api_types::products::{ProductView, WriteProduct};
use kernel::{invalid::Invalid, money::Currency};
use offers::{Product, ProductDraft};
use storage::Tx;

use crate::{
    http::{audit, auth::Caller, problem::ApiError},
    state::App,
};

pub(super) fn view(product: Product) -> ProductView {
    ProductView {
        id: product.id.to_string(),
        sku: product.sku,
        name: product.name,
        category: product.category,
        price: product.price,
        currency: product.currency.map(String::from),
        image_url: product.image_url,
        url: product.url,
        stock: product.stock,
        is_active: product.is_active,
        attributes: product.attributes,
        updated_at: product.updated_at.to_string(),
        version: product.version,
    }
}

pub(super) fn draft(body: WriteProduct) -> Result<ProductDraft, ApiError> {
    let currency = body
        .currency
        .as_deref()
        .map(Currency::parse)
        .transpose()
        .map_err(|error| {
            Invalid::one(
                "/currency",
                "unknown",
                error.to_string(),
                "通貨コードが正しくありません",
            )
        })?;
    Ok(ProductDraft {
        sku: body.sku,
        name: body.name,
        category: body.category,
        price: body.price,
        currency,
        image_url: body.image_url,
        url: body.url,
        stock: body.stock,
        is_active: body.is_active,
        attributes: body.attributes,
    })
}

pub(super) async fn log(
    app: &App,
    tx: &Tx,
    caller: &Caller,
    action: &str,
    product: &Product,
) -> Result<(), ApiError> {
    audit::log(app, tx, caller, action, ("product", Some(product.id.raw())), serde_json::json!({ "sku": product.sku, "price": product.price, "is_active": product.is_active })).await
}
