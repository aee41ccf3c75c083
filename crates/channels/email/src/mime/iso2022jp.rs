//! ISO-2022-JP (RFC 1468): what Japanese feature phones and old mail programs read.
//!
//! Strictly JIS X 0208: the rows that vendors filled on their own (①, ㈱, 髙) are read differently from program to
//! program, or not at all, and half-width kana has no place in mail. Such a letter is written in UTF-8 instead.

use std::{collections::HashMap, sync::LazyLock};

use encoding_rs::EUC_JP;

/// Characters of one code that Unicode has twice, as the tables of Unicode itself and of Windows see it: the wave dash
/// that a Macintosh types and the one that Windows types are the same in mail.
const TWINS: [(char, char); 8] = [
    ('\u{301c}', '\u{ff5e}'),
    ('\u{2212}', '\u{ff0d}'),
    ('\u{2016}', '\u{2225}'),
    ('\u{2014}', '\u{2015}'),
    ('\u{00a2}', '\u{ffe0}'),
    ('\u{00a3}', '\u{ffe1}'),
    ('\u{00ac}', '\u{ffe2}'),
    ('\u{ff3c}', '\u{ff3c}'),
];

/// The characters of JIS X 0208 with their codes.
static KANJI: LazyLock<HashMap<char, [u8; 2]>> = LazyLock::new(|| {
    let mut table = HashMap::with_capacity(7_000);
    // Rows 9 to 15 and from 85 on are the vendors'.
    for row in (1..=8_u8).chain(16..=84) {
        for cell in 1..=94_u8 {
            let euc = [0xa0 + row, 0xa0 + cell];
            let text = EUC_JP.decode_without_bom_handling_and_without_replacement(&euc);
            let mut chars = text.as_deref().unwrap_or_default().chars();
            if let (Some(char), None) = (chars.next(), chars.next()) {
                table.insert(char, [0x20 + row, 0x20 + cell]);
            }
        }
    }
    for (one, other) in TWINS {
        let code = table.get(&one).or_else(|| table.get(&other)).copied();
        if let Some(code) = code {
            table.entry(one).or_insert(code);
            table.entry(other).or_insert(code);
        }
    }
    table
});

/// In which of its three sets a character stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Ascii,
    /// ASCII with ¥ and ‾ in the place of the backslash and the tilde.
    Roman,
    Kanji,
}

impl Set {
    const fn escape(self) -> &'static str {
        match self {
            Self::Ascii => "\x1b(B",
            Self::Roman => "\x1b(J",
            Self::Kanji => "\x1b$B",
        }
    }
}

fn code(char: char) -> Option<(Set, [u8; 2])> {
    match char {
        // Escape and the shifts would change the set.
        '\u{1b}' | '\u{e}' | '\u{f}' => None,
        '¥' => Some((Set::Roman, [b'\\', 0])),
        '‾' => Some((Set::Roman, [b'~', 0])),
        ascii if ascii.is_ascii() => Some((Set::Ascii, [u8::try_from(ascii).ok()?, 0])),
        other => KANJI.get(&other).map(|code| (Set::Kanji, *code)),
    }
}

/// Tells whether a character can be written in ISO-2022-JP.
pub fn is_in_iso_2022_jp(char: char) -> bool {
    code(char).is_some()
}

/// Writes a text, which begins and ends in ASCII; `None` when a character cannot be written.
pub(crate) fn encode(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut present = Set::Ascii;
    for char in text.chars() {
        let (set, bytes) = code(char)?;
        if set != present {
            out.push_str(set.escape());
            present = set;
        }
        out.push(char::from(bytes[0]));
        if set == Set::Kanji {
            out.push(char::from(bytes[1]));
        }
    }
    if present != Set::Ascii {
        out.push_str(Set::Ascii.escape());
    }
    Some(out)
}

/// Says in the head of a page that it is in ISO-2022-JP, where it says UTF-8: some programs believe the page.
pub(crate) fn declare(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let head = lower.find("</head>").unwrap_or(0);
    let mut out = String::with_capacity(html.len() + 32);
    let mut from = 0;
    for (at, found) in lower.match_indices("utf-8").filter(|(at, _)| *at < head) {
        let before = lower
            .get(..at)
            .unwrap_or_default()
            .trim_end_matches(['"', '\'']);
        if before.ends_with("charset=") {
            out.push_str(html.get(from..at).unwrap_or_default());
            out.push_str("iso-2022-jp");
            from = at + found.len();
        }
    }
    out.push_str(html.get(from..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_switches_sets_and_ends_in_ascii() {
        assert_eq!(encode("Hello").as_deref(), Some("Hello"));
        assert_eq!(encode("日本\nOK").as_deref(), Some("\x1b$BF|K\\\x1b(B\nOK"));
        assert_eq!(encode("¥1,980").as_deref(), Some("\x1b(J\\\x1b(B1,980"));
        assert_eq!(encode("～"), encode("〜"));
        assert_eq!(encode("－"), encode("−"));
    }

    #[test]
    fn what_old_programs_cannot_read_is_not_written() {
        for char in "①㈱髙﨑𠮷🌸ｱ♥é한\u{1b}\u{e}".chars() {
            assert!(!is_in_iso_2022_jp(char), "{char:?}");
            assert_eq!(encode(&format!("a{char}")), None);
        }
        for char in "縁熙凜〇々ゝヶ①".chars().filter(|char| *char != '①') {
            assert!(is_in_iso_2022_jp(char), "{char:?}");
        }
    }

    #[test]
    fn a_page_declares_itself_in_its_head_alone() {
        let page = "<head><meta charset=\"UTF-8\"><meta content=\"text/html; charset=utf-8\"></head><p>charset=utf-8</p>";
        assert_eq!(
            declare(page),
            "<head><meta charset=\"iso-2022-jp\"><meta content=\"text/html; charset=iso-2022-jp\"></head><p>charset=utf-8</p>"
        );
        assert_eq!(declare("<p>縁 utf-8</p>"), "<p>縁 utf-8</p>");
    }
}
