//! The words by which a person stops messages, or asks who sends them.
//!
//! Source of the English ones: the words that carriers of North America and Twilio act on themselves.

use unicode_normalization::UnicodeNormalization as _;

/// What a message that is nothing but such a word asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// No more messages.
    Stop,
    /// Messages again. Lifts what the provider holds back; says nothing of the consent that the law asks for.
    Start,
    /// Who sends this, and how to stop it.
    Help,
}

const STOP: [&str; 16] = [
    "stop",
    "stopall",
    "stop all",
    "unsubscribe",
    "cancel",
    "end",
    "quit",
    "optout",
    "opt out",
    "revoke",
    "停止",
    "配信停止",
    "解除",
    "配信解除",
    "ストップ",
    "退会",
];
const START: [&str; 5] = ["start", "unstop", "yes", "再開", "配信再開"];
const HELP: [&str; 4] = ["help", "info", "ヘルプ", "問い合わせ"];

/// Reads a message: width and case, blanks and marks around the word do not matter, words beside it do. "Do not
/// stop" is no request to stop.
pub fn word(text: &str) -> Option<Word> {
    let said: String = text.nfkc().collect::<String>().to_lowercase();
    let is_around =
        |c: char| c.is_whitespace() || c.is_ascii_punctuation() || "。、「」！？・".contains(c);
    let said = said.trim_matches(is_around);
    [
        (Word::Stop, &STOP[..]),
        (Word::Start, &START),
        (Word::Help, &HELP),
    ]
    .into_iter()
    .find_map(|(word, words)| words.contains(&said).then_some(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_alone_stops() {
        for stop in [
            "STOP",
            " stop. ",
            "ＳＴＯＰ",
            "「配信停止」",
            "停止。",
            "ｽﾄｯﾌﾟ",
            "Stop All",
            "解除\n",
        ] {
            assert_eq!(word(stop), Some(Word::Stop), "{stop:?}");
        }
        for other in [
            "",
            "do not stop",
            "停止しないで",
            "stop by the shop?",
            "解除方法を教えて",
            "🛑",
        ] {
            assert_eq!(word(other), None, "{other:?}");
        }
        assert_eq!(word("Start"), Some(Word::Start));
        assert_eq!(word("ヘルプ"), Some(Word::Help));
    }
}
