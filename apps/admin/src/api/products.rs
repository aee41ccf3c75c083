//! The product catalogue.

use api_types::products::{ProductView, WriteProduct};
use web_sys::AbortSignal;

use super::{
    ApiError, Page,
    client::{self, encoded},
};

/// Which products are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Part of name, code or category.
    pub search: String,
    /// A category path.
    pub category: String,
    /// `on`, `off` or neither.
    pub sale: String,
    /// The cursor of the page.
    pub after: String,
}

/// Lists products.
pub async fn list(
    wanted: &Wanted,
    limit: usize,
    signal: &AbortSignal,
) -> Result<Page<ProductView>, ApiError> {
    let is_active = match wanted.sale.as_str() {
        "on" => Some("true".to_owned()),
        "off" => Some("false".to_owned()),
        _ => None,
    };
    let query = client::query(&[
        ("search", Some(wanted.search.clone())),
        ("category", Some(wanted.category.clone())),
        ("is_active", is_active),
        ("after", Some(wanted.after.clone())),
        ("limit", Some(limit.to_string())),
    ]);
    client::get(&format!("/products{query}"), Some(signal)).await
}

/// Returns one product.
pub async fn get(id: &str, signal: &AbortSignal) -> Result<ProductView, ApiError> {
    client::get(&format!("/products/{}", encoded(id)), Some(signal)).await
}

/// Makes a product, or replaces one if nobody else has meanwhile.
pub async fn write(id: Option<&str>, product: &WriteProduct) -> Result<ProductView, ApiError> {
    match id {
        None => client::post("/products", product).await,
        Some(id) => client::put(&format!("/products/{}", encoded(id)), product).await,
    }
}
