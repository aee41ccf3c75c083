//! The embedded admin: one page for every address of its own, files by their hashed names.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
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
pub async fn serve(headers: HeaderMap, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(response) = file(&format!("admin/{path}"), takes_brotli(&headers)) {
        return response;
    }
    let is_page = !OURS.iter().any(|prefix| uri.path().starts_with(prefix)) && !path.contains('.');
    if !is_page {
        return ApiError::not_found().into_response();
    }
    file("admin/index.html", false).unwrap_or_else(|| {
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

/// Returns a file; as it was packed with the build, where it was and the browser takes that.
fn file(path: &str, brotli: bool) -> Option<Response> {
    let file = Static::get(path)?;
    let kind = file.metadata.mimetype().to_owned();
    // Hashed names never change their content; the page itself is asked for every time.
    let cache = if path.contains('-') {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let packed = brotli.then(|| Static::get(&format!("{path}.br"))).flatten();
    let is_packed = packed.is_some();
    let mut response = (
        [
            (header::CONTENT_TYPE, kind),
            (header::CACHE_CONTROL, cache.to_owned()),
        ],
        packed.unwrap_or(file).data,
    )
        .into_response();
    if is_packed {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    Some(response)
}

/// Tells whether a client takes Brotli: named, and not with a weight of zero.
fn takes_brotli(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
            let weight = weight.trim().trim_start_matches("q=").parse::<f32>();
            name.trim().eq_ignore_ascii_case("br") && weight != Ok(0.0)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_goes_to_who_names_it_without_refusing_it() {
        for (given, expected) in [
            ("gzip, deflate, br, zstd", true),
            ("BR;q=0.5", true),
            ("gzip", false),
            ("gzip, br;q=0", false),
            ("", false),
        ] {
            let headers =
                HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(given))]);
            assert_eq!(takes_brotli(&headers), expected, "{given}");
        }
        assert!(!takes_brotli(&HeaderMap::new()));
    }
}
