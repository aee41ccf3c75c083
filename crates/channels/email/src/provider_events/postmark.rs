//! Postmark: one event a call, in the provider's own names of bounces.

use channel_core::ReasonClass;
use serde_json::Value;

use super::{
    About, Bounce, EventKind, MARK, ProviderEvent, Told, address, bare_id, status_in, text,
};

pub(super) fn read(value: &Value) -> Option<Told> {
    let record = text(value, "RecordType")?;
    let recipient = address(value, "Email").or_else(|| address(value, "Recipient"));
    let own = value.get("Metadata").and_then(|data| text(data, MARK));
    // Only bounces have a name; of the others a message and an instant have one at most.
    let id = value.get("ID").map(Value::to_string).unwrap_or_default();
    let at = ["BouncedAt", "ChangedAt", "DeliveredAt", "ReceivedAt"]
        .iter()
        .find_map(|name| text(value, name));
    let key = format!(
        "{record}/{id}/{}/{}/{}",
        text(value, "MessageID").unwrap_or_default(),
        recipient.as_deref().unwrap_or_default(),
        at.unwrap_or_default()
    );
    let event = ProviderEvent {
        key,
        recipient,
        about: About {
            message_id: own.and_then(bare_id),
            return_path: None,
        },
        kind: kind(record, value),
    };
    Some(Told {
        once: None,
        events: vec![event],
    })
}

fn kind(record: &str, value: &Value) -> EventKind {
    match record {
        "Bounce" => bounce(text(value, "Type").unwrap_or_default(), value),
        "SpamComplaint" => EventKind::Complained("abuse".to_owned()),
        "SubscriptionChange" => change(value),
        "Delivery" => EventKind::Delivered,
        "Open" => EventKind::Opened,
        "Click" => EventKind::Clicked,
        _ => EventKind::Other,
    }
}

fn bounce(name: &str, value: &Value) -> EventKind {
    let detail = text(value, "Details")
        .or_else(|| text(value, "Description"))
        .unwrap_or_default();
    let status = status_in(None, detail);
    EventKind::Bounced(match name {
        "HardBounce" => Bounce::said(status, detail).hardened(),
        "BadEmailAddress" => Bounce::hard(ReasonClass::InvalidAddress, status, detail),
        "SoftBounce" => Bounce::said(status, detail).softened(),
        "Blocked" | "DMARCPolicy" => Bounce::soft(ReasonClass::Policy, status, detail),
        // A filter's word about the contents, not that of a person.
        "SpamNotification" | "VirusNotification" => {
            Bounce::soft(ReasonClass::Content, status, detail)
        }
        "ManuallyDeactivated"
        | "Unconfirmed"
        | "SMTPApiError"
        | "TemplateRenderingFailed"
        | "Unknown" => Bounce::soft(ReasonClass::Other, status, detail),
        "SpamComplaint" => return EventKind::Complained("abuse".to_owned()),
        "Unsubscribe" => return EventKind::Unsubscribed,
        "Transient" | "DnsError" | "OpenRelayTest" => return EventKind::Deferred,
        _ => return EventKind::Other,
    })
}

/// An address went onto the provider's list, or off it; off it is no yes of the person.
fn change(value: &Value) -> EventKind {
    if value.get("SuppressSending").and_then(Value::as_bool) != Some(true) {
        return EventKind::Other;
    }
    match text(value, "SuppressionReason") {
        Some("HardBounce") => {
            EventKind::Bounced(Bounce::hard(ReasonClass::UnknownRecipient, None, ""))
        }
        Some("SpamComplaint") => EventKind::Complained("abuse".to_owned()),
        Some("ManualSuppression") => EventKind::Unsubscribed,
        _ => EventKind::Other,
    }
}
