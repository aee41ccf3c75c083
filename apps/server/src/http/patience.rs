//! How long a request may take.
//!
//! Most are answered in milliseconds, and one that hangs is cut off. A file on its way in takes as long as its
//! sender's line needs: it is cut off only when nothing comes any more.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::StreamExt;

use super::problem::ApiError;

/// How long the server waits.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the answer to a request, from its first byte.
    pub request: Duration,
    /// For the next bytes of an upload.
    pub silence: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            request: Duration::from_mins(2),
            silence: Duration::from_mins(2),
        }
    }
}

/// Cuts off what takes too long.
pub async fn limit(State(patience): State<Patience>, request: Request, next: Next) -> Response {
    if is_upload(&request) {
        return watch(patience.silence, request, next).await;
    }
    let answered = tokio::time::timeout(patience.request, next.run(request)).await;
    answered.unwrap_or_else(|_| too_slow())
}

/// The routes that take files.
fn is_upload(request: &Request) -> bool {
    let path = request.uri().path();
    let is_list = path.starts_with("/api/v1/lists/") && path.ends_with("/upload");
    request.method() == Method::POST && (path == "/api/v1/imports" || is_list)
}

async fn watch(silence: Duration, request: Request, next: Next) -> Response {
    let moves = Arc::new(AtomicBool::new(true));
    let noted = moves.clone();
    let request = request.map(|body| {
        let bytes = body.into_data_stream();
        Body::from_stream(bytes.inspect(move |_| noted.store(true, Ordering::Relaxed)))
    });
    let answer = next.run(request);
    tokio::pin!(answer);
    while moves.swap(false, Ordering::Relaxed) {
        if let Ok(response) = tokio::time::timeout(silence, &mut answer).await {
            return response;
        }
    }
    too_slow()
}

fn too_slow() -> Response {
    ApiError::new(
        StatusCode::REQUEST_TIMEOUT,
        "timeout",
        "the request took too long",
        "処理に時間がかかりすぎました",
    )
    .into_response()
}
