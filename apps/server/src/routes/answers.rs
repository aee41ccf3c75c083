//! What receivers do with a message: it was opened, a link followed, the sending stopped.
//!
//! Public addresses without a sign-in: the signed token is all the proof there is. They never set or
//! read a cookie and never act on a GET, which scanners follow.

mod click;
mod device;
mod menu;
mod open;
mod page;
mod preferences;
mod unsubscribe;
mod web;

use axum::{
    Router,
    http::{HeaderMap, Method, header},
    routing::{get, post},
};
use campaigns::track::Seen;

use crate::state::App;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/o/{token}", get(open::open))
        .route("/c/{token}", get(click::click))
        .route("/p/{token}/{word}", post(device::tell))
        .route("/m/{publication}/{area}", get(menu::tap))
        .route("/w/{token}", get(web::show))
        .route("/u/{token}", get(unsubscribe::ask).post(unsubscribe::act))
        .route(
            "/u/{token}/preferences",
            get(preferences::show).post(preferences::save),
        )
}

/// Returns what is known of a request.
fn seen(app: &App, method: &Method, headers: &HeaderMap) -> Seen {
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    Seen {
        at: app.now(),
        user_agent: agent.chars().take(300).collect(),
        is_head: method == Method::HEAD,
    }
}
