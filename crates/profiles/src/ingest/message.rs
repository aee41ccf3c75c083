//! One message of the Segment specification, read tolerantly.
//!
//! SDKs send explicit nulls, numbers where texts are meant, and traits inside the context; none of that
//! is an error. Characters that no database takes (NUL) are dropped.

use serde_json::{Map, Value as Json};

use super::refusal::Refusal;

/// The largest message, in bytes of JSON.
pub(super) const MAX_MESSAGE_BYTES: usize = 32 * 1024;
/// How deep properties may nest; deeper values are kept as text.
const MAX_DEPTH: usize = 16;

/// What a message asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Tells who somebody is.
    Identify,
    /// Tells what somebody did.
    Track,
    /// A web page was looked at.
    Page,
    /// A screen of an app was looked at.
    Screen,
    /// Somebody belongs to a group.
    Group,
    /// Two ids are one person.
    Alias,
}

impl Call {
    /// Reads the `type` of a message.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "identify" => Self::Identify,
            "track" => Self::Track,
            "page" => Self::Page,
            "screen" => Self::Screen,
            "group" => Self::Group,
            "alias" => Self::Alias,
            _ => return None,
        })
    }
}

/// A message, cleaned but not yet judged.
#[expect(
    clippy::struct_field_names,
    reason = "message_id is the specification's word"
)]
#[derive(Debug, Clone)]
pub struct Message {
    pub(super) call: Call,
    pub(super) message_id: Option<String>,
    pub(super) user_id: Option<String>,
    pub(super) anonymous_id: Option<String>,
    pub(super) previous_id: Option<String>,
    pub(super) group_id: Option<String>,
    pub(super) event: Option<String>,
    pub(super) name: Option<String>,
    pub(super) properties: Map<String, Json>,
    pub(super) traits: Map<String, Json>,
    pub(super) context: Map<String, Json>,
    pub(super) timestamp: Option<Json>,
    pub(super) sent_at: Option<Json>,
    /// The text as it came, for quarantine.
    pub(super) raw: String,
}

/// What the whole batch says for each of its messages.
#[derive(Debug, Clone, Default)]
pub(super) struct Shared {
    pub(super) context: Map<String, Json>,
    pub(super) sent_at: Option<Json>,
}

/// The device that a message was sent from, where the app told its push token.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AppDevice {
    /// `ios` or `android`.
    pub system: String,
    /// What its push service knows it by.
    pub token: String,
    /// As its maker calls it.
    pub name: Option<String>,
    /// The app's own name, such as `jp.example.shop`.
    pub app: Option<String>,
    /// The customer's id.
    pub user_id: Option<String>,
    /// The device's own.
    pub anonymous_id: Option<String>,
}

impl Message {
    /// Returns the device that it was sent from, where the app told its push token.
    pub fn app_device(&self) -> Option<AppDevice> {
        let of = |group: &str, key: &str| {
            let value = self.context.get(group)?.get(key)?.as_str()?.trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        let system = of("device", "type")?.to_lowercase();
        Some(AppDevice {
            token: of("device", "token")?,
            name: of("device", "model").or_else(|| of("device", "name")),
            app: of("app", "namespace"),
            user_id: self.user_id.clone(),
            anonymous_id: self.anonymous_id.clone(),
            system: matches!(system.as_str(), "ios" | "android").then_some(system)?,
        })
    }

    /// Reads a message; `call` is given where the address of the request says it.
    ///
    /// # Errors
    /// When the text is no JSON object, too large, or of an unknown type.
    pub(super) fn read(raw: &str, call: Option<Call>, shared: &Shared) -> Result<Self, Refusal> {
        if raw.len() > MAX_MESSAGE_BYTES {
            return Err(Refusal::TooLarge);
        }
        let parsed: Json =
            serde_json::from_str(raw).map_err(|error| Refusal::BadJson(error.to_string()))?;
        let Json::Object(fields) = clean(parsed, 0) else {
            return Err(Refusal::BadJson("not an object".to_owned()));
        };
        let mut fields = fields;
        let call = match call {
            Some(call) => call,
            None => text(&mut fields, "type")
                .as_deref()
                .and_then(Call::parse)
                .ok_or(Refusal::UnknownType)?,
        };
        let mut context = object(&mut fields, "context");
        for (key, value) in &shared.context {
            context.entry(key.clone()).or_insert_with(|| value.clone());
        }
        let mut traits = object(&mut fields, "traits");
        if call == Call::Identify {
            for (key, value) in object(&mut context, "traits") {
                traits.entry(key).or_insert(value);
            }
        }
        let original = fields
            .remove("originalTimestamp")
            .filter(|value| !value.is_null());
        Ok(Self {
            call,
            message_id: text(&mut fields, "messageId"),
            user_id: text(&mut fields, "userId"),
            anonymous_id: text(&mut fields, "anonymousId"),
            previous_id: text(&mut fields, "previousId"),
            group_id: text(&mut fields, "groupId"),
            event: text(&mut fields, "event"),
            name: text(&mut fields, "name"),
            properties: object(&mut fields, "properties"),
            traits,
            context,
            timestamp: original
                .or_else(|| fields.remove("timestamp"))
                .filter(|value| !value.is_null()),
            sent_at: fields
                .remove("sentAt")
                .filter(|value| !value.is_null())
                .or_else(|| shared.sent_at.clone()),
            raw: raw.to_owned(),
        })
    }
}

/// Takes a text out of an object; numbers are texts too, null and the empty text are nothing.
fn text(fields: &mut Map<String, Json>, key: &str) -> Option<String> {
    match fields.remove(key)? {
        Json::String(text) if !text.trim().is_empty() => Some(text),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn object(fields: &mut Map<String, Json>, key: &str) -> Map<String, Json> {
    match fields.remove(key) {
        Some(Json::Object(map)) => map,
        _ => Map::new(),
    }
}

/// Drops NUL characters, which PostgreSQL refuses, and flattens what nests too deep.
pub(super) fn clean(value: Json, depth: usize) -> Json {
    match value {
        Json::String(text) if text.contains('\0') => Json::String(text.replace('\0', "")),
        Json::Object(_) | Json::Array(_) if depth >= MAX_DEPTH => {
            Json::String(value.to_string().replace("\\u0000", ""))
        }
        Json::Array(items) => Json::Array(
            items
                .into_iter()
                .map(|item| clean(item, depth + 1))
                .collect(),
        ),
        Json::Object(map) => {
            let clean_key = |key: String| {
                if key.contains('\0') {
                    key.replace('\0', "")
                } else {
                    key
                }
            };
            Json::Object(
                map.into_iter()
                    .map(|(key, item)| (clean_key(key), clean(item, depth + 1)))
                    .collect(),
            )
        }
        other => other,
    }
}
