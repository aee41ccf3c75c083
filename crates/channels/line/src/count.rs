//! How LINE counts characters.
//!
//! Texts are counted in UTF-16 code units (an emoji is two), the words on buttons in grapheme clusters (a
//! family of four joined by ZWJ is one). Source: "Character counting in a text" of LINE's documentation.

use unicode_segmentation::UnicodeSegmentation as _;

/// What one character is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A UTF-16 code unit.
    Utf16,
    /// An extended grapheme cluster.
    Grapheme,
}

/// Returns how long LINE takes a text to be.
pub fn length(text: &str, unit: Unit) -> usize {
    match unit {
        Unit::Utf16 => text.encode_utf16().count(),
        Unit::Grapheme => text.graphemes(true).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_is_two_units_and_a_family_is_one_cluster() {
        for (text, units, clusters) in [
            ("", 0, 0),
            ("縁", 1, 1),
            ("🍎", 2, 1),
            ("𠮷野家", 4, 3),
            ("👨‍👩‍👧‍👦", 11, 1),
            ("🇯🇵", 4, 1),
            ("👍🏽", 4, 1),
            ("か\u{3099}", 2, 1),
            ("e\u{301}\r\n", 4, 2),
        ] {
            assert_eq!(length(text, Unit::Utf16), units, "{text}");
            assert_eq!(length(text, Unit::Grapheme), clusters, "{text}");
        }
    }
}
