//! Whose key it is and what it may do.

use access::key::{Power, find_write_key};
use axum::http::{HeaderMap, StatusCode, header};
use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::id::WorkspaceId;
use profiles::Source;

use crate::{http::problem::ApiError, state::App};

/// A key that was found.
pub(super) struct Key {
    pub(super) workspace: WorkspaceId,
    pub(super) source: Source,
}

/// Returns the key of the `Authorization: Basic` header, where it is the user's name.
pub(super) fn presented(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, packed) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(packed.trim()).ok()?).ok()?;
    let key = pair.split(':').next().unwrap_or_default();
    (!key.is_empty()).then(|| key.to_owned())
}

/// Finds a key; none, an unknown and a revoked one are answered alike.
pub(super) async fn find(app: &App, presented: Option<String>) -> Result<Key, ApiError> {
    let Some(presented) = presented else {
        return Err(unknown());
    };
    let found = find_write_key(app.db.reader(), &presented)
        .await
        .map_err(|error| {
            tracing::error!(%error, "failed to look up a write key");
            ApiError {
                retry_after: Some(1),
                ..ApiError::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "unavailable",
                    "the database does not answer; send the call again",
                    "データベースが応答しません。もう一度送ってください",
                )
            }
        })?;
    let key = found.ok_or_else(unknown)?;
    let source = match key.power {
        Power::Server => Source::Server,
        Power::Browser => Source::Browser,
    };
    Ok(Key {
        workspace: key.workspace,
        source,
    })
}

/// The answer to a key that does not open anything.
pub(super) fn unknown() -> ApiError {
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        "write-key",
        "the write key is not known",
        "書き込みキーが正しくありません",
    )
    .because(
        "send it as the user name of Basic authentication or as writeKey in the body",
        "Basic認証のユーザー名、または本文の writeKey に指定してください",
    )
}
