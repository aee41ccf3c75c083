//! The five cards and the goal, as they are stored.

use contents::{EmailDocument, line::LineDocument, push::PushDocument};
use kernel::{
    id::{ContentId, SegmentId, SenderId},
    invalid::{FieldError, Invalid},
    time::Millis,
};
use serde::{Deserialize, Serialize};

use super::Timing;

/// The version that this build writes.
pub const DOCUMENT_VERSION: u32 = 1;
/// The most segments on either side of a target.
const MAX_SEGMENTS: usize = 20;
/// The longest label, in characters.
const MAX_LABEL: usize = 200;

/// A campaign as its author saved it. A card that is `None` has not been answered yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignDocument {
    /// Always [`DOCUMENT_VERSION`].
    pub version: u32,
    /// Who.
    #[serde(default)]
    pub target: Option<Target>,
    /// What is offered.
    #[serde(default)]
    pub offer: Option<Offer>,
    /// When.
    #[serde(default)]
    pub timing: Option<Timing>,
    /// By which way.
    #[serde(default)]
    pub channel: Option<ChannelCard>,
    /// In which words.
    #[serde(default)]
    pub contents: Option<Contents>,
    /// What it is for.
    #[serde(default)]
    pub goal: Option<Goal>,
}

impl Default for CampaignDocument {
    fn default() -> Self {
        Self {
            version: DOCUMENT_VERSION,
            target: None,
            offer: None,
            timing: None,
            channel: None,
            contents: None,
            goal: None,
        }
    }
}

/// Who gets it: whoever is in one of `include` and in none of `exclude`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Everybody, chosen on purpose; `include` is then empty.
    #[serde(default)]
    pub everybody: bool,
    /// Segments whose members get it.
    #[serde(default)]
    pub include: Vec<SegmentId>,
    /// Segments whose members do not.
    #[serde(default)]
    pub exclude: Vec<SegmentId>,
    /// Whether members of VIP segments that are not named in `include` get it, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub include_vip: bool,
}

/// What is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Offer {
    /// Nothing, chosen on purpose.
    None {},
    /// Something described in words.
    Free {
        /// What.
        label: String,
    },
    /// Products that the catalogue picks for each person.
    Products {
        /// What to call it.
        label: String,
        /// Which block of the catalogue fills it.
        block: Block,
        /// Only products of this category path and below; all of them when there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        category: Option<String>,
    },
    /// A coupon.
    Coupon {
        /// What it gives.
        label: String,
        /// The code that everybody uses.
        code: String,
        /// Until when.
        #[serde(default)]
        expires_at: Option<Millis>,
    },
}

/// A list of products that the catalogue works out for each person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// What others buy most and the person has not bought: `products` in a template.
    Popular,
    /// What the person bought last: `last_order` in a template.
    LastOrder,
}

impl Block {
    /// Returns the variable under which a template finds it.
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Popular => "products",
            Self::LastOrder => "last_order",
        }
    }
}

/// By which way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ChannelCard {
    /// Email.
    Email {
        /// From whom.
        sender: SenderId,
        /// Who sends instead, in this order, while those before are in trouble or have had their day's messages.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        then: Vec<SenderId>,
    },
    /// Messages of a LINE account.
    Line {
        /// Which account.
        sender: SenderId,
        /// Whether it arrives without a sound.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_silent: bool,
    },
    /// Pushes to the devices of a site or an app.
    Push {
        /// Which one.
        sender: SenderId,
        /// Whether it arrives without a sound.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_silent: bool,
    },
}

/// Senders that may stand in for the first.
const MOST_STAND_INS: usize = 5;

impl ChannelCard {
    /// Mail from one sender.
    pub const fn mail(sender: SenderId) -> Self {
        Self::Email {
            sender,
            then: Vec::new(),
        }
    }

    /// Returns who sends instead, in this order.
    pub fn then(&self) -> &[SenderId] {
        match self {
            Self::Email { then, .. } => then,
            Self::Line { .. } | Self::Push { .. } => &[],
        }
    }

    fn check(&self, invalid: &mut Invalid) {
        let then = self.then();
        let is_repeated = |(index, id): (usize, &SenderId)| {
            *id == self.sender() || then.iter().take(index).any(|other| other == id)
        };
        if then.len() > MOST_STAND_INS || then.iter().enumerate().any(is_repeated) {
            invalid.push(FieldError::new(
                "/channel/then",
                "senders",
                "name at most 5 other senders, each once",
                "代わりの差出人は、重ならないように5つまでにしてください",
            ));
        }
    }

    /// Returns from whom it comes.
    pub const fn sender(&self) -> SenderId {
        match self {
            Self::Email { sender, .. } | Self::Line { sender, .. } | Self::Push { sender, .. } => {
                *sender
            }
        }
    }
}

/// In which words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contents {
    /// Where the words come from.
    pub source: ContentsSource,
    /// In which language each person gets it.
    #[serde(default)]
    pub locale: LocaleChoice,
}

/// Where the words come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentsSource {
    /// A saved content.
    Saved(ContentId),
    /// An email written for this campaign.
    Inline(Box<EmailDocument>),
    /// Messages for LINE, written for this campaign.
    Line(Box<LineDocument>),
    /// A push, written for this campaign.
    Push(Box<PushDocument>),
}

/// In which language each person gets it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LocaleChoice {
    /// The person's own, where the email has it.
    #[default]
    Person,
    /// The same for everybody.
    Fixed(String),
}

/// What it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// What counts.
    pub event: GoalEvent,
    /// For how many days after the message it counts.
    pub window_days: u16,
}

/// What counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoalEvent {
    /// An order.
    Order,
    /// The money of the orders.
    Revenue,
}

impl CampaignDocument {
    /// Reads a document, strictly.
    ///
    /// # Errors
    /// Every field that is wrong; a missing card is not, before the launch.
    pub fn read(json: serde_json::Value) -> Result<Self, Invalid> {
        let document: Self = serde_json::from_value(json).map_err(|error| {
            Invalid::one(
                "",
                "malformed",
                format!("the document has the wrong shape: {error}"),
                format!("キャンペーンの形式が正しくありません（{error}）"),
            )
        })?;
        document.check()?;
        Ok(document)
    }

    /// Checks what can be checked without the rest of the workspace.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut invalid = Invalid::default();
        if self.version != DOCUMENT_VERSION {
            invalid.push(FieldError::new(
                "/version",
                "version",
                "this version is not known; use 1",
                "このバージョンには対応していません。1 を指定してください",
            ));
        }
        if let Some(target) = &self.target {
            target.check(&mut invalid);
        }
        if let Some(offer) = &self.offer {
            offer.check(&mut invalid);
        }
        if let Some(contents) = &self.contents {
            contents.check(&mut invalid);
        }
        if let Some(channel) = &self.channel {
            channel.check(&mut invalid);
        }
        if let Some(goal) = &self.goal
            && !(1..=90).contains(&goal.window_days)
        {
            invalid.push(FieldError::new(
                "/goal/window_days",
                "range",
                "use 1 to 90 days",
                "1〜90日で指定してください",
            ));
        }
        invalid.into_result()
    }

    /// Writes the document as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl Contents {
    /// A draft's words need not be complete, but those of another version could not be read again.
    fn check(&self, invalid: &mut Invalid) {
        let (pointer, version) = match &self.source {
            ContentsSource::Saved(_) => return,
            ContentsSource::Inline(email) => ("/contents/source/inline/version", email.version),
            ContentsSource::Line(line) => ("/contents/source/line/version", line.version),
            ContentsSource::Push(push) => ("/contents/source/push/version", push.version),
        };
        if version != contents::DOCUMENT_VERSION {
            invalid.push(FieldError::new(
                pointer,
                "version",
                "this version is not known; use 1",
                "このバージョンには対応していません。1 を指定してください",
            ));
        }
    }
}

impl Target {
    fn check(&self, invalid: &mut Invalid) {
        for (pointer, list) in [
            ("/target/include", &self.include),
            ("/target/exclude", &self.exclude),
        ] {
            if list.len() > MAX_SEGMENTS {
                invalid.push(FieldError::new(
                    pointer,
                    "too_many",
                    "name at most 20 segments",
                    "セグメントは20個までにしてください",
                ));
            }
        }
        if self.everybody && !self.include.is_empty() {
            invalid.push(FieldError::new(
                "/target/everybody",
                "contradiction",
                "choose either everybody or segments",
                "全員かセグメントのどちらか一方を選んでください",
            ));
        }
    }
}

impl Offer {
    fn check(&self, invalid: &mut Invalid) {
        let texts: Vec<(&str, &str)> = match self {
            Self::None {} => Vec::new(),
            Self::Free { label } => vec![("/offer/label", label)],
            Self::Products {
                label, category, ..
            } => std::iter::once(("/offer/label", label.as_str()))
                .chain(category.as_deref().map(|path| {
                    // A path of separators alone names nothing.
                    ("/offer/category", path.trim_matches([' ', '>', '＞']))
                }))
                .collect(),
            Self::Coupon { label, code, .. } => {
                vec![("/offer/label", label), ("/offer/code", code)]
            }
        };
        for (pointer, text) in texts {
            let length = text.trim().chars().count();
            if length == 0 || length > MAX_LABEL {
                invalid.push(FieldError::new(
                    pointer,
                    "length",
                    "write 1 to 200 characters",
                    "1〜200文字で入力してください",
                ));
            }
        }
        if let Self::Products {
            block: Block::LastOrder,
            category: Some(_),
            ..
        } = self
        {
            invalid.push(FieldError::new(
                "/offer/category",
                "contradiction",
                "an order is shown whole; leave the category out",
                "前回の注文はそのまま出ます。カテゴリは指定できません",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_empty_document_is_a_fine_draft_and_rubbish_is_refused_with_its_place() {
        assert_eq!(
            CampaignDocument::read(json!({"version": 1})).unwrap(),
            CampaignDocument::default()
        );
        assert!(CampaignDocument::read(json!({"version": 1, "tarjet": {}})).is_err());
        let wrong = json!({
            "version": 2,
            "target": {"everybody": true, "include": [SegmentId::from_raw(7)]},
            "offer": {"kind": "free", "label": " "},
            "goal": {"event": "order", "window_days": 0},
        });
        let pointers: Vec<String> = CampaignDocument::read(wrong)
            .unwrap_err()
            .0
            .into_iter()
            .map(|error| error.pointer)
            .collect();
        assert_eq!(
            pointers,
            [
                "/version",
                "/target/everybody",
                "/offer/label",
                "/goal/window_days"
            ]
        );
    }

    #[test]
    fn only_what_is_bought_most_can_be_narrowed_to_a_category() {
        let read = |block: &str, category: &str| {
            let offer =
                json!({"kind": "products", "label": "人気", "block": block, "category": category});
            CampaignDocument::read(json!({"version": 1, "offer": offer}))
        };
        let narrowed = read("popular", "飲料 > お茶").unwrap();
        assert_eq!(
            CampaignDocument::read(narrowed.to_json()).unwrap(),
            narrowed
        );
        for (block, category) in [("popular", " "), ("popular", " > "), ("last_order", "飲料")] {
            let errors = read(block, category).unwrap_err().0;
            assert_eq!(errors[0].pointer, "/offer/category", "{block}");
        }
    }

    #[test]
    fn a_stored_document_of_the_first_version_still_reads() {
        let stored = json!({
            "version": 1,
            "target": {"include": [SegmentId::from_raw(7)], "exclude": []},
            "offer": {"kind": "none"},
            "timing": {"kind": "now"},
            "channel": {"kind": "email", "sender": SenderId::from_raw(3)},
            "contents": {"source": {"saved": ContentId::from_raw(4)}, "locale": "person"},
            "goal": {"event": "revenue", "window_days": 7},
        });
        let document = CampaignDocument::read(stored).unwrap();
        assert_eq!(document.offer, Some(Offer::None {}));
        assert_eq!(
            CampaignDocument::read(document.to_json()).unwrap(),
            document
        );
    }
}
