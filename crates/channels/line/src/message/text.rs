//! Texts, with LINE's own emoji in both ways of writing them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{COMMON, form};
use crate::schema::{
    Check, Family, Field, Kind, Members, Shape, may, must, shape, shape_and, units,
};

const LONGEST: usize = 5_000;

pub(super) static TEXT: Shape = shape_and(
    &[
        &COMMON,
        &[
            must("text", units(1, LONGEST)),
            may(
                "emojis",
                Kind::List {
                    of: &Kind::Object(&EMOJI),
                    min: 0,
                    max: 20,
                },
            ),
            may("quoteToken", units(1, 1_000)),
        ],
    ],
    emoji_places,
);

static EMOJI: Shape = shape(&[
    &[must("index", Kind::Whole { min: 0, max: 5_000 })],
    &EMOJI_NAME,
]);

static EMOJI_NAME: [Field; 2] = [
    must("productId", units(1, 100)),
    must("emojiId", units(1, 100)),
];

/// Each emoji stands for a `$` of its own, found by its index in UTF-16 units.
fn emoji_places(check: &mut Check, message: &Members) {
    let text: Vec<u16> = message
        .get("text")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .encode_utf16()
        .collect();
    let mut taken = BTreeSet::new();
    let emojis = message.get("emojis").and_then(Value::as_array);
    for (number, emoji) in emojis.into_iter().flatten().enumerate() {
        let index = emoji
            .get("index")
            .and_then(Value::as_u64)
            .and_then(|index| usize::try_from(index).ok());
        let Some(index) = index else { continue };
        let note = |check: &mut Check, code: &str, en: &str, ja: &str| {
            check.at("emojis", |check| {
                check.at(&number.to_string(), |check| {
                    check.at("index", |check| check.note(code, en, ja));
                });
            });
        };
        if text.get(index) != Some(&u16::from(b'$')) {
            note(
                check,
                "no_placeholder",
                "There is no $ at this place of the text; an emoji such as 🍎 counts as two.",
                "本文のこの位置に $ がありません（🍎などの絵文字は2文字と数えます）。",
            );
        } else if !taken.insert(index) {
            note(
                check,
                "duplicate",
                "Another LINE emoji already stands for this $.",
                "この $ にはすでに別のLINE絵文字が指定されています。",
            );
        }
    }
}

pub(super) static TEXT_V2: Shape = shape_and(
    &[
        &COMMON,
        &[
            must("text", units(1, LONGEST)),
            may(
                "substitution",
                Kind::Named {
                    name: form::KEY,
                    of: &Kind::OneOf(&SUBSTITUTE),
                    max: 100,
                },
            ),
            may("quoteToken", units(1, 1_000)),
        ],
    ],
    placeholders,
);

static SUBSTITUTE: Family = Family {
    members: &[
        (
            "mention",
            &shape(&[&[must("mentionee", Kind::OneOf(&MENTIONEE))]]),
        ),
        ("emoji", &shape(&[&EMOJI_NAME])),
    ],
};

static MENTIONEE: Family = Family {
    members: &[
        (
            "user",
            &shape(&[&[must("userId", Kind::Form(form::USER_ID))]]),
        ),
        ("all", &shape(&[&[]])),
    ],
};

/// Every `{name}` of the text has its substitute; braces of its own are doubled.
fn placeholders(check: &mut Check, message: &Members) {
    let text = message
        .get("text")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let substitution = message.get("substitution").and_then(Value::as_object);
    let note = |check: &mut Check, code: &str, en: String, ja: String| {
        check.at("text", |check| check.note(code, en, ja));
    };
    match names(text) {
        None => note(
            check,
            "bad_braces",
            "A { or } that is to be shown must be doubled.".to_owned(),
            "文字としての { や } は {{ や }} と重ねて書いてください。".to_owned(),
        ),
        Some(names) => {
            for name in names {
                if !substitution.is_some_and(|known| known.contains_key(name)) {
                    note(
                        check,
                        "no_substitute",
                        format!("Nothing is given for {{{name}}}."),
                        format!("{{{name}}} に入れる内容がありません。"),
                    );
                }
            }
        }
    }
}

/// Returns the placeholders of a text; `None` when its braces do not match.
fn names(text: &str) -> Option<BTreeSet<&str>> {
    let mut names = BTreeSet::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (brace, after) = rest.get(at..)?.split_at_checked(1)?;
        if let Some(after) = after.strip_prefix(brace) {
            rest = after;
            continue;
        }
        if brace == "}" {
            return None;
        }
        let (name, after) = after.split_once('}')?;
        if name.contains('{') {
            return None;
        }
        names.insert(name);
        rest = after;
    }
    Some(names)
}
