//! Rich menus of LINE accounts, and who sees which.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a menu says. A draft may hold what LINE would refuse; publishing asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineMenuDocument {
    /// The words on the bar below the chat, at most 14 characters.
    pub bar: String,
    /// Whether the menu lies open when the chat is opened.
    #[serde(default)]
    pub is_open: bool,
    /// The areas, at most 20; where two overlap, the first one counts.
    pub areas: Vec<LineMenuArea>,
}

/// A part of the picture that can be tapped, in the picture's own dots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineMenuArea {
    /// From the left.
    pub x: i64,
    /// From the top.
    pub y: i64,
    /// How wide.
    pub width: i64,
    /// How high.
    pub height: i64,
    /// What screen readers say, at most 20 characters.
    #[serde(default)]
    pub label: String,
    /// What a tap does.
    pub action: LineMenuAction,
}

/// What a tap does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LineMenuAction {
    /// Opens an address. One of the web leads through this server, which counts the tap.
    Uri {
        /// The address: http, https, tel or line.
        uri: String,
    },
    /// Says something in her name. Such taps are not counted.
    Message {
        /// The words, at most 300 characters.
        text: String,
    },
    /// Tells the account; it stands on her timeline as `line_postback`.
    Postback {
        /// What is told.
        data: String,
        /// What is said in her name; nothing when empty.
        #[serde(default)]
        display_text: String,
    },
    /// Shows another menu in the place of this one: a tab.
    Switch {
        /// `rmn_…`, of the same account.
        menu: String,
    },
}

/// A picture's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineMenuSize {
    /// Dots from left to right.
    pub width: i64,
    /// Dots from top to bottom.
    pub height: i64,
}

/// A rich menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineMenuView {
    /// `rmn_…`
    pub id: String,
    /// `snd_…`
    pub account: String,
    /// What people of the company call it.
    pub name: String,
    /// The draft.
    pub document: LineMenuDocument,
    /// The size of its picture; null while it has none.
    pub image: Option<LineMenuSize>,
    /// Version to name when changing it.
    pub version: i64,
    /// `draft`, `publishing`, `live` or `refused`.
    pub state: String,
    /// Whether the draft differs from what was last published.
    pub is_changed: bool,
    /// What LINE has against the last publication.
    pub fault: Option<String>,
    /// How often it was published.
    pub number: i32,
    /// Since when friends see what they see.
    pub live_at: Option<String>,
    /// Taps on each area of what friends see, in the order of its areas; null where taps cannot be counted.
    pub taps: Vec<Option<i64>>,
    /// Counted taps on everything that was ever published of it.
    pub n_taps: i64,
    /// When it was last saved.
    pub updated_at: String,
}

/// A new menu.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct CreateLineMenu {
    /// What people of the company call it.
    pub name: String,
    /// The draft; empty when absent.
    #[serde(default)]
    pub document: LineMenuDocument,
}

/// A changed menu.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct SaveLineMenu {
    /// What people of the company call it.
    pub name: String,
    /// The draft.
    pub document: LineMenuDocument,
    /// The version that was read.
    pub version: i64,
}

/// The picture of a menu.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineMenuImage {
    /// `image/png` or `image/jpeg`.
    pub media_type: String,
    /// Dots from left to right.
    pub width: i64,
    /// Dots from top to bottom.
    pub height: i64,
    /// The file in base64.
    pub data: String,
}

/// Another picture for a menu.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct PutLineMenuImage {
    /// The file in base64: PNG or JPEG up to 1 MB, 800 to 2,500 wide, at least 250 high, 1.45 times as wide as high.
    pub data: String,
    /// The version that was read.
    pub version: i64,
}

/// Publishes the draft of a menu.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct PublishLineMenu {
    /// The version that was read.
    pub version: i64,
}

/// Whom a rule fits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LineMenuWhen {
    /// Whoever is in a segment.
    Segment {
        /// `seg_…`
        segment: String,
    },
    /// Whose attribute has a value, such as `computed.rank`.
    Attribute {
        /// The attribute.
        key: String,
        /// The value, as it is written.
        value: String,
    },
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineMenuRule {
    /// Whom it fits.
    pub when: LineMenuWhen,
    /// What they see: `rmn_…`.
    pub menu: String,
}

/// Who is to see which menu.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SaveLineMenuPlan {
    /// The rules, at most 50; the first that fits a friend decides.
    pub rules: Vec<LineMenuRule>,
    /// The menu of everybody whom no rule fits; LINE's console decides when there is none.
    #[serde(default)]
    pub default_menu: Option<String>,
    /// The version that was read.
    pub version: i64,
}

/// A rule, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineMenuRuleView {
    /// Whom it fits.
    pub when: LineMenuWhen,
    /// What they see: `rmn_…`.
    pub menu: String,
    /// The segment's name, or the attribute's value.
    pub label: String,
    /// Friends whom it gives their menu.
    pub n_friends: i64,
    /// Of those, how many LINE was told of.
    pub n_told: i64,
    /// Of those, how many LINE would not have.
    pub n_refused: i64,
}

/// Who sees which menu, and how far that is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineMenuPlanView {
    /// `snd_…`
    pub account: String,
    /// Version to name when changing it; 0 before the first time.
    pub version: i64,
    /// The rules in their order.
    pub rules: Vec<LineMenuRuleView>,
    /// The menu of everybody else: `rmn_…`.
    pub default_menu: Option<String>,
    /// Whether LINE shows it to everybody else already.
    pub is_default_told: bool,
    /// Friends whom no rule fits.
    pub n_default: i64,
    /// Friends who have, are to have or are to lose a menu of their own.
    pub n_friends: i64,
    /// Of those, how many LINE is still to be told of.
    pub n_due: i64,
    /// Whether everybody is being looked at anew.
    pub is_judging: bool,
    /// Nothing is told to LINE before.
    pub next_at: Option<String>,
    /// Why.
    pub fault: Option<String>,
}
