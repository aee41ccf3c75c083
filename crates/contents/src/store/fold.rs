//! Folding of names, so that ア, ｱ and あ find each other.

use unicode_normalization::UnicodeNormalization as _;

/// Folds a text: NFKC, lower case, katakana to hiragana, no spaces.
pub(super) fn fold(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| !c.is_whitespace())
        .map(hiragana)
        .collect()
}

/// Katakana ァ to ヶ lie 0x60 above their hiragana.
fn hiragana(c: char) -> char {
    let code = u32::from(c);
    if (0x30a1..=0x30f6).contains(&code) {
        char::from_u32(code - 0x60).unwrap_or(c)
    } else {
        c
    }
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn width_case_kana_and_spaces_do_not_matter() {
        assert_eq!(fold("ｱｷ の Ｌetter"), fold("あきのletter"));
        assert_ne!(fold("秋"), fold("春"));
    }
}
