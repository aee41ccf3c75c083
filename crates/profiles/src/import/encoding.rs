//! Which encoding a file is in, and turning its bytes into text.

use std::borrow::Cow;

use encoding_rs::{SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};
use serde::{Deserialize, Serialize};

/// The encoding of a file as imports read it; UTF-16 is rewritten as UTF-8 when the file arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextEncoding {
    /// UTF-8, with or without byte order mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// `Shift_JIS` as Windows writes it (CP932).
    #[serde(rename = "shift_jis")]
    ShiftJis,
}

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detected {
    Text(TextEncoding),
    Utf16(&'static encoding_rs::Encoding),
    /// Neither text nor UTF-16.
    Binary,
}

impl TextEncoding {
    /// Returns the stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::ShiftJis => "shift_jis",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "utf-8" => Some(Self::Utf8),
            "shift_jis" => Some(Self::ShiftJis),
            _ => None,
        }
    }

    /// Decodes; `None` when the bytes are not of this encoding.
    pub fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        let encoding = match self {
            Self::Utf8 => UTF_8,
            Self::ShiftJis => SHIFT_JIS,
        };
        encoding.decode_without_bom_handling_and_without_replacement(bytes)
    }

    /// Decodes what can be decoded, for showing a broken line.
    pub fn decode_lossy(self, bytes: &[u8]) -> String {
        let encoding = match self {
            Self::Utf8 => UTF_8,
            Self::ShiftJis => SHIFT_JIS,
        };
        encoding
            .decode_without_bom_handling(bytes)
            .0
            .replace('\0', "\u{FFFD}")
    }
}

/// The length of the UTF-8 byte order mark at the beginning, or 0.
pub(crate) fn bom_len(head: &[u8]) -> usize {
    if head.starts_with(b"\xEF\xBB\xBF") {
        3
    } else {
        0
    }
}

/// Guesses from the beginning of a file.
pub(crate) fn detect(head: &[u8]) -> Detected {
    if head.starts_with(b"\xFF\xFE") {
        return Detected::Utf16(UTF_16LE);
    }
    if head.starts_with(b"\xFE\xFF") {
        return Detected::Utf16(UTF_16BE);
    }
    let n_nul = |parity: usize| {
        head.iter()
            .skip(parity)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (even, odd) = (n_nul(0), n_nul(1));
    // Latin text in UTF-16 without a mark: nearly every second byte is NUL, on one side only.
    if head.len() >= 16 && even + odd > head.len() / 5 {
        let mostly = head.len() * 3 / 10;
        return match (even, odd) {
            (0, odd) if odd > mostly => Detected::Utf16(UTF_16LE),
            (even, 0) if even > mostly => Detected::Utf16(UTF_16BE),
            _ => Detected::Binary,
        };
    }
    let n_control = head
        .iter()
        .filter(|byte| **byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r'))
        .count();
    if n_control > head.len() / 100 + 4 {
        return Detected::Binary;
    }
    if is_utf8(head) {
        return Detected::Text(TextEncoding::Utf8);
    }
    // The end may cut a character in two.
    let whole = (0..2).any(|cut| {
        let end = head.len().saturating_sub(cut);
        TextEncoding::ShiftJis
            .decode(head.get(..end).unwrap_or_default())
            .is_some()
    });
    if whole {
        Detected::Text(TextEncoding::ShiftJis)
    } else {
        closest(head)
    }
}

fn is_utf8(head: &[u8]) -> bool {
    match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && head.len() - error.valid_up_to() < 4,
    }
}

/// A file with a few bad bytes: the encoding that loses fewer lines.
fn closest(head: &[u8]) -> Detected {
    let lost = |encoding: TextEncoding| {
        head.split(|byte| *byte == b'\n')
            .filter(|line| encoding.decode(line).is_none())
            .count()
    };
    let n_lines = head.split(|byte| *byte == b'\n').count();
    let (utf8, sjis) = (lost(TextEncoding::Utf8), lost(TextEncoding::ShiftJis));
    if utf8.min(sjis) * 2 > n_lines {
        Detected::Binary
    } else if utf8 <= sjis {
        Detected::Text(TextEncoding::Utf8)
    } else {
        Detected::Text(TextEncoding::ShiftJis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encodings_of_real_files_are_told_apart() {
        let sjis = SHIFT_JIS
            .encode("氏名,メール\n髙橋①,a@example.jp\n表示ソ,b@example.jp\n")
            .0
            .into_owned();
        assert_eq!(detect(&sjis), Detected::Text(TextEncoding::ShiftJis));
        assert_eq!(
            detect(&sjis[..5]),
            Detected::Text(TextEncoding::ShiftJis),
            "cut inside a character"
        );
        assert_eq!(
            detect("氏名,メール\n𠮷野,a@example.jp".as_bytes()),
            Detected::Text(TextEncoding::Utf8)
        );
        assert_eq!(
            detect(&"氏名".as_bytes()[..5]),
            Detected::Text(TextEncoding::Utf8),
            "cut inside a character"
        );
        assert_eq!(detect(b""), Detected::Text(TextEncoding::Utf8));
        let utf16: Vec<u8> = "email,name\nx@example.jp,X\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(detect(&utf16), Detected::Utf16(UTF_16LE));
        let png: Vec<u8> = (0..400u32)
            .map(|i| u8::try_from(i * 7 % 256).unwrap())
            .collect();
        assert_eq!(detect(&png), Detected::Binary);
    }
}
