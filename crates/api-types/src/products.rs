//! The catalogue.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProductView {
    /// `prd_…`
    pub id: String,
    /// Product code, unique in the workspace.
    pub sku: String,
    /// Name.
    pub name: String,
    /// Category path, `A > B > C`.
    pub category: Option<String>,
    /// Price in minor units.
    pub price: Option<i64>,
    /// Currency of the price.
    pub currency: Option<String>,
    /// Address of a picture.
    pub image_url: Option<String>,
    /// Address of the product page.
    pub url: Option<String>,
    /// How many are in stock; null when stock is not counted.
    pub stock: Option<i64>,
    /// Whether it is on sale.
    pub is_active: bool,
    /// Further attributes.
    #[schema(value_type = Object)]
    pub attributes: Map<String, Value>,
    /// When it last changed.
    pub updated_at: String,
    /// Version to name when changing it.
    pub version: i64,
}

/// A new or changed product; the whole of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WriteProduct {
    /// The version that was read; absent for a new one.
    #[serde(default)]
    pub version: Option<i64>,
    /// Product code; stays once the product is there.
    pub sku: String,
    /// Name.
    pub name: String,
    /// Category path.
    #[serde(default)]
    pub category: Option<String>,
    /// Price in minor units.
    #[serde(default)]
    pub price: Option<i64>,
    /// Currency of the price.
    #[serde(default)]
    pub currency: Option<String>,
    /// Address of a picture.
    #[serde(default)]
    pub image_url: Option<String>,
    /// Address of the product page.
    #[serde(default)]
    pub url: Option<String>,
    /// How many are in stock.
    #[serde(default)]
    pub stock: Option<i64>,
    /// Whether it is on sale.
    #[serde(default = "yes")]
    pub is_active: bool,
    /// Further attributes.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub attributes: Map<String, Value>,
}

const fn yes() -> bool {
    true
}
