//! The tracking API: the Segment HTTP calls, so that stock SDKs work by changing the host.
//!
//! Open to every web page (CORS `*`) but never with credentials; what a key may do is decided by its
//! power, see `docs/ingest.md`.

mod body;
mod call;
mod device;
mod key;
mod push;
mod settings;

use std::time::Duration;

use axum::{
    Router,
    http::Method,
    routing::{get, post},
};
use tower_http::cors::{AllowHeaders, Any, CorsLayer};

use crate::state::App;

/// Every address of a call; the short ones are what the browser SDK uses.
const CALLS: [&str; 15] = [
    "identify", "track", "page", "screen", "group", "alias", "batch", "import", "i", "t", "p", "s",
    "g", "a", "b",
];

pub(super) fn routes() -> Router<App> {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::OPTIONS])
        // Mirrored: SDKs send headers of their own.
        .allow_headers(AllowHeaders::mirror_request())
        .max_age(Duration::from_hours(24));
    let routes = CALLS.iter().fold(Router::new(), |routes, call| {
        routes.route(&format!("/v1/{call}"), post(call::take).options(preflight))
    });
    routes
        .route(
            "/v1/projects/{key}/settings",
            get(settings::show).options(preflight),
        )
        .route(
            "/v1/projects/{key}/push/{sender}",
            get(push::show).options(preflight),
        )
        .route("/v1/devices", post(device::register).options(preflight))
        .route("/v1/devices/stop", post(device::stop).options(preflight))
        .layer(cors)
}

/// Stands where the CORS layer answers; without it the answer to a wrong method would come first.
async fn preflight() {}
