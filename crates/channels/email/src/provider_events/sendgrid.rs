//! Twilio `SendGrid`: a list of events, many messages in one call.

use channel_core::ReasonClass;
use serde_json::Value;

use super::{
    About, Bounce, EventKind, MARK, ProviderEvent, Told, address, bare_id, is_about_rules,
    status_in, text,
};

pub(super) fn read(value: &Value) -> Option<Told> {
    let all = value.as_array()?;
    Some(Told {
        once: None,
        events: all.iter().filter_map(event).collect(),
    })
}

fn event(one: &Value) -> Option<ProviderEvent> {
    let name = text(one, "event")?;
    let recipient = address(one, "email");
    let message = text(one, "sg_message_id").unwrap_or_default();
    let key = text(one, "sg_event_id").map_or_else(
        || {
            let to = recipient.as_deref().unwrap_or_default();
            let at = one
                .get("timestamp")
                .and_then(Value::as_i64)
                .unwrap_or_default();
            format!("{name}/{message}/{to}/{at}")
        },
        str::to_owned,
    );
    let own = text(one, MARK).or_else(|| text(one, "smtp-id"));
    Some(ProviderEvent {
        key,
        recipient,
        about: About {
            message_id: own.and_then(bare_id),
            return_path: None,
        },
        kind: kind(name, one),
    })
}

fn kind(name: &str, one: &Value) -> EventKind {
    match name {
        "bounce" => EventKind::Bounced(bounce(one)),
        "blocked" => EventKind::Bounced(blocked(one)),
        "dropped" => dropped(one),
        "deferred" => EventKind::Deferred,
        "delivered" => EventKind::Delivered,
        "open" => EventKind::Opened,
        "click" => EventKind::Clicked,
        "spamreport" => EventKind::Complained("abuse".to_owned()),
        // A group is one of the provider's lists; which of ours it stands for nobody knows here, and a no is a no.
        "unsubscribe" | "group_unsubscribe" => EventKind::Unsubscribed,
        _ => EventKind::Other,
    }
}

fn said(one: &Value) -> (Option<String>, &str) {
    let detail = text(one, "reason")
        .or_else(|| text(one, "response"))
        .unwrap_or_default();
    (status_in(text(one, "status"), detail), detail)
}

/// A refusal that the provider says is for good; of a blocked one it is not.
fn bounce(one: &Value) -> Bounce {
    let (status, detail) = said(one);
    if text(one, "type").is_some_and(|kind| kind != "bounce") {
        return blocked(one);
    }
    if status.as_deref().is_some_and(is_about_rules) {
        return Bounce::soft(ReasonClass::Policy, status, detail);
    }
    match text(one, "bounce_classification") {
        Some("Invalid Address") => Bounce::hard(ReasonClass::UnknownRecipient, status, detail),
        Some("Reputation") => Bounce::soft(ReasonClass::Policy, status, detail),
        Some("Frequency or Volume Too High" | "Frequency/Volume") => {
            Bounce::soft(ReasonClass::RateLimited, status, detail)
        }
        Some("Content") => Bounce::soft(ReasonClass::Content, status, detail),
        Some("Technical Failure" | "Technical") => {
            Bounce::soft(ReasonClass::Connection, status, detail)
        }
        Some("Mailbox Unavailable") => {
            let own = Bounce::said(status.clone(), detail).softened();
            if own.meaning.class == ReasonClass::MailboxFull {
                own
            } else {
                Bounce::soft(ReasonClass::RecipientDisabled, status, detail)
            }
        }
        _ => Bounce::said(status, detail),
    }
}

/// A refusal because of the sender or the message: never the person's fault.
fn blocked(one: &Value) -> Bounce {
    let (status, detail) = said(one);
    Bounce::said(status, detail).softened()
}

/// Not even tried: the provider remembers what came of earlier messages.
fn dropped(one: &Value) -> EventKind {
    let (status, detail) = said(one);
    let word = detail.to_ascii_lowercase();
    if word.contains("bounced address") {
        EventKind::Bounced(Bounce::hard(ReasonClass::UnknownRecipient, status, detail))
    } else if word.contains("spam reporting address") {
        EventKind::Complained("abuse".to_owned())
    } else if word.contains("unsubscribed address") {
        EventKind::Unsubscribed
    } else if word == "invalid" {
        EventKind::Bounced(Bounce::hard(ReasonClass::InvalidAddress, status, detail))
    } else if word.contains("spam content") {
        EventKind::Bounced(Bounce::soft(ReasonClass::Content, status, detail))
    } else {
        EventKind::Bounced(Bounce::soft(ReasonClass::Policy, status, detail))
    }
}
