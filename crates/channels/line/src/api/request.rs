//! The requests themselves.

use http_body_util::Full;
use hyper::{
    Method, Request,
    body::Bytes,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
};
use serde_json::Value;
use url::form_urlencoded;

use crate::{RetryKey, limits::Endpoint, token::Token};

pub(crate) const PUSH: &str = "/v2/bot/message/push";
pub(crate) const MULTICAST: &str = "/v2/bot/message/multicast";

/// A call to be made.
pub(crate) struct Call<'a> {
    pub(crate) endpoint: Endpoint,
    method: Method,
    path: String,
    body: Option<(&'static str, Bytes)>,
    key: Option<&'a RetryKey>,
    /// Whether it goes to the host for files.
    pub(crate) is_file: bool,
}

impl<'a> Call<'a> {
    fn new(endpoint: Endpoint, method: Method, path: impl Into<String>) -> Self {
        Self {
            endpoint,
            method,
            path: path.into(),
            body: None,
            key: None,
            is_file: false,
        }
    }

    pub(crate) fn get(endpoint: Endpoint, path: impl Into<String>) -> Self {
        Self::new(endpoint, Method::GET, path)
    }

    pub(crate) fn delete(endpoint: Endpoint, path: impl Into<String>) -> Self {
        Self::new(endpoint, Method::DELETE, path)
    }

    pub(crate) fn post(endpoint: Endpoint, path: impl Into<String>) -> Self {
        Self::new(endpoint, Method::POST, path)
    }

    pub(crate) fn json(mut self, body: &Value) -> Self {
        self.body = Some(("application/json", Bytes::from(body.to_string())));
        self
    }

    pub(crate) fn file(mut self, kind: &'static str, body: Vec<u8>) -> Self {
        self.body = Some((kind, Bytes::from(body)));
        self.is_file = true;
        self
    }

    pub(crate) const fn key(mut self, key: &'a RetryKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Adds a query of names and values.
    pub(crate) fn query(mut self, pairs: &[(&str, &str)]) -> Self {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs);
        self.path.push('?');
        self.path.push_str(&query.finish());
        self
    }

    pub(crate) fn request(&self, token: &Token) -> Result<Request<Full<Bytes>>, String> {
        let (kind, body) = self.body.clone().unwrap_or(("", Bytes::new()));
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.path.parse().map_err(|_| "not a path".to_owned())?;
        if !kind.is_empty() {
            let kind = HeaderValue::from_static(kind);
            request.headers_mut().insert(CONTENT_TYPE, kind);
        }
        finish(request, token, self.key)
    }
}

/// Makes the request of a message.
pub(crate) fn message(
    path: &str,
    body: Bytes,
    token: &Token,
    key: Option<&RetryKey>,
) -> Result<Request<Full<Bytes>>, String> {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = path.parse().map_err(|_| "not a path".to_owned())?;
    let kind = HeaderValue::from_static("application/json");
    request.headers_mut().insert(CONTENT_TYPE, kind);
    finish(request, token, key)
}

fn finish(
    mut request: Request<Full<Bytes>>,
    token: &Token,
    key: Option<&RetryKey>,
) -> Result<Request<Full<Bytes>>, String> {
    let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.value.reveal()))
        .map_err(|_| "the access token cannot stand in a header".to_owned())?;
    bearer.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, bearer);
    if let Some(key) = key {
        let key = HeaderValue::from_str(key.as_str()).map_err(|error| error.to_string())?;
        request.headers_mut().insert("x-line-retry-key", key);
    }
    Ok(request)
}
