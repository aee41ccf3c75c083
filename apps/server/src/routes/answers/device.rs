//! `POST /p/{token}/{word}`: a device tells what became of a push.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use campaigns::track::{DeviceSign, Kind};

use super::seen;
use crate::state::App;

/// Records that a push was shown, tapped or swept away. What is not genuine is not told from what is.
pub(super) async fn tell(
    State(app): State<App>,
    Path((token, word)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let Some(sign) = DeviceSign::parse(&word) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match app.keyring.verify(Kind::Device, &token).await {
        Ok(Some(token)) => {
            let told = app
                .tracker
                .told_by_device(token, seen(&app, &method, &headers), sign);
            if let Err(error) = told.await {
                tracing::error!(%error, "failed to record what a device told");
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
        }
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "failed to verify what a device told"),
    }
    // Any page may send it: a service worker runs at the shop's own address.
    let open = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (StatusCode::NO_CONTENT, open).into_response()
}
