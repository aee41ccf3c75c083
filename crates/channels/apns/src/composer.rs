//! From a rendered push to the bytes of a request: no network, no chance.

use channel_core::{
    Content, Message, Notification, Prepared, Push, PushPriority, Reason, ReasonClass, Refusal,
};
use kernel::time::SECOND;
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value, json};

use crate::DeviceToken;

/// The most bytes of a payload.
pub const MAX_PAYLOAD: usize = 4_096;

/// Checks a push, and reads to whom it goes and what is said.
pub(crate) fn check(message: &Message) -> Result<(DeviceToken, Vec<u8>), Refusal> {
    let push = push_of(message)?;
    push.check()?;
    if !push.actions.is_empty() && push.category.is_none() {
        return Err(Refusal::message(
            "buttons on Apple's devices need the name of a set that the app has registered",
        ));
    }
    let to = DeviceToken::parse(message.recipient.as_str())
        .map_err(|error| Refusal::address(&error.to_string()))?;
    let payload = payload(push, &message.idempotency_key).to_string();
    if payload.len() > MAX_PAYLOAD {
        let why = format!(
            "the push has {} bytes; APNs takes {MAX_PAYLOAD}",
            payload.len()
        );
        return Err(Refusal::Message(Reason::new(
            ReasonClass::TooBig,
            None,
            &why,
        )));
    }
    Ok((to, payload.into_bytes()))
}

/// Writes a push to the app named by `topic`.
pub(crate) fn prepare(message: Message, topic: &str) -> Result<Prepared, Refusal> {
    let (to, payload) = check(&message)?;
    Ok(Prepared {
        sender: topic.to_owned(),
        recipient: to.as_str().to_owned(),
        wire_id: apns_id(&message.idempotency_key),
        payload,
        message,
    })
}

fn payload(push: &Push, id: &str) -> Value {
    let mut said = Map::new();
    let mut put = |name: &str, value: Value| said.insert(name.to_owned(), value);
    put("aps", aps(push));
    put("id", json!(id));
    for (name, value) in [("image", &push.image), ("link", &push.link)] {
        if let Some(value) = value {
            put(name, json!(value));
        }
    }
    let links: Map<String, Value> = push
        .actions
        .iter()
        .filter_map(|action| Some((action.id.clone(), json!(action.link.as_ref()?))))
        .collect();
    if !links.is_empty() {
        put("links", Value::Object(links));
    }
    if !push.data.is_empty() {
        put("data", json!(push.data));
    }
    Value::Object(said)
}

/// Apple's own part.
fn aps(push: &Push) -> Value {
    let mut aps = Map::new();
    let mut put = |name: &str, value: Value| aps.insert(name.to_owned(), value);
    if push.is_silent() {
        put("content-available", json!(1));
    } else {
        let mut alert = Map::new();
        for (name, text) in [("title", &push.title), ("body", &push.body)] {
            if !text.is_empty() {
                alert.insert(name.to_owned(), json!(text));
            }
        }
        put("alert", Value::Object(alert));
        if push.notification == Notification::Normal {
            put("sound", json!("default"));
        }
    }
    if let Some(badge) = push.badge {
        put("badge", json!(badge));
    }
    if let Some(category) = &push.category {
        put("category", json!(category));
    }
    if push.image.is_some() {
        // The app's own extension fetches the picture.
        put("mutable-content", json!(1));
    }
    Value::Object(aps)
}

/// What stands in the headers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) push_type: &'static str,
    pub(crate) priority: &'static str,
    pub(crate) expiration: i64,
    pub(crate) collapse: Option<String>,
}

impl Terms {
    pub(crate) fn of(message: &Message) -> Result<Self, Refusal> {
        let push = push_of(message)?;
        let ttl = i64::try_from(push.ttl.as_secs()).unwrap_or(i64::MAX);
        Ok(Self {
            push_type: if push.is_silent() {
                "background"
            } else {
                "alert"
            },
            priority: match push.priority {
                // "Specifying 10 for a background push is an error."
                _ if push.is_silent() => "5",
                PushPriority::High => "10",
                PushPriority::Normal => "5",
                PushPriority::Low => "1",
            },
            // 0: now or never.
            expiration: if ttl == 0 {
                0
            } else {
                message.at.0.div_euclid(SECOND).saturating_add(ttl)
            },
            collapse: push.collapse.clone(),
        })
    }
}

/// Returns the `apns-id` of a message: a UUID made of what is the same for every try of it. A UUID stays as
/// it is.
pub fn apns_id(idempotency_key: &str) -> String {
    if is_uuid(idempotency_key) {
        return idempotency_key.to_ascii_lowercase();
    }
    let hash = digest(
        &SHA256,
        format!("enishi.apns.id\0{idempotency_key}").as_bytes(),
    );
    // RFC 9562, version 8: the bits are ours but for version and variant.
    let mut bytes: Vec<u8> = hash.as_ref().iter().copied().take(16).collect();
    for (index, mask, bits) in [(6, 0x0f, 0x80), (8, 0x3f, 0x80)] {
        if let Some(byte) = bytes.get_mut(index) {
            *byte = (*byte & mask) | bits;
        }
    }
    let digits = hex::encode(bytes);
    let parts: Vec<&str> = [0..8, 8..12, 12..16, 16..20, 20..32]
        .into_iter()
        .filter_map(|range| digits.get(range))
        .collect();
    parts.join("-")
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn push_of(message: &Message) -> Result<&Push, Refusal> {
    match &message.content {
        Content::Apns(push) => Ok(push),
        _ => Err(Refusal::message(
            "the message is not a push to a device of Apple's",
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use channel_core::Recipient;
    use kernel::time::Millis;

    use super::*;

    fn message(push: Push) -> Message {
        Message {
            delivery_id: 1,
            idempotency_key: "push_1".to_owned(),
            recipient: Recipient::new("a".repeat(64)),
            at: Millis(1_783_993_320_999),
            content: Content::Apns(Box::new(push)),
        }
    }

    #[test]
    fn a_name_is_a_uuid_and_the_same_for_every_try() {
        let first = apns_id("push_1");
        assert!(is_uuid(&first), "{first}");
        assert_eq!(apns_id("push_1"), first);
        assert_ne!(apns_id("push_2"), first);
        let uuid = "01981B2C-0000-7000-8000-0123456789AB";
        assert_eq!(apns_id(uuid), uuid.to_lowercase());
        for odd in ["", "あ", "x\r\ny", &"z".repeat(36)] {
            assert!(is_uuid(&apns_id(odd)), "{odd}");
        }
    }

    #[test]
    fn the_terms_are_apples() {
        let push = |priority, ttl, title: &str| Push {
            title: title.to_owned(),
            data: [("a".to_owned(), "1".to_owned())].into(),
            priority,
            ttl: Duration::from_secs(ttl),
            ..Push::default()
        };
        for (priority, ttl, title, expected) in [
            (PushPriority::High, 60, "春", ("alert", "10", 1_783_993_380)),
            (PushPriority::Normal, 1, "春", ("alert", "5", 1_783_993_321)),
            (PushPriority::Low, 0, "春", ("alert", "1", 0)),
            (PushPriority::High, 0, "", ("background", "5", 0)),
            (PushPriority::Low, 0, "", ("background", "5", 0)),
        ] {
            let terms = Terms::of(&message(push(priority, ttl, title))).unwrap();
            assert_eq!(
                (terms.push_type, terms.priority, terms.expiration),
                expected
            );
        }
    }

    #[test]
    fn the_largest_payload_passes_and_one_byte_more_does_not() {
        let with = |n: usize| {
            message(Push {
                title: "T".to_owned(),
                body: "x".repeat(n),
                ..Push::default()
            })
        };
        let (_, bare) = check(&with(1)).unwrap();
        let room = MAX_PAYLOAD - bare.len() + 1;
        assert_eq!(check(&with(room)).unwrap().1.len(), MAX_PAYLOAD);
        assert!(check(&with(room + 1)).is_err());
    }
}
