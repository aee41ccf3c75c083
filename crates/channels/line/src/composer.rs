//! From a rendered message to the bytes of a request: no network, no chance.

use channel_core::{
    Content, LineMessages, Message, Notification, Prepared, Reason, ReasonClass, Refusal,
};
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value};

use crate::{Messages, RetryKey, UserId, message::MAX_REQUEST_BYTES};

/// Most bytes that the messages of a request may have: 500 user ids must fit beside them.
pub(crate) const MAX_BYTES: usize = MAX_REQUEST_BYTES - 64 * 1024;

/// Most recipients of a multicast.
pub(crate) const MAX_MULTICAST: usize = 500;

/// Checks a message.
pub(crate) fn validate(message: &Message) -> Result<(), Refusal> {
    check(message).map(|_| ())
}

/// Writes a message to one person.
pub(crate) fn prepare(message: Message) -> Result<Prepared, Refusal> {
    let (to, body) = check(&message)?;
    let wire_id = RetryKey::of(&message.idempotency_key).to_string();
    let payload = with_recipients(body, Value::String(to.as_str().to_owned()));
    Ok(Prepared {
        message,
        sender: String::new(),
        recipient: to.as_str().to_owned(),
        wire_id,
        payload,
    })
}

/// Returns what messages that go together have in common: everything but the recipient.
pub(crate) fn pack_key(prepared: &Prepared) -> Option<[u8; 32]> {
    let line = line_of(&prepared.message).ok()?;
    let unit = line.aggregation_unit.as_deref();
    let text = format!(
        "{:?}\0{}\0{}",
        line.notification,
        unit.unwrap_or_default(),
        line.messages
    );
    digest(&SHA256, text.as_bytes()).as_ref().try_into().ok()
}

/// Writes the request of several who get the same; `None` when they do not, or are too many.
pub(crate) fn multicast(messages: &[Prepared]) -> Option<Vec<u8>> {
    let first = messages.first()?;
    let key = pack_key(first)?;
    if messages.len() > MAX_MULTICAST || messages.iter().any(|other| pack_key(other) != Some(key)) {
        return None;
    }
    let mut to: Vec<Value> = Vec::with_capacity(messages.len());
    for message in messages {
        to.push(Value::String(message.recipient.clone()));
    }
    let (_, body) = check(&first.message).ok()?;
    Some(with_recipients(body, Value::Array(to)))
}

/// Writes the part of a request that does not name a recipient.
pub(crate) fn body(
    messages: &Messages,
    notification: Notification,
    unit: Option<&str>,
) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert(
        "messages".to_owned(),
        Value::Array(messages.as_slice().to_vec()),
    );
    if notification == Notification::Silent {
        body.insert("notificationDisabled".to_owned(), Value::Bool(true));
    }
    if let Some(unit) = unit {
        body.insert(
            "customAggregationUnits".to_owned(),
            Value::Array(vec![Value::String(unit.to_owned())]),
        );
    }
    body
}

fn with_recipients(mut body: Map<String, Value>, to: Value) -> Vec<u8> {
    body.insert("to".to_owned(), to);
    Value::Object(body).to_string().into_bytes()
}

fn check(message: &Message) -> Result<(UserId, Map<String, Value>), Refusal> {
    let line = line_of(message)?;
    let to = UserId::parse(message.recipient.as_str())
        .map_err(|error| Refusal::address(&error.to_string()))?;
    if line.messages.len() > MAX_BYTES {
        return Err(Refusal::Message(Reason::new(
            ReasonClass::TooBig,
            None,
            "the messages are larger than 2 MB",
        )));
    }
    let messages = Messages::parse(&line.messages, "").map_err(|invalid| {
        let first = invalid.0.first();
        let said = first.map_or_else(String::new, |error| {
            format!("{}: {}", error.pointer, error.message.en)
        });
        Refusal::message(&said)
    })?;
    let unit = line.aggregation_unit.as_deref();
    if unit.is_some_and(|unit| !is_unit(unit)) {
        return Err(Refusal::message(
            "an aggregation unit has 1 to 30 letters, digits or underscores",
        ));
    }
    Ok((to, body(&messages, line.notification, unit)))
}

/// Returns whether LINE takes a name of an aggregation unit.
pub fn is_unit(name: &str) -> bool {
    (1..=30).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn line_of(message: &Message) -> Result<&LineMessages, Refusal> {
    match &message.content {
        Content::Line(line) => Ok(line),
        _ => Err(Refusal::message("the message is not for LINE")),
    }
}
