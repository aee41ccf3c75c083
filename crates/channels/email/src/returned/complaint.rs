//! Complaints (RFC 5965).

use super::{
    Notice, NoticeKind,
    letter::{Letter, field},
    words,
};

/// Fields of a complaint, then of the message, that name who complained.
const IN_REPORT: &[&str] = &[
    "Original-Rcpt-To",
    "Removal-Recipient",
    "X-Mailer-Recipient",
];
const IN_MESSAGE: &[&str] = &[
    "X-HmXmrOriginalRecipient",
    "X-Apparently-To",
    "To",
    "Delivered-To",
];

/// Reads the complaints of a letter; `None` when it is none.
pub(super) fn read(letter: &Letter) -> Option<Vec<Notice>> {
    let found: Vec<(String, Vec<String>)> = if letter.complaints.is_empty() {
        vec![(bare_type(letter)?, Vec::new())]
    } else {
        let read = |report: &String| {
            let kind = field(report, "Feedback-Type").unwrap_or_else(|| "abuse".to_owned());
            (kind.to_lowercase(), recipients(report))
        };
        letter.complaints.iter().map(read).collect()
    };
    let mut notices = Vec::new();
    for (kind, mut who) in found {
        if who.is_empty() {
            let in_message = IN_MESSAGE.iter().find_map(|name| letter.original(name));
            who = in_message.map_or_else(Vec::new, |value| words::addresses(&value));
        }
        let notice = |recipient: Option<String>| Notice {
            recipient,
            sent_to: None,
            kind: NoticeKind::Complained(kind.clone()),
            status: None,
            detail: letter.opening(),
        };
        if who.is_empty() {
            notices.push(notice(None));
        } else {
            notices.extend(who.into_iter().map(Some).map(notice));
        }
    }
    Some(notices)
}

/// Returns the envelope sender that a complaint names.
pub(super) fn mail_from(letter: &Letter) -> Option<String> {
    let mut named = letter.complaints.iter();
    named.find_map(|report| field(report, "Original-Mail-From"))
}

/// All values of the fields that name recipients: some reports name several.
fn recipients(report: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in report.lines() {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        if IN_REPORT
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name.trim()))
        {
            for address in words::addresses(value) {
                words::push(&mut found, &address);
            }
        }
    }
    found
}

/// Hotmail's complaints have no report: the message itself says whose it was.
fn bare_type(letter: &Letter) -> Option<String> {
    let is_staff = letter
        .header("from")
        .is_some_and(|from| from.contains("staff@hotmail.com") || from.contains("complaints@"));
    let subject = letter.header("subject").unwrap_or_default().to_lowercase();
    (is_staff && subject.contains("complaint")).then(|| "abuse".to_owned())
}
