//! Messages for LINE: as their author writes them, and as one customer would receive them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

use crate::contents::EmptyVariable;

/// Messages for LINE; `docs/contents.md` tells the language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineDocument {
    /// Always 1.
    #[schema(minimum = 1, maximum = 1)]
    pub version: u32,
    /// Always `line`.
    pub kind: String,
    /// What the author calls them; customers never see it.
    pub name: String,
    /// The variant that customers without a matching language receive.
    pub default_locale: String,
    /// The messages in each language, keyed by `ja`, `en`, `en-GB`.
    pub variants: BTreeMap<String, LineVariant>,
}

/// The messages in one language.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineVariant {
    /// One to five, shown one below the other.
    pub messages: Vec<LineMessage>,
    /// Answers to tap, under the last message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quick_replies: Vec<LineButton>,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
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
        cards: Vec<LineCard>,
    },
    /// A message object as LINE's Messaging API writes it; its texts are Liquid.
    Json {
        /// The object.
        #[schema(value_type = Object)]
        message: Json,
    },
}

/// A card. What is left out, or comes out empty, is not shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineCard {
    /// `picture` (a picture above, words below), `coupon` (a band of colour, the note large) or `note` (words alone).
    #[serde(default = "picture")]
    pub design: String,
    /// `products` makes the card for each of them, as `product`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<String>,
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
    pub buttons: Vec<LineButton>,
}

fn picture() -> String {
    "picture".to_owned()
}

/// What happens when something is tapped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum LineButton {
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

/// What to render.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewLine {
    /// The document as it stands in an editor.
    pub document: LineDocument,
    /// `prf_…` of the customer; a made-up one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// `cmp_…` of a campaign whose offer the messages carry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign_id: Option<String>,
    /// The variant to show; the customer's own language when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// Messages as one customer would receive them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LinePreview {
    /// The language shown.
    pub locale: String,
    /// The message objects that LINE would get; links are those of the author.
    #[schema(value_type = Vec<Object>)]
    pub messages: Vec<Json>,
    /// Whether everybody gets the same, so that they leave in packs: nothing personal and no link of one's own.
    pub is_same_for_all: bool,
    /// Variables that were empty for this customer where nothing was said to fall back on.
    pub warnings: Vec<EmptyVariable>,
    /// Where a frame finds them as they look in the chat; good once, for a minute.
    pub preview_url: String,
}
