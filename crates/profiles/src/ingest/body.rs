//! The body of a tracking request: one message or a batch, whatever its content type says.

use serde::Deserialize;
use serde_json::{Map, Value as Json, value::RawValue};

use super::{
    message::{self, Call, MAX_MESSAGE_BYTES, Message, Shared},
    refusal::Refusal,
};

/// The largest batch, in bytes of JSON.
pub const MAX_BODY_BYTES: usize = 500 * 1024;
/// The most messages of a batch.
pub const MAX_BATCH: usize = 2_500;

/// A request taken apart.
#[derive(Debug, Default)]
pub struct Body {
    /// The key, where the body carries it.
    pub write_key: Option<String>,
    /// The messages that could be read.
    pub messages: Vec<Message>,
    /// Texts of messages that could not, each with the reason.
    pub refused: Vec<(String, Refusal)>,
}

/// Why nothing of a request can be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It is no JSON of the expected form.
    #[error("the body is not the JSON of a tracking call: {0}")]
    NotJson(String),
    /// Larger than 500 KB, or a single message larger than 32 KB.
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    /// More than 2,500 messages.
    #[error("a batch may have {MAX_BATCH} messages")]
    TooMany,
}

#[derive(Deserialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the field is called so on the wire"
)]
struct Batch<'a> {
    #[serde(borrow)]
    batch: Vec<&'a RawValue>,
    #[serde(default)]
    context: Option<Json>,
    #[serde(default, rename = "sentAt")]
    sent_at: Option<Json>,
    #[serde(default, rename = "writeKey")]
    write_key: Option<Json>,
}

#[derive(Deserialize)]
struct Single {
    #[serde(default, rename = "writeKey")]
    write_key: Option<Json>,
}

/// Reads a body; `call` is `None` for a batch.
///
/// # Errors
/// When nothing of it can be taken; a bad message inside a good batch is refused alone.
pub fn read(bytes: &[u8], call: Option<Call>) -> Result<Body, BodyError> {
    let limit = if call.is_some() {
        MAX_MESSAGE_BYTES
    } else {
        MAX_BODY_BYTES
    };
    if bytes.len() > limit {
        return Err(BodyError::TooLarge(limit));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| BodyError::NotJson(error.to_string()))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    match call {
        Some(call) => read_single(text, call),
        None => read_batch(text),
    }
}

fn read_single(text: &str, call: Call) -> Result<Body, BodyError> {
    let single: Single =
        serde_json::from_str(text).map_err(|error| BodyError::NotJson(error.to_string()))?;
    let mut body = Body {
        write_key: single.write_key.and_then(key),
        ..Body::default()
    };
    match Message::read(text, Some(call), &Shared::default()) {
        Ok(message) => body.messages.push(message),
        Err(Refusal::BadJson(why)) => return Err(BodyError::NotJson(why)),
        Err(refusal) => body.refused.push((text.to_owned(), refusal)),
    }
    Ok(body)
}

fn read_batch(text: &str) -> Result<Body, BodyError> {
    let batch: Batch<'_> =
        serde_json::from_str(text).map_err(|error| BodyError::NotJson(error.to_string()))?;
    if batch.batch.len() > MAX_BATCH {
        return Err(BodyError::TooMany);
    }
    let context = match batch.context.map(|context| message::clean(context, 0)) {
        Some(Json::Object(map)) => map,
        _ => Map::new(),
    };
    let shared = Shared {
        context,
        sent_at: batch.sent_at.filter(|value| !value.is_null()),
    };
    let mut body = Body {
        write_key: batch.write_key.and_then(key),
        ..Body::default()
    };
    for raw in batch.batch {
        match Message::read(raw.get(), None, &shared) {
            Ok(message) => body.messages.push(message),
            Err(refusal) => body.refused.push((raw.get().to_owned(), refusal)),
        }
    }
    Ok(body)
}

fn key(value: Json) -> Option<String> {
    match value {
        Json::String(key) if !key.is_empty() => Some(key),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_message_is_refused_alone() {
        let text = r#"{"writeKey":"k","batch":[
            {"type":"track","event":"A","userId":1,"anonymousId":null},
            {"type":"track","event":"\ud800"}, 7, {"type":"dance"}, {"type":"track","n":1e999}],"context":{"ip":"::1"}}"#;
        let body = read(text.as_bytes(), None).unwrap();
        assert_eq!(body.write_key.as_deref(), Some("k"));
        assert_eq!(body.messages.len(), 1);
        assert_eq!(body.messages[0].user_id.as_deref(), Some("1"));
        assert_eq!(body.messages[0].context["ip"], "::1");
        let codes: Vec<_> = body.refused.iter().map(|(_, why)| why.code()).collect();
        assert_eq!(codes, ["bad_json", "bad_json", "unknown_type", "bad_json"]);
    }

    #[test]
    fn hostile_bodies_are_refused_as_a_whole_or_cut_down() {
        for bad in ["", "{", "[]", "{\"batch\":7}", "\u{0}", "{\"batch\":[}"] {
            assert!(
                matches!(read(bad.as_bytes(), None), Err(BodyError::NotJson(_))),
                "{bad:?}"
            );
        }
        assert!(matches!(
            read(&[0xff, 0xfe], None),
            Err(BodyError::NotJson(_))
        ));
        assert_eq!(
            read(&vec![b' '; MAX_BODY_BYTES + 1], None).unwrap_err(),
            BodyError::TooLarge(MAX_BODY_BYTES)
        );
        let many = format!("{{\"batch\":[{}]}}", vec!["{}"; 3_000].join(","));
        assert_eq!(read(many.as_bytes(), None).unwrap_err(), BodyError::TooMany);
        let big = format!(
            "{{\"batch\":[{{\"type\":\"track\",\"x\":\"{}\"}}]}}",
            "x".repeat(40_000)
        );
        assert_eq!(
            read(big.as_bytes(), None).unwrap().refused[0].1,
            Refusal::TooLarge
        );
        let deep = format!(
            "{{\"batch\":[{{\"type\":\"track\",\"properties\":{}1{}}}]}}",
            "{\"a\":".repeat(5_000),
            "}".repeat(5_000)
        );
        assert_eq!(read(deep.as_bytes(), None).unwrap().refused.len(), 1);
        let nested = format!(
            "{{\"type\":\"track\",\"properties\":{}1{}}}",
            "{\"a\":".repeat(60),
            "}".repeat(60)
        );
        let body = read(nested.as_bytes(), Some(Call::Track)).unwrap();
        assert!(
            body.messages[0].properties["a"].to_string().len() > 100,
            "deep values survive as text"
        );
        let nul = r#"{"userId":"a\u0000b","properties":{"k\u0000":"v\u0000"}}"#;
        let body = read(nul.as_bytes(), Some(Call::Track)).unwrap();
        assert_eq!(body.messages[0].user_id.as_deref(), Some("ab"));
        assert_eq!(body.messages[0].properties["k"], "v");
    }
}
