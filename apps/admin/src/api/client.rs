//! One `send`, and the verbs over it.

use gloo_net::http::{Method, RequestBuilder, Response};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, RequestCredentials};

use crate::api::{error::ApiError, session, token};

const BASE: &str = "/api/v1";

/// One page of a list; `next` is the cursor of the following one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins, `None` on the last.
    pub next: Option<String>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            next: None,
        }
    }
}

/// The parts of a call.
pub struct Call<'a> {
    /// The verb.
    pub method: Method,
    /// The path under `/api/v1`, with its query.
    pub path: &'a str,
    /// The JSON body, if any.
    pub body: Option<String>,
    /// Makes a repeated POST act once.
    pub idempotency_key: Option<&'a str>,
    /// Ends the call when its page is left.
    pub signal: Option<&'a AbortSignal>,
}

/// Reads a resource.
pub async fn get<T: DeserializeOwned>(
    path: &str,
    signal: Option<&AbortSignal>,
) -> Result<T, ApiError> {
    send(Call {
        method: Method::GET,
        path,
        body: None,
        idempotency_key: None,
        signal,
    })
    .await
}

/// Creates or acts, under a fresh idempotency key: a retry inside the client never acts twice.
pub async fn post<B: Serialize + ?Sized, T: DeserializeOwned>(
    path: &str,
    body: &B,
) -> Result<T, ApiError> {
    post_with_key(path, body, &new_key()).await
}

/// Creates or acts under a key of the caller's, who may repeat the call after a failure with the same key.
pub async fn post_with_key<B: Serialize + ?Sized, T: DeserializeOwned>(
    path: &str,
    body: &B,
    key: &str,
) -> Result<T, ApiError> {
    let body = Some(encode(body)?);
    send(Call {
        method: Method::POST,
        path,
        body,
        idempotency_key: Some(key),
        signal: None,
    })
    .await
}

/// Changes some fields.
pub async fn patch<B: Serialize + ?Sized, T: DeserializeOwned>(
    path: &str,
    body: &B,
) -> Result<T, ApiError> {
    let body = Some(encode(body)?);
    send(Call {
        method: Method::PATCH,
        path,
        body,
        idempotency_key: None,
        signal: None,
    })
    .await
}

/// Replaces a resource.
pub async fn put<B: Serialize + ?Sized, T: DeserializeOwned>(
    path: &str,
    body: &B,
) -> Result<T, ApiError> {
    let body = Some(encode(body)?);
    send(Call {
        method: Method::PUT,
        path,
        body,
        idempotency_key: None,
        signal: None,
    })
    .await
}

/// Removes a resource.
pub async fn delete(path: &str) -> Result<(), ApiError> {
    send::<()>(Call {
        method: Method::DELETE,
        path,
        body: None,
        idempotency_key: None,
        signal: None,
    })
    .await
}

/// Returns a new idempotency key.
pub fn new_key() -> String {
    let hex = |_| format!("{:08x}", random_u32());
    (0..4).map(hex).collect()
}

/// Sends a call; on 401 the session is refreshed once (one refresh for all waiting calls) and the call repeated.
pub async fn send<T: DeserializeOwned>(call: Call<'_>) -> Result<T, ApiError> {
    let mut response = transmit(&call).await?;
    if response.status() == 401 && session::refresh().await.is_ok() {
        response = transmit(&call).await?;
    }
    if response.status() == 401 {
        session::lost();
    }
    decode(response).await
}

pub(super) async fn transmit(call: &Call<'_>) -> Result<Response, ApiError> {
    let mut request = RequestBuilder::new(&format!("{BASE}{}", call.path))
        .method(call.method.clone())
        .credentials(RequestCredentials::SameOrigin)
        .header("Accept", "application/json")
        .header("Accept-Language", crate::state::locale::current().as_str())
        .abort_signal(call.signal);
    if let Some(token) = token::get() {
        request = request.header("Authorization", &format!("Bearer {token}"));
    }
    if let Some(key) = call.idempotency_key {
        request = request.header("Idempotency-Key", key);
    }
    let sent = match &call.body {
        Some(body) => match request
            .header("Content-Type", "application/json")
            .body(body)
        {
            Ok(request) => request.send().await,
            Err(error) => Err(error),
        },
        None => request.send().await,
    };
    sent.map_err(|_| ApiError::unreachable())
}

pub(super) async fn decode<T: DeserializeOwned>(response: Response) -> Result<T, ApiError> {
    let status = response.status();
    let body = response.text().await.map_err(|_| ApiError::unreachable())?;
    if !(200..300).contains(&status) {
        return Err(ApiError::from_body(status, &body));
    }
    // 202 and 204 have no body; `()` reads from null.
    let text = if body.is_empty() { "null" } else { &body };
    serde_json::from_str(text).map_err(|error| {
        leptos::logging::error!("unexpected answer of {}: {error}", response.url());
        ApiError {
            status,
            slug: "unexpected-answer".to_owned(),
            ..ApiError::default()
        }
    })
}

pub(super) fn encode<B: Serialize + ?Sized>(body: &B) -> Result<String, ApiError> {
    serde_json::to_string(body).map_err(|_| ApiError::default())
}

/// Percent-encodes one value for a path or a query.
pub fn encoded(value: &str) -> String {
    js_sys::encode_uri_component(value).into()
}

/// Builds a query from the pairs that have a value, `?a=1&b=2` or nothing.
pub fn query(pairs: &[(&str, Option<String>)]) -> String {
    let mut query = String::new();
    for (name, value) in pairs {
        if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
            query.push(if query.is_empty() { '?' } else { '&' });
            query.push_str(name);
            query.push('=');
            query.push_str(&encoded(value));
        }
    }
    query
}

fn random_u32() -> u32 {
    // A key must be unlikely to repeat, not hard to guess.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the product lies in 0..2^32"
    )]
    let value = (js_sys::Math::random() * 4_294_967_296.0) as u32;
    value
}

/// Turns a value thrown by the browser into text for the log.
pub fn thrown(value: &JsValue) -> String {
    value.as_string().unwrap_or_else(|| format!("{value:?}"))
}
