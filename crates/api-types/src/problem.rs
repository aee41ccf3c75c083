//! The one shape of an error answer: RFC 9457 `application/problem+json`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An error answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem by a stable path, `/problems/segment-invalid`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Says what kind of problem it is, the same for every occurrence.
    pub title: String,
    /// Repeats the HTTP status.
    pub status: u16,
    /// Explains this occurrence; a 5xx has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Identifies the request in the logs.
    #[serde(default)]
    pub request_id: String,
    /// Points at the fields at fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// One field at fault.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Locates the field by a JSON pointer (RFC 6901), `/conditions/0/value`.
    pub pointer: String,
    /// Names the rule by a stable word, `required`.
    pub code: String,
    /// Says what to change.
    pub message: String,
    /// Line in the field, from 1, where the field holds a source text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column in characters, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}
