//! Into how many parts a text falls: each is sent and paid for by itself.
//!
//! Source: 3GPP TS 23.038 (alphabets) and 23.040 (a part of a longer message gives six bytes to the header that
//! joins it with the others). One character outside the default alphabet makes the whole text UCS-2.

/// The default alphabet, without the escape.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
                     ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// What stands behind the escape and takes two places.
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// How a text is written on the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// The default alphabet of GSM, seven bits a place.
    Gsm7,
    /// UTF-16, sixteen bits a place: anything Japanese.
    Ucs2,
}

impl Alphabet {
    /// Places of a message that is one part.
    pub const fn alone(self) -> usize {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// Places of a part of a longer message.
    pub const fn joined(self) -> usize {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }

    fn places(self, c: char) -> usize {
        match self {
            Self::Gsm7 if EXTENDED.contains(c) => 2,
            Self::Gsm7 => 1,
            Self::Ucs2 => c.len_utf16(),
        }
    }
}

/// How a text falls into parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segments {
    /// The alphabet that it needs.
    pub alphabet: Alphabet,
    /// Places that it takes.
    pub places: usize,
    /// Parts; none for an empty text.
    pub parts: usize,
    /// Places left in the last part.
    pub left: usize,
}

/// Counts a text. A character that takes two places is never torn between two parts.
pub fn count(text: &str) -> Segments {
    let is_gsm7 = text
        .chars()
        .all(|c| BASIC.contains(c) || EXTENDED.contains(c));
    let alphabet = if is_gsm7 {
        Alphabet::Gsm7
    } else {
        Alphabet::Ucs2
    };
    let places = text.chars().map(|c| alphabet.places(c)).sum();
    if places <= alphabet.alone() {
        return Segments {
            alphabet,
            places,
            parts: usize::from(places > 0),
            left: alphabet.alone() - places,
        };
    }
    let (mut parts, mut left) = (1, alphabet.joined());
    for wanted in text.chars().map(|c| alphabet.places(c)) {
        if wanted > left {
            (parts, left) = (parts + 1, alphabet.joined());
        }
        left -= wanted;
    }
    Segments {
        alphabet,
        places,
        parts,
        left,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(text: &str) -> (Alphabet, usize, usize, usize) {
        let Segments {
            alphabet,
            places,
            parts,
            left,
        } = count(text);
        (alphabet, places, parts, left)
    }

    #[test]
    fn a_text_falls_into_parts() {
        use Alphabet::{Gsm7, Ucs2};
        for (text, expected) in [
            (String::new(), (Gsm7, 0, 0, 160)),
            ("Sale ends today".to_owned(), (Gsm7, 15, 1, 145)),
            ("a".repeat(160), (Gsm7, 160, 1, 0)),
            ("a".repeat(161), (Gsm7, 161, 2, 145)),
            ("a".repeat(306), (Gsm7, 306, 2, 0)),
            ("€".repeat(80), (Gsm7, 160, 1, 0)),
            // 153 is odd: each part leaves a place empty.
            ("€".repeat(153), (Gsm7, 306, 3, 151)),
            ("春".repeat(70), (Ucs2, 70, 1, 0)),
            ("春".repeat(71), (Ucs2, 71, 2, 63)),
            ("春".repeat(670), (Ucs2, 670, 10, 0)),
            ("🌸".repeat(35), (Ucs2, 70, 1, 0)),
            ("🌸".repeat(36), (Ucs2, 72, 2, 61)),
            ("𠮷野家".to_owned(), (Ucs2, 4, 1, 66)),
            // What a word processor makes of quotes and dashes costs half of the room.
            ("It\u{2019}s".to_owned(), (Ucs2, 4, 1, 66)),
            ("ｱ".to_owned(), (Ucs2, 1, 1, 69)),
        ] {
            assert_eq!(short(&text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_alphabet_is_whole() {
        assert_eq!(BASIC.chars().count(), 127);
        assert_eq!(EXTENDED.chars().count(), 10);
    }
}
