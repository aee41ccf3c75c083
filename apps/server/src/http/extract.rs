//! What is asked: bodies and queries that are valid or answered with a problem, and the reader's language.

use std::convert::Infallible;

use axum::{
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{StatusCode, header, request::Parts},
};
use kernel::{
    id::{Id, Kind, SenderId},
    invalid::Invalid,
    page::{MAX_LIMIT, PageRequest},
};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

use super::problem::ApiError;

/// The largest JSON body of the REST API.
pub const MAX_JSON: usize = 4 * 1024 * 1024;

/// The reader's language, `ja` unless the request prefers English.
#[derive(Debug, Clone)]
pub struct Locale(pub String);

impl<S: Sync> FromRequestParts<S> for Locale {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let preferred = parts
            .headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        let english = preferred
            .split(',')
            .map(str::trim)
            .find(|tag| tag.starts_with("ja") || tag.starts_with("en"));
        Ok(Self(
            if english.is_some_and(|tag| tag.starts_with("en")) {
                "en"
            } else {
                "ja"
            }
            .to_owned(),
        ))
    }
}

/// A JSON body; a wrong one is answered with the pointer of the field.
#[derive(Debug)]
pub struct ValidJson<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ValidJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let is_json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| {
                value
                    .split(';')
                    .next()
                    .is_some_and(|kind| kind.trim().ends_with("json"))
            });
        if !is_json {
            return Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not-json",
                "the body must be application/json",
                "本文は application/json で送ってください",
            ));
        }
        let bytes = axum::body::Bytes::from_request(request, state)
            .await
            .map_err(|_| too_large())?;
        parse_json(&bytes).map(Self)
    }
}

/// Reads JSON; the error names the field.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    refuse_nul(bytes)?;
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let inner = error.inner();
        if inner.is_syntax() || inner.is_eof() {
            ApiError::new(
                StatusCode::BAD_REQUEST,
                "malformed-json",
                "the body is not JSON",
                "本文がJSONではありません",
            )
            .because(
                inner.to_string(),
                format!(
                    "{}行 {}文字目を見直してください",
                    inner.line(),
                    inner.column()
                ),
            )
        } else {
            let pointer = pointer(error.path());
            Invalid::one(
                pointer,
                "type",
                inner.to_string(),
                format!("形式が違います（{inner}）"),
            )
            .into()
        }
    })?;
    reader.end().map_err(|_| {
        ApiError::new(
            StatusCode::BAD_REQUEST,
            "malformed-json",
            "text follows the JSON document",
            "JSONの後に余分な文字があります",
        )
    })?;
    Ok(value)
}

/// Refuses texts with U+0000, which PostgreSQL cannot keep; raw ones are no JSON in the first place.
fn refuse_nul(bytes: &[u8]) -> Result<(), ApiError> {
    if !may_hold_nul(bytes) {
        return Ok(());
    }
    // What is malformed is told so by who reads it next; a pair of backslashes made this a false alarm.
    let place = serde_json::from_slice(bytes)
        .ok()
        .and_then(|document| nul_in(&document, String::new()));
    match place {
        Some(place) => Err(nul_at(place)),
        None => Ok(()),
    }
}

fn may_hold_nul(bytes: &[u8]) -> bool {
    bytes.windows(6).any(|window| window == b"\\u0000")
}

/// Returns where the first text with U+0000 stands; for a name of a member, where its object does.
fn nul_in(value: &Value, place: String) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then_some(place),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| nul_in(item, format!("{place}/{index}"))),
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            if name.contains('\0') {
                return Some(place.clone());
            }
            nul_in(member, format!("{place}/{}", escape(name)))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn nul_at(place: impl Into<String>) -> ApiError {
    Invalid::one(
        place,
        "nul",
        "a text cannot hold the character U+0000",
        "U+0000 の文字は使えません",
    )
    .into()
}

/// Writes a name as a part of a JSON pointer.
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", escape(key))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

fn too_large() -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        "the body is too large",
        "本文が大きすぎます",
    )
}

/// A query string; a wrong one is answered with a problem.
#[derive(Debug)]
pub struct ValidQuery<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for ValidQuery<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(nul_at(""));
        }
        Query::<T>::from_request_parts(parts, state)
            .await
            .map(|Query(query)| Self(query))
            .map_err(|error| {
                Invalid::one(
                    "",
                    "query",
                    error.body_text(),
                    format!("クエリを見直してください（{}）", error.body_text()),
                )
                .into()
            })
    }
}

/// The `{id}` of the path; what is not an id of this kind is not found.
pub struct PathId<K>(pub Id<K>);

impl<S: Send + Sync, K: Kind> FromRequestParts<S> for PathId<K> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        #[derive(Deserialize)]
        struct WithId {
            id: String,
        }
        let Path(WithId { id }) = Path::<WithId>::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::not_found())?;
        id.parse().map(Self).map_err(|_| ApiError::not_found())
    }
}

/// The id of a LINE account in the path, where it is named `account`.
pub struct PathAccount(pub SenderId);

impl<S: Send + Sync> FromRequestParts<S> for PathAccount {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        #[derive(Deserialize)]
        struct WithAccount {
            account: String,
        }
        let Path(WithAccount { account }) = Path::<WithAccount>::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::not_found())?;
        account.parse().map(Self).map_err(|_| ApiError::not_found())
    }
}

/// The paging part of a list's query.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The `next` value of the page before.
    pub after: Option<String>,
    /// Rows a page, at most 100.
    #[serde(default, deserialize_with = "limit")]
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
}

/// Reads how many rows a page is to have.
///
/// # Errors
/// A number that no page can have.
pub fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let limit = Option::<u32>::deserialize(deserializer)?;
    if limit.is_some_and(|limit| !(1..=MAX_LIMIT).contains(&limit)) {
        return Err(serde::de::Error::custom(format_args!(
            "a page has 1 to {MAX_LIMIT} rows"
        )));
    }
    Ok(limit)
}

impl From<PageQuery> for PageRequest {
    fn from(query: PageQuery) -> Self {
        Self {
            after: query.after,
            limit: query.limit,
        }
    }
}
