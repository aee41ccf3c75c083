//! Header lines: names checked, values encoded and folded.
//!
//! Everything that ends up in a header passes through here, so this is where a line break in a
//! subject or a name is refused: it would start a header of the attacker's choice.

use std::fmt::Write as _;

use channel_core::{Charset, Refusal};
use email_encoding::headers::{quoted_string, rfc2047, writer::EmailWriter};

use super::iso2022jp;

/// Longest line that is made by encoding; a word alone has at most 75 (RFC 2047, 2).
const LONGEST_LINE: usize = 76;

/// Longest run without a space that is left as it is; longer ones are encoded, which splits them.
const LONGEST_WORD: usize = 60;

/// Headers that the writer makes itself and that a message must not bring along.
const OWN: &[&str] = &[
    "bcc",
    "cc",
    "date",
    "dkim-signature",
    "feedback-id",
    "from",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "message-id",
    "mime-version",
    "received",
    "reply-to",
    "return-path",
    "sender",
    "subject",
    "to",
];

/// Refuses a value with a control character.
pub(crate) fn check_value(what: &str, value: &str) -> Result<(), Refusal> {
    // U+2028 and U+2029 are line ends to some readers.
    if value
        .chars()
        .any(|char| char.is_control() || matches!(char, '\u{2028}' | '\u{2029}'))
    {
        return Err(Refusal::message(&format!(
            "{what} holds a line break or control character"
        )));
    }
    Ok(())
}

/// Refuses a header of the message that is badly named or not its to set.
pub(crate) fn check_extra(name: &str, value: &str) -> Result<(), Refusal> {
    let well_named = (1..=60).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let lower = name.to_ascii_lowercase();
    if !well_named || lower.starts_with("content-") || OWN.contains(&lower.as_str()) {
        return Err(Refusal::message(&format!(
            "the header {name:?} cannot be set"
        )));
    }
    check_value("a header", value)
}

/// Writes free text, such as a subject.
pub(crate) fn text(out: &mut String, name: &str, value: &str, charset: Charset) {
    if charset == Charset::Iso2022Jp && !is_plain(value) && !value.is_empty() {
        let _ = write!(out, "{name}:");
        japanese_words(out, value);
        out.push_str("\r\n");
        return;
    }
    let mut writer = start(out, name);
    // Writing into a string cannot fail.
    let _ = if is_plain(value) {
        writer.folding().write_str(value)
    } else {
        rfc2047::encode(value, &mut writer)
    };
    drop(writer);
    out.push_str("\r\n");
}

/// Writes a name and an address.
pub(crate) fn mailbox(
    out: &mut String,
    name: &str,
    (display, address): (&str, &str),
    charset: Charset,
) {
    let is_short = display.len() <= LONGEST_WORD && is_plain(display);
    if charset == Charset::Iso2022Jp && !is_short && !display.is_empty() {
        let _ = write!(out, "{name}:");
        japanese_words(out, display);
        let is_full = line_length(out) + address.len() + 3 > LONGEST_LINE;
        out.push_str(if is_full { "\r\n " } else { " " });
        let _ = write!(out, "<{address}>\r\n");
        return;
    }
    let mut writer = start(out, name);
    if !display.is_empty() {
        let _ = if is_short {
            quoted_string::encode(display, &mut writer)
        } else {
            rfc2047::encode(display, &mut writer)
        };
        writer.space();
    }
    let _ = write!(writer.folding(), "<{address}>");
    drop(writer);
    out.push_str("\r\n");
}

/// Writes a text as encoded words in ISO-2022-JP, each whole in itself as RFC 2047 wants it; the text has been found to be
/// writable.
fn japanese_words(out: &mut String, text: &str) {
    let mut chunk = String::new();
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        chunk.push(char);
        let left = LONGEST_LINE.saturating_sub(line_length(out) + 1);
        // What is left of a line holds a few characters at the best: a new one reads better.
        let (before, room) = if left < LONGEST_LINE / 2 {
            ("\r\n ", LONGEST_LINE - 1)
        } else {
            (" ", left)
        };
        let with_next = chars.peek().map(|next| format!("{chunk}{next}"));
        if with_next.is_some_and(|longer| japanese_word(&longer).len() <= room) {
            continue;
        }
        out.push_str(before);
        out.push_str(&japanese_word(&chunk));
        chunk.clear();
    }
}

fn japanese_word(text: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let encoded = iso2022jp::encode(text).unwrap_or_default();
    format!("=?ISO-2022-JP?B?{}?=", STANDARD.encode(encoded))
}

fn line_length(out: &str) -> usize {
    out.rsplit("\r\n").next().map_or(0, str::len)
}

/// Writes a value that is known to be short ASCII, as it is.
pub(crate) fn token(out: &mut String, name: &str, value: &str) {
    out.push_str(name);
    out.push_str(": ");
    out.push_str(value);
    out.push_str("\r\n");
}

fn start<'a>(out: &'a mut String, name: &str) -> EmailWriter<'a> {
    out.push_str(name);
    out.push(':');
    EmailWriter::new(out, name.len() + 1, 1, false)
}

/// Returns whether a value can stand as it is: printable ASCII that no reader would decode, with
/// spaces only where folding keeps them.
fn is_plain(value: &str) -> bool {
    value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && !value.contains("=?")
        && !value.is_empty()
        && value
            .split(' ')
            .all(|word| (1..=LONGEST_WORD).contains(&word.len()))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use proptest::prelude::*;

    use super::*;

    /// Reads a header as a mail reader does: unfold, then decode the encoded words.
    fn read(header: &str) -> String {
        let unfolded = header.strip_suffix("\r\n").unwrap().replace("\r\n", "");
        let value = unfolded
            .split_once(": ")
            .map_or("", |(_, value)| value)
            .trim();
        if !value.contains("=?utf-8?b?") {
            return value.to_owned();
        }
        let mut bytes = Vec::new();
        for word in value.split(' ').filter(|word| !word.is_empty()) {
            let inner = word
                .strip_prefix("=?utf-8?b?")
                .unwrap()
                .strip_suffix("?=")
                .unwrap();
            bytes.extend(
                base64::engine::general_purpose::STANDARD
                    .decode(inner)
                    .unwrap(),
            );
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_subject_with_emoji_and_rare_kanji_is_encoded() {
        let mut out = String::new();
        text(&mut out, "Subject", "🎁 𠮷野家様へ", Charset::Utf8);
        assert_eq!(out, "Subject: =?utf-8?b?8J+OgSDwoK636YeO5a625qeY44G4?=\r\n");
    }

    #[test]
    fn a_display_name_is_quoted_where_needed() {
        for (name, expected) in [
            ("Enishi", "From: Enishi <a@b.jp>\r\n"),
            ("Enishi Store", "From: \"Enishi Store\" <a@b.jp>\r\n"),
            ("", "From: <a@b.jp>\r\n"),
        ] {
            let mut out = String::new();
            mailbox(&mut out, "From", (name, "a@b.jp"), Charset::Utf8);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn line_breaks_and_reserved_headers_are_refused() {
        for value in [
            "a\r\nBcc: x@example.jp",
            "a\nb",
            "a\rb",
            "a\0b",
            "a\u{85}b",
            "a\u{2028}b",
        ] {
            assert!(check_value("the subject", value).is_err(), "{value:?}");
            assert!(check_extra("X-Tag", value).is_err(), "{value:?}");
        }
        for name in [
            "Bcc",
            "SUBJECT",
            "Content-Type",
            "DKIM-Signature",
            "X Tag",
            "X:Tag",
            "",
        ] {
            assert!(check_extra(name, "x").is_err(), "{name:?}");
        }
        assert!(check_extra("X-Campaign", "spring").is_ok());
    }

    #[test]
    fn japanese_words_are_short_and_whole_each() {
        let mut out = String::new();
        let subject = "春の新作が届きました。今週末まで送料無料でお届けします (Spring)".repeat(3);
        text(&mut out, "Subject", &subject, Charset::Iso2022Jp);
        mailbox(
            &mut out,
            "To",
            ("山田 花子", "\"a..b\"@docomo.ne.jp"),
            Charset::Iso2022Jp,
        );
        assert!(out.is_ascii() && !out.contains('\x1b'));
        assert!(out.split("\r\n").all(|line| line.len() <= 76), "{out}");
        assert!(
            out.split("\r\n")
                .all(|line| line.matches("=?ISO").count() <= 1),
            "{out}"
        );
        let mut plain = String::new();
        text(&mut plain, "Subject", "Hello", Charset::Iso2022Jp);
        assert_eq!(plain, "Subject: Hello\r\n");
    }

    proptest! {
        #[test]
        fn any_text_reads_back_in_short_lines(value in "\\PC{0,300}") {
            prop_assume!(check_value("x", &value).is_ok());
            let mut out = String::new();
            text(&mut out, "Subject", &value, Charset::Utf8);
            prop_assert!(out.is_ascii());
            for line in out.split_terminator("\r\n") {
                prop_assert!(line.len() <= 78, "{line:?}");
                prop_assert!(!line.contains(['\r', '\n']));
            }
            prop_assert!(out.split_terminator("\r\n").skip(1).all(|line| line.starts_with(' ')));
            if !value.is_empty() {
                prop_assert_eq!(read(&out), value);
            }
        }

        #[test]
        fn long_ascii_words_are_split(value in "[!-~]{61,1200}") {
            let mut out = String::new();
            text(&mut out, "Subject", &value, Charset::Utf8);
            prop_assert!(out.split_terminator("\r\n").all(|line| line.len() <= 78));
            prop_assert_eq!(read(&out), value);
        }
    }
}
