//! Folding of names, addresses and ids, so that a search finds them however they are written.

use unicode_normalization::UnicodeNormalization;

/// Folds a text: NFKC, lower case, katakana to hiragana, no spaces.
pub fn fold(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .map(|c| match c {
            // Katakana small a to ke stand 0x60 above their hiragana.
            'ァ'..='ヶ' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
            other => other,
        })
        .collect()
}

/// Folds several fields into the text that is searched; a line feed keeps them apart.
pub fn fold_all<'a>(fields: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let folded: Vec<String> = fields
        .into_iter()
        .flatten()
        .map(fold)
        .filter(|text| !text.is_empty())
        .collect();
    folded.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_fold_to_one_text() {
        for text in ["ヤマダ タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ", "やまだ　たろう"] {
            assert_eq!(fold(text), "やまだたろう");
        }
        assert_eq!(
            fold_all([Some("𠮷田"), None, Some("Ｔａｒｏ@Example.jp")]),
            "𠮷田\ntaro@example.jp"
        );
    }
}
