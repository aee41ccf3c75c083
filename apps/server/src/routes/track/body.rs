//! Reading the body of a tracking call: any content type, plain or gzip.

use std::io::Read;

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, StatusCode, header},
};
use profiles::ingest::body::MAX_BODY_BYTES;

use crate::http::problem::ApiError;

/// Reads and unpacks a body; never more than one byte beyond what a batch may have, however well it packs.
pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, ApiError> {
    let bytes = to_bytes(body, MAX_BODY_BYTES)
        .await
        .map_err(|_| too_large())?;
    let encoding = headers
        .get(header::CONTENT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    match encoding.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(bytes),
        "gzip" | "x-gzip" => unpack(&bytes),
        _ => Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "encoding",
            "only gzip is understood",
            "対応している圧縮形式は gzip だけです",
        )),
    }
}

fn unpack(bytes: &[u8]) -> Result<Bytes, ApiError> {
    let limit = u64::try_from(MAX_BODY_BYTES).unwrap_or(u64::MAX);
    let mut plain = Vec::with_capacity(bytes.len().saturating_mul(4).min(MAX_BODY_BYTES));
    let read = flate2::read::MultiGzDecoder::new(bytes)
        .take(limit + 1)
        .read_to_end(&mut plain);
    match read {
        Ok(n) if n > MAX_BODY_BYTES => Err(too_large()),
        Ok(_) => Ok(plain.into()),
        Err(_) => Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "bad-gzip",
            "the body is no gzip",
            "本文を gzip として展開できません",
        )),
    }
}

fn too_large() -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "too-large",
        "the body is too large",
        "本文が大きすぎます",
    )
    .because(
        format!("a batch may have {MAX_BODY_BYTES} bytes"),
        format!("一度に送れるのは{MAX_BODY_BYTES}バイトまでです"),
    )
}
