//! Message objects: what LINE takes, as tables, and the type of what has passed them.

pub(crate) mod action;
mod flex;
mod form;
mod imagemap;
mod media;
mod template;
mod text;

use kernel::invalid::{FieldError, Invalid};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;

use self::action::Place;
use crate::schema::{Address, Check, Family, Field, Kind, Shape, may, must, shape, units};

/// Most message objects in a request.
pub const MAX_MESSAGES: usize = 5;
/// Most images that move in one message.
const MAX_ANIMATED: usize = 10;
/// LINE refuses larger requests with 413.
pub(crate) const MAX_REQUEST_BYTES: usize = 2 * 1024 * 1024;

/// One to five message objects that LINE takes.
///
/// Made only by checking, so whoever holds one need not check again. The inner form is the JSON that goes
/// to LINE; the `Debug` shows no words of it.
#[derive(Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Messages(Vec<Value>);

impl std::fmt::Debug for Messages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let types: Vec<&str> = self
            .0
            .iter()
            .filter_map(|message| message.get("type")?.as_str())
            .collect();
        f.debug_tuple("Messages").field(&types).finish()
    }
}

impl Messages {
    /// Checks a JSON array of message objects that stands at `pointer` in the author's document.
    ///
    /// # Errors
    /// Everything that LINE would refuse, each with its pointer.
    pub fn check(value: Value, pointer: &str) -> Result<Self, Invalid> {
        Check::run(pointer, |check| {
            check.value(&value, &MESSAGES);
            for (index, message) in value.as_array().into_iter().flatten().enumerate() {
                if animated(message) > MAX_ANIMATED {
                    check.at(&index.to_string(), |check| {
                        check.note(
                            "too_many",
                            format!("At most {MAX_ANIMATED} images of a message can move."),
                            format!("動く画像は1メッセージにつき{MAX_ANIMATED}枚までです。"),
                        );
                    });
                }
            }
        })?;
        match value {
            Value::Array(messages) => Ok(Self(messages)),
            _ => Err(Invalid::default()),
        }
    }

    /// Reads and checks the text of a JSON array.
    ///
    /// # Errors
    /// As [`Messages::check`], and when the text is not JSON.
    pub fn parse(json: &str, pointer: &str) -> Result<Self, Invalid> {
        if json.len() > MAX_REQUEST_BYTES {
            return Err(Invalid::one(
                pointer,
                "too_large",
                "Is larger than the 2 MB that LINE takes.",
                "LINEが受け付ける2MBを超えています。",
            ));
        }
        let value = serde_json::from_str(json).map_err(|error| {
            let place = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            Invalid(vec![
                FieldError::new(
                    pointer,
                    "bad_json",
                    "Is not JSON.",
                    "JSONとして読めません。",
                )
                .at(place(error.line()), place(error.column())),
            ])
        })?;
        Self::check(value, pointer)
    }

    /// Returns the message objects.
    pub fn as_slice(&self) -> &[Value] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Messages {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::check(Value::deserialize(deserializer)?, "").map_err(D::Error::custom)
    }
}

fn animated(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(animated).sum(),
        Value::Object(members) => {
            let own = usize::from(members.get("animated") == Some(&Value::Bool(true)));
            own + members.values().map(animated).sum::<usize>()
        }
        _ => 0,
    }
}

static MESSAGES: Kind = Kind::List {
    of: &Kind::OneOf(&MESSAGE),
    min: 1,
    max: MAX_MESSAGES,
};

static MESSAGE: Family = Family {
    members: &[
        ("text", &text::TEXT),
        ("textV2", &text::TEXT_V2),
        ("sticker", &media::STICKER),
        ("image", &media::IMAGE),
        ("video", &media::VIDEO),
        ("audio", &media::AUDIO),
        ("location", &media::LOCATION),
        ("coupon", &media::COUPON),
        ("imagemap", &imagemap::IMAGEMAP),
        ("template", &template::TEMPLATE),
        ("flex", &flex::FLEX),
    ],
};

/// What every message may have.
static COMMON: [Field; 2] = [
    may("quickReply", Kind::Object(&QUICK_REPLY)),
    may("sender", Kind::Object(&SENDER)),
];

/// The text shown where the message itself cannot be.
const ALT_TEXT: Kind = units(1, 1_500);

static SENDER: Shape = shape(&[&[
    may("name", units(1, 20)),
    may("iconUrl", Kind::Address(Address::File)),
]]);

static QUICK_REPLY: Shape = shape(&[&[must(
    "items",
    Kind::List {
        of: &Kind::OneOf(&QUICK_REPLY_ITEM),
        min: 1,
        max: 13,
    },
)]]);

static QUICK_REPLY_ITEM: Family = Family {
    members: &[(
        "action",
        &shape(&[&[
            may("imageUrl", Kind::Address(Address::File)),
            must("action", Kind::Action(Place::QuickReply)),
        ]]),
    )],
};

#[cfg(test)]
mod tests;
