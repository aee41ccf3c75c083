//! The stored form, checked strictly before anything is compiled.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{
    document::{DOCUMENT_VERSION, check_envelope, escape_pointer, problem},
    problem::Problem,
};

/// LINE takes so many messages in a request.
const MAX_MESSAGES: usize = 5;
/// LINE shows so many cards beside each other.
const MAX_CARDS: usize = 12;
/// More buttons than a thumb wants to choose from.
const MAX_BUTTONS: usize = 4;
/// LINE's limit.
const MAX_QUICK_REPLIES: usize = 13;
/// The longest accepted source of one language, in bytes.
const MAX_BYTES: usize = 128 * 1024;

/// Messages as their author saved them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineDocument {
    /// Always [`DOCUMENT_VERSION`].
    pub version: u32,
    /// Tells these documents from others.
    pub kind: LineKind,
    /// What the author calls them; customers never see it.
    pub name: String,
    /// The variant that customers without a matching locale receive.
    pub default_locale: String,
    /// The messages in each locale, keyed by language such as `ja` or `en-GB`.
    pub variants: BTreeMap<String, LineVariant>,
}

/// The word that stands in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// For LINE.
    #[default]
    Line,
}

/// The messages in one language.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineVariant {
    /// One to five, shown one below the other.
    pub messages: Vec<LineMessage>,
    /// Answers to tap, under the last message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quick_replies: Vec<QuickReply>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum LineMessage {
    /// Words. Liquid; addresses in it become links.
    Text {
        /// What it says.
        text: String,
    },
    /// A picture that opens in full when it is tapped.
    Image {
        /// Liquid; an https address of a JPEG or PNG.
        url: String,
        /// A smaller one; the picture itself where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preview_url: Option<String>,
    },
    /// One card, or several to swipe through: a Flex message.
    Cards {
        /// Liquid; what the list of chats and the notification show.
        alt_text: String,
        /// One to twelve.
        cards: Vec<Card>,
    },
    /// A message object as LINE's Messaging API writes it. Its texts are Liquid.
    Json {
        /// The object.
        message: Json,
    },
}

/// How a card looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Design {
    /// A picture above, words below.
    #[default]
    Picture,
    /// A band in the accent's colour, the note large in the middle.
    Coupon,
    /// Words alone, with a line in the accent's colour.
    Note,
}

/// What a card is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    /// Each of `products`, as `product`.
    Products,
}

/// A card. What is left out, or comes out empty, is not shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// How it looks.
    #[serde(default)]
    pub design: Design,
    /// Made once, or for each of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// Liquid; an https address.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub image: String,
    /// Liquid.
    pub title: String,
    /// Liquid.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Liquid; a price, a coupon's code: written large.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// `#rrggbb` of buttons, bands and notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    /// At most four.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
}

/// What happens when something is tapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Button {
    /// A page opens.
    Link {
        /// Liquid; what stands on it.
        label: String,
        /// Liquid; the address.
        url: String,
    },
    /// The customer says something.
    Say {
        /// Liquid; what stands on it.
        label: String,
        /// Liquid; what is said.
        text: String,
    },
}

/// An answer under the last message.
pub type QuickReply = Button;

impl LineDocument {
    /// Lists what is wrong with the document before any template is looked at.
    pub fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let locales = self.variants.keys().map(String::as_str);
        check_envelope(
            (self.version, DOCUMENT_VERSION),
            &self.name,
            &self.default_locale,
            locales,
            &mut problems,
        );
        for (locale, variant) in &self.variants {
            variant.validate(
                &format!("/variants/{}", escape_pointer(locale)),
                &mut problems,
            );
        }
        problems
    }
}

impl LineVariant {
    fn validate(&self, pointer: &str, problems: &mut Vec<Problem>) {
        let bytes = serde_json::to_vec(self).map_or(0, |json| json.len());
        if bytes > MAX_BYTES {
            problems.push(problem(
                "source_too_long",
                pointer,
                format!("長すぎます（{bytes} バイト）。{MAX_BYTES} バイト以内にしてください。"),
                format!("{bytes} bytes are too many; the limit is {MAX_BYTES}"),
            ));
        }
        let count = |n: usize, most: usize, at: String, problems: &mut Vec<Problem>| {
            if n == 0 || n > most {
                problems.push(problem(
                    "count",
                    &at,
                    format!("1〜{most}個にしてください（いま{n}個）。"),
                    format!("use 1 to {most}; there are {n}"),
                ));
            }
        };
        count(
            self.messages.len(),
            MAX_MESSAGES,
            format!("{pointer}/messages"),
            problems,
        );
        if !self.quick_replies.is_empty() {
            count(
                self.quick_replies.len(),
                MAX_QUICK_REPLIES,
                format!("{pointer}/quick_replies"),
                problems,
            );
        }
        for (index, message) in self.messages.iter().enumerate() {
            let at = format!("{pointer}/messages/{index}");
            if let LineMessage::Cards { cards, .. } = message {
                count(cards.len(), MAX_CARDS, format!("{at}/cards"), problems);
                for (index, card) in cards.iter().enumerate() {
                    card.validate(&format!("{at}/cards/{index}"), problems);
                }
            }
        }
    }
}

impl Card {
    fn validate(&self, pointer: &str, problems: &mut Vec<Problem>) {
        if self.buttons.len() > MAX_BUTTONS {
            problems.push(problem(
                "count",
                &format!("{pointer}/buttons"),
                format!("ボタンは{MAX_BUTTONS}個までにしてください。"),
                format!("use at most {MAX_BUTTONS} buttons"),
            ));
        }
        let is_colour = |text: &str| {
            text.strip_prefix('#').is_some_and(|digits| {
                digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit())
            })
        };
        if self.accent.as_deref().is_some_and(|text| !is_colour(text)) {
            problems.push(problem(
                "colour",
                &format!("{pointer}/accent"),
                "#06c755 のように # と16進数6桁で指定してください。",
                "write a colour as # and six hexadecimal digits, such as #06c755",
            ));
        }
        if self.title.trim().is_empty() {
            problems.push(problem(
                "missing",
                &format!("{pointer}/title"),
                "カードの見出しを入力してください。",
                "give the card a title",
            ));
        }
    }
}
