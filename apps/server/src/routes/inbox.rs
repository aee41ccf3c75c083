//! The sandbox inbox: every message as its receiver would see it.

mod clear;
mod get;
mod list;
mod preview;

use axum::{Router, routing};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::App;

pub(super) fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, clear::clear))
        .routes(routes!(get::get))
}

pub(super) fn plain() -> Router<App> {
    Router::new().route("/preview/{ticket}", routing::get(preview::preview))
}
