//! From a rendered push to the bytes of a request: no network, no chance.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use channel_core::{
    Content, Message, Notification, Prepared, Push, PushPriority, Reason, ReasonClass, Refusal,
    dial::Schemes,
};
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value, json};

use crate::{
    Subscription,
    encrypt::{MAX_PLAIN, Once, encrypt},
    vapid::Statements,
};

/// Checks a push, and reads to whom it goes and what the browser is told.
pub(crate) fn check(
    message: &Message,
    schemes: Schemes,
) -> Result<(Subscription, Vec<u8>), Refusal> {
    let push = push_of(message)?;
    push.check()?;
    if push.is_silent() {
        // Browsers show a sentence of their own when a push shows nothing.
        return Err(Refusal::message("a push to a browser must show something"));
    }
    let to = Subscription::read(message.recipient.as_str(), schemes)
        .map_err(|error| Refusal::address(&error.to_string()))?;
    let plain = plain(push, &message.idempotency_key).to_string();
    if plain.len() > MAX_PLAIN {
        let why = format!(
            "the push has {} bytes; {MAX_PLAIN} fit into one of a browser",
            plain.len()
        );
        return Err(Refusal::Message(Reason::new(
            ReasonClass::TooBig,
            None,
            &why,
        )));
    }
    Ok((to, plain.into_bytes()))
}

/// Encrypts a push. Its name on the wire is its salt, with which the body begins.
pub(crate) fn prepare(
    message: Message,
    schemes: Schemes,
    statements: &Statements,
) -> Result<Prepared, Refusal> {
    let (to, plain) = check(&message, schemes)?;
    let encrypted = Once::of(statements.key(), &message.idempotency_key, &to, &plain)
        .and_then(|once| Ok((once.salt, encrypt(&to, &once, &plain)?)));
    let (salt, payload) =
        encrypted.map_err(|_| Refusal::message("the push could not be encrypted"))?;
    Ok(Prepared {
        sender: statements.subject().to_owned(),
        recipient: to.endpoint().to_owned(),
        wire_id: URL_SAFE_NO_PAD.encode(salt),
        payload,
        message,
    })
}

/// Returns what the service worker reads; `docs/push.md` has its names.
fn plain(push: &Push, id: &str) -> Value {
    let mut said = Map::new();
    let mut put = |name: &str, value: Value| said.insert(name.to_owned(), value);
    put("v", json!(1));
    put("id", json!(id));
    put("title", json!(push.title));
    if !push.body.is_empty() {
        put("body", json!(push.body));
    }
    for (name, value) in [
        ("image", &push.image),
        ("link", &push.link),
        ("tag", &push.collapse),
    ] {
        if let Some(value) = value {
            put(name, json!(value));
        }
    }
    if let Some(badge) = push.badge {
        put("badge", json!(badge));
    }
    if push.notification == Notification::Silent {
        put("silent", json!(true));
    }
    if !push.actions.is_empty() {
        let actions = push.actions.iter().map(|action| {
            let mut one = json!({ "id": action.id, "title": action.title });
            if let (Some(link), Some(one)) = (&action.link, one.as_object_mut()) {
                one.insert("link".to_owned(), json!(link));
            }
            one
        });
        put("actions", actions.collect());
    }
    if !push.data.is_empty() {
        put("data", json!(push.data));
    }
    Value::Object(said)
}

/// The headers that are derived from a push.
pub(crate) struct Terms {
    pub(crate) ttl: u64,
    pub(crate) urgency: &'static str,
    pub(crate) topic: Option<String>,
}

impl Terms {
    pub(crate) fn of(message: &Message) -> Result<Self, Refusal> {
        let push = push_of(message)?;
        Ok(Self {
            ttl: push.ttl.as_secs(),
            urgency: match push.priority {
                PushPriority::Low => "low",
                PushPriority::Normal => "normal",
                PushPriority::High => "high",
            },
            topic: push.collapse.as_deref().map(topic),
        })
    }
}

/// A topic has at most 32 characters and is read by the push service, whom our names do not concern.
fn topic(name: &str) -> String {
    let mut topic = URL_SAFE_NO_PAD.encode(digest(&SHA256, name.as_bytes()));
    topic.truncate(32);
    topic
}

fn push_of(message: &Message) -> Result<&Push, Refusal> {
    match &message.content {
        Content::WebPush(push) => Ok(push),
        _ => Err(Refusal::message("the message is not a push to a browser")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_32_characters_whatever_the_name() {
        for name in ["a", "campaign.42", &"x".repeat(64)] {
            let topic = topic(name);
            assert_eq!(topic.len(), 32, "{name}");
            assert!(
                topic
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
                "{topic}"
            );
        }
        assert_ne!(topic("a"), topic("b"));
    }
}
