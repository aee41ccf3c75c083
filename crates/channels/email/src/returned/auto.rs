//! Programs that answer in somebody's name (RFC 3834): on holiday, gone to another firm.

use super::{Notice, NoticeKind, letter::Letter, words};

/// Beginnings of subjects of such answers, in small letters.
const SUBJECTS: &[&str] = &[
    "auto:",
    "auto re:",
    "auto reply",
    "auto response:",
    "auto-reply",
    "autoreply",
    "automatic reply",
    "autoresponse",
    "out of office",
    "out of the office",
    "vacation",
    "on vacation",
    "i am away",
    "away from",
    "自動返信",
    "自動応答",
    "不在",
];

/// Reads an answer of a program; `None` when the letter is none, or a report of a server after all.
pub(super) fn read(letter: &Letter) -> Option<Vec<Notice>> {
    if !letter.reports.is_empty() || letter.header("x-failed-recipients").is_some() {
        return None;
    }
    let header = |name: &str| letter.header(name).unwrap_or_default().to_lowercase();
    let submitted = header("auto-submitted");
    let is_marked = submitted.starts_with("auto-replied")
        || !header("x-autoreply").is_empty()
        || !header("x-autorespond").is_empty()
        || !header("x-auto-response-suppress").is_empty()
            && header("x-auto-response-suppress").contains("oof");
    let subject = header("subject");
    let is_said = SUBJECTS.iter().any(|start| subject.starts_with(start));
    let from = letter.header("from").and_then(words::address)?;
    let is_server = ["mailer-daemon", "postmaster", "mail-daemon"]
        .iter()
        .any(|name| from.to_lowercase().starts_with(name));
    if is_server || !(is_marked || is_said) || speaks_of_failure(&subject) {
        return None;
    }
    Some(vec![Notice {
        recipient: Some(from),
        sent_to: None,
        kind: NoticeKind::AutoReplied,
        status: None,
        detail: letter.opening(),
    }])
}

fn speaks_of_failure(subject: &str) -> bool {
    [
        "undeliver",
        "delivery",
        "returned mail",
        "failure",
        "failed",
    ]
    .iter()
    .any(|word| subject.contains(word))
}
