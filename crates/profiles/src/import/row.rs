//! One row, read by its mapping.

use kernel::{money::Currency, time::Millis};

use serde::Serialize;

use crate::bulk::{CustomerRow, OrderLineRow};

/// A row of a file as what it means.
#[derive(Debug, Clone, PartialEq)]
pub enum MappedRow {
    /// A person.
    Customer(Box<CustomerRow>),
    /// A line of an order.
    OrderLine(Box<OrderLineRow>),
    /// A product.
    Product(Box<ProductRow>),
}

/// A product as a file names it; a field that its file does not have is `None` and stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ProductRow {
    /// Product code.
    pub sku: String,
    /// Name.
    pub name: Option<String>,
    /// Category path, `A > B > C`.
    pub category: Option<String>,
    /// Price in minor units.
    pub price: Option<i64>,
    /// Currency of the price.
    pub currency: Option<Currency>,
    /// Address of a picture.
    pub image_url: Option<String>,
    /// Address of the product page.
    pub url: Option<String>,
    /// How many are in stock.
    pub stock: Option<i64>,
    /// Whether it is on sale.
    pub is_active: Option<bool>,
    /// Further attributes.
    pub attributes: serde_json::Map<String, serde_json::Value>,
    /// When the file says so.
    pub at: Millis,
}
