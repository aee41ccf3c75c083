//! Bringing texts to the form in which a Japanese reader compares them.

use unicode_normalization::UnicodeNormalization;

/// Folds width and compatibility forms (NFKC), letter case, and katakana to hiragana.
pub(crate) fn japanese(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_lowercase)
        .map(hiragana)
        .collect()
}

fn hiragana(c: char) -> char {
    match c {
        'ァ'..='ヶ' | 'ヽ' | 'ヾ' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writings_of_one_word_become_one() {
        for (text, folded) in [
            ("ﾌﾟﾚﾐｱﾑ", "ぷれみあむ"),
            ("プレミアム", "ぷれみあむ"),
            ("ＡＢＣ－１２３", "abc-123"),
            ("㈱𠮷野家", "(株)𠮷野家"),
            ("山田　太郎", "山田 太郎"),
            ("ヴァイオリン", "ゔぁいおりん"),
        ] {
            assert_eq!(japanese(text), folded);
        }
    }
}
