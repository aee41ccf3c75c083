//! What LINE tells us: signed requests with events.
//!
//! Source: "Receive messages (webhook)" and "Verify webhook signature" of LINE's documentation. The
//! signature is over the bytes as they came; events of a type or shape that nobody knows are let be,
//! because LINE adds some without notice.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use channel_core::{Inbound, InboundError, InboundKind, Recipient};
use kernel::time::Millis;
use ring::hmac;
use serde::Deserialize;
use serde_json::Value;

use crate::{Secret, UserId};

/// LINE sends at most some hundred small events at once; two megabytes are what it takes itself.
pub const LARGEST: usize = 2 * 1024 * 1024;

/// A webhook that LINE has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// The account that it is for.
    pub destination: UserId,
    /// What happened, as it came. May be empty: so LINE tries the address out.
    pub events: Vec<Inbound>,
    /// Events without a name or instant, which nobody can act on.
    pub unreadable: usize,
}

#[derive(Deserialize)]
struct Envelope {
    destination: String,
    events: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    webhook_event_id: String,
    timestamp: i64,
    #[serde(default)]
    delivery_context: Context,
    source: Option<Source>,
    reply_token: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Context {
    is_redelivery: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    #[serde(rename = "type")]
    kind: String,
    user_id: Option<String>,
}

/// Returns the signature that LINE gives a body.
pub fn signature(secret: &Secret, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
    STANDARD.encode(hmac::sign(&key, body))
}

/// Checks and reads a webhook.
///
/// # Errors
/// Says whether size, signature or form is at fault.
pub fn read(secret: &Secret, signature: Option<&str>, body: &[u8]) -> Result<Hook, InboundError> {
    if body.len() > LARGEST {
        return Err(InboundError::TooLarge { limit: LARGEST });
    }
    let given = signature
        .and_then(|text| STANDARD.decode(text.trim()).ok())
        .ok_or(InboundError::BadSignature)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
    hmac::verify(&key, body, &given).map_err(|_| InboundError::BadSignature)?;
    let envelope: Envelope =
        serde_json::from_slice(body).map_err(|error| InboundError::Malformed(error.to_string()))?;
    let destination = UserId::parse(&envelope.destination)
        .map_err(|error| InboundError::Malformed(error.to_string()))?;
    let events: Vec<Inbound> = envelope.events.iter().filter_map(inbound).collect();
    Ok(Hook {
        destination,
        unreadable: envelope.events.len() - events.len(),
        events,
    })
}

fn inbound(value: &Value) -> Option<Inbound> {
    let kind = |event: &Event| {
        // Who speaks in a group speaks to the group.
        let is_private = event
            .source
            .as_ref()
            .is_none_or(|source| source.kind == "user");
        is_private
            .then(|| kind_of(&event.kind, value))
            .flatten()
            .unwrap_or_else(|| InboundKind::Other {
                what: event.kind.clone(),
            })
    };
    let event: Event = Event::deserialize(value).ok()?;
    let user = event
        .source
        .as_ref()
        .and_then(|source| UserId::parse(source.user_id.as_deref()?).ok());
    Some(Inbound {
        kind: kind(&event),
        dedupe_key: event.webhook_event_id,
        delivery_id: None,
        recipient: user.map(|user| Recipient::new(user.as_str())),
        at: Millis(event.timestamp),
        is_repeat: event.delivery_context.is_redelivery,
        reply_token: event.reply_token,
    })
}

/// Returns what an event of a known type says; `None` when it says too little.
fn kind_of(kind: &str, event: &Value) -> Option<InboundKind> {
    let text = |pointer: &str| {
        event
            .pointer(pointer)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    Some(match kind {
        "follow" => InboundKind::Followed {
            after_block: event
                .pointer("/follow/isUnblocked")
                .and_then(Value::as_bool),
        },
        "unfollow" => InboundKind::Blocked,
        "message" => InboundKind::Wrote {
            message_id: text("/message/id")?,
            what: text("/message/type")?,
            text: text("/message/text"),
        },
        "unsend" => InboundKind::Unsent {
            message_id: text("/unsend/messageId")?,
        },
        "postback" => InboundKind::Pressed {
            data: text("/postback/data")?,
            choices: choices(event),
        },
        "accountLink" => {
            let nonce = text("/link/nonce")?;
            match text("/link/result")?.as_str() {
                "ok" => InboundKind::AccountLinked { nonce },
                _ => InboundKind::AccountLinkFailed { nonce },
            }
        }
        "videoPlayComplete" => InboundKind::Watched {
            video_id: text("/videoPlayComplete/trackingId")?,
        },
        "beacon" => InboundKind::Beacon {
            hardware_id: text("/beacon/hwid")?,
            what: text("/beacon/type")?,
        },
        _ => return None,
    })
}

fn choices(event: &Value) -> Vec<(String, String)> {
    let params = event.pointer("/postback/params").and_then(Value::as_object);
    params
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect()
}

#[cfg(test)]
mod tests;
