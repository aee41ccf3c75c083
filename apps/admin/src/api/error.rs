//! What went wrong, in a form a page can show.

use api_types::{FieldError, Problem};

use crate::i18n as t;

/// A call that did not give what was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiError {
    /// The HTTP status; 0 when no answer came.
    pub status: u16,
    /// The kind of problem without its folder: `segment-invalid`.
    pub slug: String,
    /// The kind of problem in words, from the server.
    pub title: String,
    /// This occurrence in words, from the server.
    pub detail: Option<String>,
    /// The fields at fault.
    pub errors: Vec<FieldError>,
    /// Finds the request in the logs.
    pub request_id: String,
}

impl ApiError {
    /// Builds the error of a call that got no answer at all.
    pub fn unreachable() -> Self {
        Self {
            slug: "unreachable".to_owned(),
            ..Self::default()
        }
    }

    /// Reads an error answer; a body that is no problem document (a proxy's page) still gives a usable error.
    pub fn from_body(status: u16, body: &str) -> Self {
        let Ok(problem) = serde_json::from_str::<Problem>(body) else {
            return Self {
                status,
                slug: format!("http-{status}"),
                ..Self::default()
            };
        };
        Self {
            status,
            slug: problem
                .kind
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned(),
            title: problem.title,
            detail: problem.detail,
            errors: problem.errors,
            request_id: problem.request_id,
        }
    }

    /// Whether the thing asked for does not exist (or not for this workspace).
    pub fn is_not_found(&self) -> bool {
        self.status == 404
    }

    /// Whether somebody else has changed the same thing meanwhile.
    pub fn is_conflict(&self) -> bool {
        matches!(self.status, 409 | 412)
    }

    /// Returns the message for one field, by its JSON pointer.
    pub fn field(&self, pointer: &str) -> Option<String> {
        self.errors
            .iter()
            .find(|error| error.pointer == pointer)
            .map(|error| error.message.clone())
    }

    /// Says in one sentence what went wrong: the server's words where it has any.
    pub fn sentence(&self) -> String {
        if let Some(detail) = self.detail.as_ref().filter(|detail| !detail.is_empty()) {
            return detail.clone();
        }
        match self.status {
            0 => t::error::unreachable().to_owned(),
            401 => t::error::signed_out().to_owned(),
            403 => t::error::forbidden().to_owned(),
            404 => t::error::not_found().to_owned(),
            409 | 412 => t::error::conflict().to_owned(),
            413 => t::error::too_large().to_owned(),
            429 => t::error::too_many().to_owned(),
            500.. => t::error::server().to_owned(),
            _ if !self.title.is_empty() => self.title.clone(),
            _ => t::error::unknown().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_document_points_at_the_field() {
        let body = r#"{"type":"/problems/segment-invalid","title":"Segment invalid","status":422,"request_id":"r1",
            "errors":[{"pointer":"/conditions/0/value","code":"required","message":"値を入れてください"}]}"#;
        let error = ApiError::from_body(422, body);
        assert_eq!(error.slug, "segment-invalid");
        assert_eq!(
            error.field("/conditions/0/value").as_deref(),
            Some("値を入れてください")
        );
        assert_eq!(error.field("/name"), None);
        assert_eq!(error.sentence(), "Segment invalid");
    }

    #[test]
    fn a_page_from_a_proxy_is_still_an_error_with_words() {
        let error = ApiError::from_body(502, "<html>Bad Gateway</html>");
        assert_eq!((error.status, &*error.slug), (502, "http-502"));
        assert!(!error.sentence().is_empty());
    }
}
