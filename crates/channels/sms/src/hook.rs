//! What the provider tells: what became of a message, and what people write.
//!
//! Each call is a form, signed with the account's token over the address as the provider knows it and every field
//! ("Validating Signatures from Twilio"). The address of what became of a message carries the ledger's number.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use channel_core::{Inbound, InboundError, InboundKind, InboundRequest, Recipient};
use ring::hmac;
use url::form_urlencoded;

use crate::{Secret, Word, classify::failed, word};

/// A text of 1,600 characters and some forty fields take less.
const LARGEST: usize = 64 * 1024;

/// Returns the signature of a call: HMAC-SHA1 over the address, then each name and value in the order of the names.
pub fn signature(token: &Secret, url: &str, fields: &[(String, String)]) -> String {
    STANDARD.encode(hmac::sign(&key(token), &signed(url, fields)))
}

fn key(token: &Secret) -> hmac::Key {
    hmac::Key::new(
        hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        token.reveal().as_bytes(),
    )
}

fn signed(url: &str, fields: &[(String, String)]) -> Vec<u8> {
    let mut sorted: Vec<&(String, String)> = fields.iter().collect();
    sorted.sort();
    sorted.dedup();
    let mut text = url.to_owned();
    for (name, value) in sorted {
        text.push_str(name);
        text.push_str(value);
    }
    text.into_bytes()
}

/// Checks and reads a call.
pub(crate) fn read(
    token: &Secret,
    account: &str,
    hook: &str,
    request: &InboundRequest<'_>,
) -> Result<Vec<Inbound>, InboundError> {
    if request.body.len() > LARGEST {
        return Err(InboundError::TooLarge { limit: LARGEST });
    }
    let fields: Vec<(String, String)> = form_urlencoded::parse(request.body).into_owned().collect();
    let url = if request.query.is_empty() {
        hook.to_owned()
    } else {
        format!("{hook}?{}", request.query)
    };
    let given = request
        .header("x-twilio-signature")
        .and_then(|text| STANDARD.decode(text.trim()).ok())
        .ok_or(InboundError::BadSignature)?;
    hmac::verify(&key(token), &signed(&url, &fields), &given)
        .map_err(|_| InboundError::BadSignature)?;
    let fields: BTreeMap<String, String> = fields.into_iter().collect();
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    if field("AccountSid") != account {
        return Err(InboundError::Malformed(
            "it is of another account".to_owned(),
        ));
    }
    let sid = field("MessageSid");
    if sid.is_empty() {
        return Err(InboundError::Malformed("MessageSid is missing".to_owned()));
    }
    let is_theirs = field("MessageStatus").is_empty();
    let (about, kind) = if is_theirs {
        ("From", wrote(sid, field("Body"), field("OptOutType")))
    } else {
        ("To", became(field("MessageStatus"), field("ErrorCode")))
    };
    let status = if is_theirs {
        "received"
    } else {
        field("MessageStatus")
    };
    Ok(vec![Inbound {
        dedupe_key: format!("{sid}:{status}"),
        delivery_id: delivery(request.query).filter(|_| !is_theirs),
        recipient: Some(Recipient::new(field(about))),
        at: request.received_at,
        is_repeat: false,
        reply_token: None,
        kind,
    }])
}

fn delivery(query: &str) -> Option<i64> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let (_, number) = pairs.find(|(name, _)| name == "delivery")?;
    number.parse().ok()
}

fn wrote(sid: &str, text: &str, opt_out: &str) -> InboundKind {
    if opt_out == "STOP" || word(text) == Some(Word::Stop) {
        return InboundKind::Unsubscribed;
    }
    InboundKind::Wrote {
        message_id: sid.to_owned(),
        what: "text".to_owned(),
        text: Some(text.to_owned()),
    }
}

fn became(status: &str, error: &str) -> InboundKind {
    match status {
        "delivered" | "read" => InboundKind::Delivered,
        "undelivered" | "failed" => {
            let (suppress, reason) = failed(error.parse().unwrap_or_default());
            InboundKind::Bounced { suppress, reason }
        }
        other => InboundKind::Other {
            what: other.to_owned(),
        },
    }
}
