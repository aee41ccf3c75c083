//! The embedded admin: one page for every address of its own, files by their hashed names.

use axum::{
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

use super::problem::ApiError;

#[derive(RustEmbed)]
#[folder = "static"]
struct Static;

/// Addresses that belong to programs: an unknown one is an error, not the admin's page.
const OURS: [&str; 9] = [
    "/api/",
    "/v1/",
    "/o/",
    "/c/",
    "/u/",
    "/hooks/",
    "/preview/",
    "/docs",
    "/assets/",
];

/// Answers everything that no route takes.
pub async fn serve(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(response) = file(&format!("admin/{path}")) {
        return response;
    }
    let is_page = !OURS.iter().any(|prefix| uri.path().starts_with(prefix)) && !path.contains('.');
    if !is_page {
        return ApiError::not_found().into_response();
    }
    file("admin/index.html").unwrap_or_else(|| {
        ApiError::new(
            StatusCode::NOT_FOUND,
            "no-admin",
            "the admin is not built into this server",
            "管理画面が組み込まれていません",
        )
        .because(
            "build it with `cargo xtask demo`",
            "cargo xtask demo で組み立ててください",
        )
        .into_response()
    })
}

fn file(path: &str) -> Option<Response> {
    let file = Static::get(path)?;
    let kind = file.metadata.mimetype().to_owned();
    // Hashed names never change their content; the page itself is asked for every time.
    let cache = if path.contains('-') {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    Some(
        (
            [
                (header::CONTENT_TYPE, kind),
                (header::CACHE_CONTROL, cache.to_owned()),
            ],
            file.data,
        )
            .into_response(),
    )
}
