//! What a site loads to ask for pushes and to show them: two scripts, the same for everybody.

use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::state::App;

const SCRIPT: &str = include_str!("../../browser/enishi-push.js");
const WORKER: &str = include_str!("../../browser/sw.js");

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/push/enishi-push.js", get(async || script(SCRIPT)))
        .route("/push/sw.js", get(async || script(WORKER)))
}

fn script(text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        // A mended worker reaches every browser within the hour.
        (header::CACHE_CONTROL, "public, max-age=3600"),
        // Sites that shut themselves off take it, too.
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    (headers, text).into_response()
}
