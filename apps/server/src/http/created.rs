//! 201: a thing now exists, and `Location` names it.
//!
//! Handlers that create answer with this type alone, so that none of them can forget the header; the
//! OpenAPI document promises it for every 201 ([`super::describe`]).

use std::fmt::Display;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::problem::ApiError;

/// The answer of a handler that made something.
#[derive(Debug)]
pub struct Created<T> {
    location: String,
    body: T,
}

impl<T> Created<T> {
    /// Answers with the thing `id` of a collection, `/api/v1/segments` say.
    pub fn new(collection: &str, id: impl Display, body: T) -> Self {
        Self {
            location: format!("{collection}/{id}"),
            body,
        }
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        match HeaderValue::try_from(self.location) {
            Ok(location) => (
                StatusCode::CREATED,
                [(header::LOCATION, location)],
                Json(self.body),
            )
                .into_response(),
            Err(error) => ApiError::internal(&error).into_response(),
        }
    }
}
