//! Reports: what a campaign did, the people behind it, and the first page.

mod campaign;
mod download;
mod home;
mod links;
mod metrics;
mod people;
mod series;
mod ticket;
mod wire;

use analytics::AnalyticsError;
use axum::{Router, routing};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{http::problem::ApiError, state::App};

pub(super) fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(metrics::metrics))
        .routes(routes!(home::home))
        .routes(routes!(campaign::report))
        .routes(routes!(series::series))
        .routes(routes!(links::links))
        .routes(routes!(people::people))
        .routes(routes!(ticket::ticket))
        .routes(routes!(download::csv))
}

pub(super) fn plain() -> Router<App> {
    Router::new().route(
        "/download/report/{ticket}",
        routing::get(download::by_ticket),
    )
}

impl From<AnalyticsError> for ApiError {
    fn from(error: AnalyticsError) -> Self {
        match error {
            AnalyticsError::NotFound => Self::not_found(),
            AnalyticsError::Invalid(invalid) => invalid.into(),
            AnalyticsError::Cursor(error) => error.into(),
            AnalyticsError::Storage(error) => error.into(),
        }
    }
}
