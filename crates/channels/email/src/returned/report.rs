//! Delivery reports by their fields (RFC 3464).

use super::{
    MAX_NOTICES, Notice, NoticeKind,
    answer::{self, Command},
    letter::{Letter, field},
    meaning::{self, Form, Said},
    prose::Sections,
    words,
};

/// Reads the reports of a letter; `None` when it has none that name a recipient.
pub(super) fn read(letter: &Letter) -> Option<Vec<Notice>> {
    let told = Sections::of(&letter.prose);
    let mut notices: Vec<Notice> = Vec::new();
    for report in &letter.reports {
        for group in groups(report) {
            if notices.len() >= MAX_NOTICES {
                break;
            }
            if let Some(notice) = notice(letter, &told, &group) {
                let known = notices.iter().any(|own| own.recipient == notice.recipient);
                if !known {
                    notices.push(notice);
                }
            }
        }
    }
    (!notices.is_empty()).then_some(notices)
}

/// Parts a report into its groups of fields; a group begins where a recipient is named again.
fn groups(report: &str) -> Vec<String> {
    let mut groups: Vec<String> = vec![String::new()];
    let mut has_final = false;
    for line in report.lines() {
        let lower = line.to_lowercase();
        let is_final = lower.starts_with("final-recipient:");
        if line.trim().is_empty() || (is_final && has_final) {
            groups.push(String::new());
            has_final = false;
        }
        has_final |= is_final;
        if let Some(last) = groups.last_mut() {
            last.push_str(line);
            last.push('\n');
        }
    }
    groups
}

fn notice(letter: &Letter, sections: &Sections<'_>, group: &str) -> Option<Notice> {
    let named = |name: &str| field(group, name).and_then(|value| recipient(&value));
    // Exchange names its own directory as the final recipient.
    let recipient = named("Final-Recipient")
        .filter(|address| {
            address
                .rsplit('@')
                .next()
                .is_some_and(|domain| domain.contains('.'))
        })
        .or_else(|| named("Original-Recipient"))
        .or_else(|| named("X-Actual-Recipient"))
        .or_else(|| named("Final-Recipient"))?;
    let action = field(group, "Action").unwrap_or_default().to_lowercase();
    let own = field(group, "Diagnostic-Code").unwrap_or_default();
    let own = own.split_once(';').map_or(own.as_str(), |(kind, rest)| {
        if kind.contains(' ') {
            own.as_str()
        } else {
            rest
        }
    });
    let told = sections.about(&recipient);
    let status = field(group, "Status").and_then(|value| answer::status(&value));
    // The fields go first; what the server says in prose fills what they leave open.
    let is_telling = own.chars().filter(|sign| sign.is_alphabetic()).count() > 8;
    let text = if is_telling {
        own.to_owned()
    } else {
        format!("{own} {told}")
    };
    let command = [own, told.as_str()]
        .map(answer::command)
        .into_iter()
        .find(|command| *command != Command::Unknown)
        .unwrap_or_else(|| answer::shown(&letter.prose));
    let in_text = answer::status(&text);
    let said = Said {
        status: in_text.as_deref().or(status.as_deref()),
        text: &text,
        command,
        form: Form::Fields,
    };
    let kind = match action.split_whitespace().next().unwrap_or_default() {
        "delivered" | "relayed" | "expanded" | "deliverable" => NoticeKind::Delivered,
        "delayed" => NoticeKind::Delayed,
        _ if status
            .as_deref()
            .is_some_and(|status| status.starts_with("2.")) =>
        {
            NoticeKind::Delivered
        }
        _ => NoticeKind::Returned(meaning::of(&said)),
    };
    Some(Notice {
        sent_to: named("Original-Recipient"),
        recipient: Some(recipient),
        kind,
        status: status.or(in_text),
        detail: answer::one_line(&text),
    })
}

/// Returns the address of a recipient's field: `rfc822;a@example.jp`, with or without a type or brackets.
fn recipient(value: &str) -> Option<String> {
    let value = value.split_once(';').map_or(value, |(_, address)| address);
    words::address(value)
}
