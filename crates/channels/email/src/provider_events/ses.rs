//! Amazon SES: notifications and published events, which differ in the name of one field.

use channel_core::ReasonClass;
use serde_json::Value;

use super::{About, Bounce, EventKind, MARK, ProviderEvent, Told, address, bare_id, text};
use crate::returned::{Notice, NoticeKind, notification_notices};

pub(super) fn read(value: &Value) -> Option<Told> {
    let kind = text(value, "eventType").or_else(|| text(value, "notificationType"))?;
    let mail = value.get("mail");
    let about = mail.map(about).unwrap_or_default();
    let id = mail
        .and_then(|mail| text(mail, "messageId"))
        .unwrap_or_default();
    let events = match kind {
        "Bounce" | "Complaint" | "Delivery" => notification_notices(value)?
            .into_iter()
            .map(|notice| (notice.recipient.clone(), of_notice(notice)))
            .collect(),
        "Reject" => to_all(mail, &rejected(value)),
        "Subscription" if is_leaving(value) => to_all(mail, &EventKind::Unsubscribed),
        "DeliveryDelay" => to_all(mail, &EventKind::Deferred),
        "Open" => to_all(mail, &EventKind::Opened),
        "Click" => to_all(mail, &EventKind::Clicked),
        _ => to_all(mail, &EventKind::Other),
    };
    // A bounce and a later complaint of one message are two events; the part has a name of its own.
    let own = ["bounce", "complaint"]
        .iter()
        .find_map(|part| text(value.get(part)?, "feedbackId"))
        .unwrap_or_default();
    let event = |(recipient, what): (Option<String>, EventKind)| ProviderEvent {
        key: format!(
            "{kind}/{id}/{own}/{}",
            recipient.as_deref().unwrap_or_default()
        ),
        recipient,
        about: about.clone(),
        kind: what,
    };
    Some(Told {
        once: None,
        events: events.into_iter().map(event).collect(),
    })
}

fn of_notice(notice: Notice) -> EventKind {
    match notice.kind {
        NoticeKind::Returned(meaning) => EventKind::Bounced(Bounce {
            meaning,
            status: notice.status,
            detail: notice.detail,
        }),
        NoticeKind::Complained(kind) => EventKind::Complained(kind),
        NoticeKind::Delivered => EventKind::Delivered,
        NoticeKind::Delayed => EventKind::Deferred,
        NoticeKind::AutoReplied => EventKind::Other,
    }
}

/// Amazon found a virus and sent nothing.
fn rejected(value: &Value) -> EventKind {
    let why = value.get("reject").and_then(|part| text(part, "reason"));
    EventKind::Bounced(Bounce::soft(
        ReasonClass::Content,
        None,
        why.unwrap_or_default(),
    ))
}

/// Tells whether somebody left every topic of a contact list; one topic of somebody else's list is no word about ours.
fn is_leaving(value: &Value) -> bool {
    let now = value
        .get("subscription")
        .and_then(|part| part.get("newTopicPreferences"));
    now.and_then(|now| now.get("unsubscribeAll"))
        .and_then(Value::as_bool)
        .unwrap_or(false)
}

/// Says the same of everybody whom the message went to.
fn to_all(mail: Option<&Value>, kind: &EventKind) -> Vec<(Option<String>, EventKind)> {
    let to = mail
        .and_then(|mail| mail.get("destination"))
        .and_then(Value::as_array);
    let all: Vec<_> = to
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(|to| (Some(to.to_owned()), kind.clone()))
        .collect();
    if all.is_empty() {
        vec![(None, kind.clone())]
    } else {
        all
    }
}

/// Finds our own name of a message: `messageId` is Amazon's, the header of that name among the headers is ours.
fn about(mail: &Value) -> About {
    let tag = || {
        let tags = mail.get("tags")?.get(MARK)?;
        bare_id(tags.as_array()?.first()?.as_str()?)
    };
    let header = || {
        let headers = mail.get("headers")?.as_array()?;
        let own = headers.iter().find(|header| {
            text(header, "name").is_some_and(|name| name.eq_ignore_ascii_case("message-id"))
        })?;
        bare_id(text(own, "value")?)
    };
    let common = || bare_id(text(mail.get("commonHeaders")?, "messageId")?);
    About {
        message_id: tag().or_else(header).or_else(common),
        return_path: address(mail, "source"),
    }
}
