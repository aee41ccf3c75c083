//! Amazon SES tells of bounces as JSON; topics of SNS can be subscribed to by mail.

use serde_json::Value;

use super::{
    Notice, NoticeKind,
    answer::Command,
    letter::Letter,
    meaning::{self, Form, Meaning, Permanence, Said},
};
use channel_core::ReasonClass;

/// Reads a notification that came as a mail; `None` when the letter is none.
pub(super) fn read(letter: &Letter) -> Option<Vec<Notice>> {
    notices(&value(letter)?)
}

/// Returns the envelope sender of the message that a notification is about.
pub(super) fn source(letter: &Letter) -> Option<String> {
    let value = value(letter)?;
    value.get("mail").map(|mail| text(mail, "source"))
}

/// Returns the notification of a letter.
fn value(letter: &Letter) -> Option<Value> {
    // Mail breaks lines within the strings.
    let text = letter.prose.replace('\n', "");
    let text = text.trim_start();
    if !text.starts_with('{') {
        return None;
    }
    // Words may follow the value.
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let whole = values.next()?.ok()?;
    let inner = whole.get("Message").and_then(Value::as_str);
    let inner: Option<Value> = inner.and_then(|text| serde_json::from_str(text).ok());
    Some(inner.unwrap_or(whole))
}

/// Reads the notification itself.
pub(crate) fn notices(value: &Value) -> Option<Vec<Notice>> {
    let kind = value
        .get("notificationType")
        .or_else(|| value.get("eventType"))?
        .as_str()?;
    let many = |part: &str, list: &str| {
        let found = value
            .get(part)
            .and_then(|part| part.get(list))
            .and_then(Value::as_array);
        found.cloned().unwrap_or_default()
    };
    let found: Vec<Notice> = match kind {
        "Bounce" => {
            let bounce = value.get("bounce")?;
            let (sort, more) = (text(bounce, "bounceType"), text(bounce, "bounceSubType"));
            let returned = |one: &Value| {
                let (status, detail) = (text(one, "status"), text(one, "diagnosticCode"));
                let meaning = meaning_of(&sort, &more, &status, &detail);
                notice(
                    &text(one, "emailAddress"),
                    NoticeKind::Returned(meaning),
                    &status,
                    &detail,
                )
            };
            many("bounce", "bouncedRecipients")
                .iter()
                .map(returned)
                .collect()
        }
        "Complaint" => {
            let sort = value
                .get("complaint")
                .map(|part| text(part, "complaintFeedbackType"));
            let sort = sort
                .filter(|sort| !sort.is_empty())
                .unwrap_or_else(|| "abuse".to_owned());
            let complained = |one: &Value| {
                let kind = NoticeKind::Complained(sort.clone());
                notice(&text(one, "emailAddress"), kind, "", "")
            };
            many("complaint", "complainedRecipients")
                .iter()
                .map(complained)
                .collect()
        }
        "Delivery" => {
            let answer = value.get("delivery").map(|part| text(part, "smtpResponse"));
            let answer = answer.unwrap_or_default();
            let to = many("delivery", "recipients");
            let to = to.iter().filter_map(Value::as_str);
            to.map(|to| notice(to, NoticeKind::Delivered, "", &answer))
                .collect()
        }
        _ => return None,
    };
    Some(found)
}

fn text(value: &Value, name: &str) -> String {
    value
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn notice(recipient: &str, kind: NoticeKind, status: &str, detail: &str) -> Notice {
    Notice {
        recipient: (!recipient.is_empty()).then(|| recipient.to_owned()),
        sent_to: None,
        kind,
        status: (!status.is_empty()).then(|| status.to_owned()),
        detail: detail.to_owned(),
    }
}

/// SES knows whether an address is gone better than its words tell.
fn meaning_of(sort: &str, more: &str, status: &str, detail: &str) -> Meaning {
    let said = Said {
        status: Some(status),
        text: detail,
        command: Command::Unknown,
        form: Form::Fields,
    };
    match (sort, more) {
        // Without the server's words Amazon's own stands.
        ("Permanent", "General" | "NoEmail") if status.is_empty() && detail.is_empty() => Meaning {
            permanence: Permanence::Hard,
            class: ReasonClass::UnknownRecipient,
        },
        ("Permanent", "General" | "NoEmail") => meaning::of(&said),
        ("Permanent", "Suppressed" | "OnAccountSuppressionList") => Meaning {
            permanence: Permanence::Hard,
            class: ReasonClass::UnknownRecipient,
        },
        (_, "MailboxFull") => Meaning {
            permanence: Permanence::Soft,
            class: ReasonClass::MailboxFull,
        },
        (_, "MessageTooLarge") => Meaning {
            permanence: Permanence::Soft,
            class: ReasonClass::TooBig,
        },
        (_, "ContentRejected" | "AttachmentRejected") => Meaning {
            permanence: Permanence::Soft,
            class: ReasonClass::Content,
        },
        _ => Meaning {
            permanence: Permanence::Soft,
            class: ReasonClass::Other,
        },
    }
}
