//! `GET /o/{token}`: the pixel.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, Method, header},
    response::{IntoResponse, Response},
};
use campaigns::track::Kind;

use super::seen;
use crate::state::App;

/// One transparent pixel.
const PIXEL: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x01D\0;";

/// Shows the pixel whatever the token; counts an open when it is genuine.
pub(super) async fn open(
    State(app): State<App>,
    Path(token): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    match app
        .keyring
        .verify(Kind::Open, token.trim_end_matches(".gif"))
        .await
    {
        Ok(Some(token)) => {
            if let Err(error) = app
                .tracker
                .answered(token, seen(&app, &method, &headers))
                .await
            {
                tracing::error!(%error, "failed to record an open");
            }
        }
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "failed to verify an open"),
    }
    let headers = [
        (header::CONTENT_TYPE, "image/gif"),
        (header::CACHE_CONTROL, "no-store, private"),
    ];
    (headers, PIXEL).into_response()
}
