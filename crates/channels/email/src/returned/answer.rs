//! What a server answered, and to which command.

use std::sync::LazyLock;

use regex::Regex;

use super::{letter::regex, words};

/// The command that was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// The connection or the greeting.
    Connect,
    /// The sender.
    Mail,
    /// The recipient.
    Recipient,
    /// The message, or its end.
    Data,
    /// It is not said.
    Unknown,
}

/// How servers name the command, the most telling first.
static COMMANDS: LazyLock<[(Regex, Command); 4]> = LazyLock::new(|| {
    [
        (
            r"(?i)in reply to (?:the )?(?:end of )?data|(?:after|following) (?:the )?(?:end of data|data command|pipelined data)|end of data|failed after i sent the message|said for data response|\[(?:data|eod|end_of_data)\]|smtp command\s+data\b|550:? : user unknown|user doesn.t have an? \S+ account|\(state 1[78]\)",
            Command::Data,
        ),
        (
            r"(?i)in reply to rcpt|after (?:pipelined )?rcpt to|\[rcpt_to\]|said for rcpt|said \d+ for rcpt|does not like recipient|following rcpt command|need rcpt|valid rcpt command must precede|all rcpt commands were rejected|rcpt first|no valid recipients|\(state 1[34]\)|rejected recipient",
            Command::Recipient,
        ),
        (
            r"(?i)in reply to mail from|after (?:pipelined )?mail from|my name was rejected|sender was rejected|said for mail from|\[mail_from\]",
            Command::Mail,
        ),
        (
            r"(?i)refused to talk to me|after initial connection|server refused|in reply to (?:e?helo)|after (?:e?helo)|does not accept connections|greeting",
            Command::Connect,
        ),
    ]
    .map(|(pattern, command)| (regex(pattern), command))
});

/// What a session's transcript shows: the command before the first refusal.
static TRANSCRIPT: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?im)^[ \t>]*>>> *([A-Z]+)[^\n]*\n[ \t>]*<<< *[45]\d\d"));

/// Tells whether a transcript shows that a server refused this address when it was named.
pub(super) fn refuses_by_name(transcript: &str, address: &str) -> bool {
    static NAMED: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)>>> *RCPT TO: *<?([^>\n]*?)>?[ \t]*\n[ \t>]*<<< *[45]\d\d"));
    let mut refused = NAMED
        .captures_iter(transcript)
        .filter_map(|found| found.get(1));
    refused.any(|own| words::same(own.as_str(), address))
}

/// Finds the command that an answer refuses.
pub(super) fn command(text: &str) -> Command {
    for (pattern, command) in &*COMMANDS {
        if pattern.is_match(text) {
            return *command;
        }
    }
    shown(text)
}

/// Finds the command before the first refusal of a transcript.
pub(super) fn shown(text: &str) -> Command {
    let shown = TRANSCRIPT.captures(text).and_then(|found| found.get(1));
    match shown.map(|word| word.as_str().to_uppercase()).as_deref() {
        Some("RCPT") => Command::Recipient,
        Some("DATA" | "QUIT") => Command::Data,
        Some("MAIL") => Command::Mail,
        Some("EHLO" | "HELO") => Command::Connect,
        _ => Command::Unknown,
    }
}

static STATUS: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?:^|[^0-9.])([245]\.\d{1,3}\.\d{1,3})(?:[^0-9.]|\.?$|\.\s)"));

/// Finds an enhanced status code.
pub(super) fn status(text: &str) -> Option<String> {
    let found = STATUS.captures_iter(text).filter_map(|found| found.get(1));
    let codes: Vec<&str> = found.map(|code| code.as_str()).collect();
    // A telling one before `5.0.0`.
    let telling = codes.iter().find(|code| !code.ends_with(".0.0"));
    telling.or(codes.first()).map(|code| (*code).to_owned())
}

/// Joins lines and cuts what is long.
pub(super) fn one_line(text: &str) -> String {
    let joined: Vec<&str> = text.split_whitespace().collect();
    joined.join(" ").chars().take(500).collect()
}
