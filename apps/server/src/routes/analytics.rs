//! Analyses of customers: RFM, deciles, bands of value, lifecycle stages and retention.

mod bands;
mod deciles;
mod download;
mod lifecycle;
mod names;
mod query;
mod retention;
mod rfm;
mod ticket;
mod wire;

use axum::{Router, routing};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::App;

pub(super) fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(rfm::rfm))
        .routes(routes!(names::list))
        .routes(routes!(names::give, names::reset))
        .routes(routes!(deciles::deciles))
        .routes(routes!(bands::bands))
        .routes(routes!(lifecycle::lifecycle))
        .routes(routes!(retention::retention))
        .routes(routes!(download::rfm_csv))
        .routes(routes!(download::deciles_csv))
        .routes(routes!(download::bands_csv))
        .routes(routes!(download::retention_csv))
        .routes(routes!(ticket::rfm_ticket))
        .routes(routes!(ticket::deciles_ticket))
        .routes(routes!(ticket::bands_ticket))
        .routes(routes!(ticket::retention_ticket))
}

pub(super) fn plain() -> Router<App> {
    Router::new().route(
        "/download/analysis/{ticket}",
        routing::get(download::by_ticket),
    )
}
