//! The product catalogue.

mod create;
mod get;
mod list;
mod update;
mod wire;

use axum::http::StatusCode;
use offers::ProductError;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{http::problem::ApiError, state::App};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(get::get, update::update))
}

impl From<ProductError> for ApiError {
    fn from(error: ProductError) -> Self {
        match error {
            ProductError::NotFound => Self::not_found(),
            ProductError::Conflict(_) => Self::conflict(),
            ProductError::SkuTaken => Self::new(
                StatusCode::CONFLICT,
                "sku-taken",
                "a product with this code exists already",
                "この商品コードはすでに使われています",
            ),
            ProductError::Invalid(invalid) => invalid.into(),
            ProductError::Cursor(cursor) => cursor.into(),
            ProductError::Db(error) => error.into(),
        }
    }
}
