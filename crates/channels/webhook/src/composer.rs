//! From a notice to what goes over the wire. No I/O and no chance: the same notice gives the same bytes.

use channel_core::{
    Content, Message, Prepared, Refusal, Webhook,
    dial::{Address, Schemes},
};
use serde::de::IgnoredAny;

use crate::sign::{Secret, signature};

/// The most bytes of a document; receivers may refuse larger ones.
pub const MAX_BODY: usize = 20 * 1024 - 1;

/// Checks a notice, and reads where it goes.
pub(crate) fn check(message: &Message, schemes: Schemes) -> Result<(Address, &Webhook), Refusal> {
    let Content::Webhook(webhook) = &message.content else {
        return Err(Refusal::message("the message is not a webhook"));
    };
    if !is_id(&message.idempotency_key) {
        return Err(Refusal::message(
            "the id must be 1 to 128 letters, digits, hyphens and underscores",
        ));
    }
    if webhook.body.len() > MAX_BODY {
        return Err(Refusal::message("the document is 20 KB or larger"));
    }
    if serde_json::from_str::<IgnoredAny>(&webhook.body).is_err() {
        return Err(Refusal::message("the document is not JSON"));
    }
    let are_good = |secret: &Vec<u8>| Secret::from_bytes(secret.clone()).is_ok();
    if webhook.secrets.is_empty() || !webhook.secrets.iter().all(are_good) {
        return Err(Refusal::message(
            "a signing secret of 24 to 64 bytes is needed",
        ));
    }
    let address = Address::parse(message.recipient.as_str(), schemes)
        .map_err(|error| Refusal::address(&error.to_string()))?;
    Ok((address, webhook))
}

/// Signs a notice. Its sender on the wire is the signature: it is how the receiver knows us.
pub(crate) fn prepare(message: Message, schemes: Schemes) -> Result<Prepared, Refusal> {
    let (_, webhook) = check(&message, schemes)?;
    let id = message.idempotency_key.clone();
    let sender = signature(&webhook.secrets, &id, seconds(&message), &webhook.body);
    Ok(Prepared {
        sender,
        recipient: message.recipient.as_str().to_owned(),
        wire_id: id,
        payload: webhook.body.clone().into_bytes(),
        message,
    })
}

/// Returns the value of `webhook-timestamp`.
pub(crate) const fn seconds(message: &Message) -> i64 {
    message.at.0.div_euclid(1_000)
}

/// The id is a header and a part of what is signed, whose parts are joined by full stops.
fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
