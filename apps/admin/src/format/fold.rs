//! Spellings of one word made alike, for searching.

/// Makes katakana hiragana, wide letters narrow and capitals small, so that what sounds alike is alike.
pub fn folded(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'ァ'..='ヶ' => char::from_u32(c as u32 - 0x60).unwrap_or(c),
            '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            '　' => ' ',
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn what_sounds_alike_is_alike() {
        for text in ["カート ＡＢＣ", "かーと　abc", "カート Abc"] {
            assert_eq!(folded(text), "かーと abc");
        }
    }
}
