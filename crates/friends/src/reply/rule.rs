//! Which words a rule knows. Words are compared without regard to width, case, kana or spaces.

use kernel::{
    id::{ReplyRuleId, SenderId},
    invalid::{FieldError, Invalid},
    time::Millis,
};
use profiles::search::fold;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// The most words of one rule.
pub const MOST_KEYWORDS: usize = 50;
const LONGEST: usize = 100;

/// How a rule compares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The whole message is one of the words.
    #[default]
    Exact,
    /// One of the words is somewhere in the message.
    Contains,
}

/// The words that a rule knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// How they are compared.
    pub how: How,
    /// The words, as they were written.
    pub keywords: Vec<String>,
}

/// A rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The id.
    pub id: ReplyRuleId,
    /// The account.
    pub account: SenderId,
    /// What people of the company call it.
    pub name: String,
    /// The words that it knows.
    pub words: Words,
    /// What it answers: a document for LINE.
    pub messages: Json,
    /// Whether it answers.
    pub is_enabled: bool,
    /// Counts the saves.
    pub version: i64,
    /// When it was last saved.
    pub updated_at: Millis,
}

impl Words {
    /// Checks the words; empty ones are left out.
    ///
    /// # Errors
    /// Each fault with its pointer.
    pub fn check(mut self) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        self.keywords.retain(|word| !fold(word).is_empty());
        if self.keywords.is_empty() || self.keywords.len() > MOST_KEYWORDS {
            invalid.push(FieldError::new(
                "/keywords",
                "count",
                "give 1 to 50 words",
                "言葉を1〜50個入れてください",
            ));
        }
        for (at, word) in self.keywords.iter().enumerate() {
            if word.chars().count() > LONGEST {
                invalid.push(FieldError::new(
                    format!("/keywords/{at}"),
                    "too_long",
                    "use at most 100 characters",
                    "100文字以内で入れてください",
                ));
            }
        }
        invalid.into_result().map(|()| self)
    }
}

/// Tells whether words know a message.
pub fn fits(words: &Words, message: &str) -> bool {
    let message = fold(message);
    if message.is_empty() {
        return false;
    }
    words.keywords.iter().any(|word| {
        let word = fold(word);
        match words.how {
            How::Exact => message == word,
            How::Contains => !word.is_empty() && message.contains(&word),
        }
    })
}

/// Returns the rule that answers a message: one that knows the whole of it before one that knows a part, the older
/// before the newer.
pub fn choose<'a>(rules: &'a [Rule], message: &str) -> Option<&'a Rule> {
    rules
        .iter()
        .filter(|rule| rule.is_enabled && fits(&rule.words, message))
        .min_by_key(|rule| (rule.words.how, rule.id.raw()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(id: i64, how: How, keywords: &[&str]) -> Rule {
        Rule {
            id: ReplyRuleId::from_raw(id),
            account: SenderId::from_raw(1),
            name: String::new(),
            words: Words {
                how,
                keywords: keywords.iter().map(|word| (*word).to_owned()).collect(),
            },
            messages: Json::Null,
            is_enabled: true,
            version: 1,
            updated_at: Millis(0),
        }
    }

    #[test]
    fn words_are_known_however_they_are_written() {
        let hours = rule(1, How::Exact, &["営業時間", "えいぎょう", "OPEN"]);
        for (message, known) in [
            ("営業時間", true),
            (" 営業 時間\n", true),
            ("エイギョウ", true),
            ("ｴｲｷﾞｮｳ", true),
            ("ｏｐｅｎ", true),
            ("営業時間は？", false),
            ("", false),
            ("　", false),
        ] {
            assert_eq!(fits(&hours.words, message), known, "{message:?}");
        }
    }

    #[test]
    fn the_whole_message_comes_before_a_part_and_the_older_before_the_newer() {
        let mut rules = vec![
            rule(1, How::Contains, &["時間"]),
            rule(2, How::Contains, &["営業"]),
            rule(3, How::Exact, &["営業時間"]),
        ];
        let chosen = |rules: &[Rule], message| choose(rules, message).map(|rule| rule.id.raw());
        assert_eq!(chosen(&rules, "営業時間"), Some(3));
        assert_eq!(chosen(&rules, "営業時間は？"), Some(1));
        assert_eq!(chosen(&rules, "こんにちは"), None);
        rules[0].is_enabled = false;
        assert_eq!(chosen(&rules, "営業時間は？"), Some(2));
    }

    #[test]
    fn a_rule_has_words() {
        let words = |list: &[&str]| Words {
            how: How::Exact,
            keywords: list.iter().map(|word| (*word).to_owned()).collect(),
        };
        assert_eq!(words(&[" ", "はい"]).check().unwrap().keywords, ["はい"]);
        assert!(words(&["　", ""]).check().is_err());
        assert!(words(&["あ"; 51]).check().is_err());
        let long = "あ".repeat(101);
        let fault = words(&["はい", &long]).check().unwrap_err();
        assert_eq!(fault.0[0].pointer, "/keywords/1");
    }
}
