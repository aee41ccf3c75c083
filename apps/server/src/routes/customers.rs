//! Customers: the list, one person's page, what happened, and changes by hand.

mod computed;
mod count;
mod create;
mod get;
mod list;
mod orders;
mod patch;
mod segments;
mod timeline;
mod wire;

use axum::http::StatusCode;
use profiles::customers::CustomerError;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{http::problem::ApiError, state::App};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(count::count))
        .routes(routes!(get::get, patch::patch))
        .routes(routes!(timeline::timeline))
        .routes(routes!(orders::orders))
        .routes(routes!(segments::segments))
        .routes(routes!(computed::computed))
}

impl From<CustomerError> for ApiError {
    fn from(error: CustomerError) -> Self {
        match error {
            CustomerError::NotFound => Self::not_found(),
            CustomerError::Conflict(_) => Self::conflict(),
            CustomerError::Exists(owner) => Self::new(
                StatusCode::CONFLICT,
                "customer-exists",
                "a customer with this id or address exists already",
                "この会員番号またはメールアドレスの顧客はすでにいます",
            )
            .because(owner.to_string(), owner.to_string()),
            CustomerError::Invalid(invalid) => invalid.into(),
            CustomerError::Cursor(cursor) => cursor.into(),
            CustomerError::Db(error) => error.into(),
        }
    }
}
