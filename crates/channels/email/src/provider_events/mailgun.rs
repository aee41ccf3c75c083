//! Mailgun: one event a call, its signature in the body.

use channel_core::ReasonClass;
use serde_json::Value;

use super::{
    About, Bounce, EventKind, MARK, ProviderEvent, Told, address, bare_id, status_in, text,
};

pub(super) fn read(value: &Value) -> Option<Told> {
    let token = value.get("signature").and_then(|part| text(part, "token"));
    let data = value.get("event-data")?;
    let name = text(data, "event")?;
    let headers = data
        .get("message")
        .and_then(|message| message.get("headers"));
    let recipient =
        address(data, "recipient").or_else(|| headers.and_then(|all| address(all, "to")));
    let own = data
        .get("user-variables")
        .and_then(|variables| text(variables, MARK))
        .or_else(|| headers.and_then(|all| text(all, "message-id")));
    // The event's own name is unique within a day; with its instant it is for ever.
    let at = data
        .get("timestamp")
        .map(Value::to_string)
        .unwrap_or_default();
    let key = format!(
        "{name}/{}/{at}/{}",
        text(data, "id").unwrap_or_default(),
        recipient.as_deref().unwrap_or_default()
    );
    let event = ProviderEvent {
        key,
        recipient,
        about: About {
            message_id: own.and_then(bare_id),
            return_path: data
                .get("envelope")
                .and_then(|envelope| address(envelope, "sender")),
        },
        kind: kind(name, data),
    };
    Some(Told {
        once: token.map(|token| format!("token/{token}")),
        events: vec![event],
    })
}

fn kind(name: &str, data: &Value) -> EventKind {
    match name {
        "failed" if text(data, "severity") == Some("permanent") => failed(data),
        "failed" => EventKind::Deferred,
        "rejected" => {
            let reject = data.get("reject");
            let why = reject.and_then(|reject| text(reject, "reason"));
            let detail = why.unwrap_or_default();
            EventKind::Bounced(Bounce::said(None, detail).softened())
        }
        "complained" => EventKind::Complained("abuse".to_owned()),
        "unsubscribed" => EventKind::Unsubscribed,
        "delivered" => EventKind::Delivered,
        "opened" => EventKind::Opened,
        "clicked" => EventKind::Clicked,
        _ => EventKind::Other,
    }
}

/// A failure for good: what the provider remembers, else what the server said.
fn failed(data: &Value) -> EventKind {
    let delivery = data.get("delivery-status");
    let part = |name: &str| delivery.and_then(|delivery| text(delivery, name));
    let detail = part("message")
        .or_else(|| part("description"))
        .unwrap_or_default();
    let status = status_in(part("enhanced-code"), detail);
    // Codes from 600 on are Mailgun's own.
    let code = delivery
        .and_then(|delivery| delivery.get("code"))
        .and_then(Value::as_i64);
    match (text(data, "reason"), code) {
        (Some("suppress-bounce"), _) | (_, Some(605)) => {
            EventKind::Bounced(Bounce::hard(ReasonClass::UnknownRecipient, status, detail))
        }
        (Some("suppress-complaint"), _) | (_, Some(607)) => {
            EventKind::Complained("abuse".to_owned())
        }
        (Some("suppress-unsubscribe"), _) | (_, Some(606)) => EventKind::Unsubscribed,
        (Some("espblock"), _) => EventKind::Bounced(Bounce::said(status, detail).softened()),
        (Some("old"), _) => {
            EventKind::Bounced(Bounce::soft(ReasonClass::Connection, status, detail))
        }
        _ => EventKind::Bounced(Bounce::said(status, detail)),
    }
}
