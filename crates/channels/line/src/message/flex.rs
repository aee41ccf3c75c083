//! Flex messages: a tree of boxes and what stands in them.

mod component;

use serde_json::Value;

use self::component::{BOX, HERO};
use super::{ALT_TEXT, COMMON, action::Place, form};
use crate::schema::{Check, Family, Field, Kind, Members, Shape, may, must, shape, shape_and};

/// LINE says "30 KB" and "50 KB" without saying of how many bytes; a thousand is safe in either reading.
const BUBBLE_BYTES: usize = 30_000;
const CAROUSEL_BYTES: usize = 50_000;

pub(super) static FLEX: Shape = shape_and(
    &[
        &COMMON,
        &[
            must("altText", ALT_TEXT),
            must("contents", Kind::OneOf(&CONTAINER)),
        ],
    ],
    size,
);

static CONTAINER: Family = Family {
    members: &[("bubble", &BUBBLE), ("carousel", &CAROUSEL)],
};

static CAROUSEL: Shape = shape_and(
    &[&[must(
        "contents",
        Kind::List {
            of: &Kind::OneOf(&BUBBLES),
            min: 1,
            max: 12,
        },
    )]],
    same_width,
);

static BUBBLES: Family = Family {
    members: &[("bubble", &BUBBLE)],
};

static BUBBLE: Shape = shape_and(
    &[&[
        may(
            "size",
            Kind::Word(&["nano", "micro", "deca", "hecto", "kilo", "mega", "giga"]),
        ),
        may("direction", Kind::Word(&["ltr", "rtl"])),
        may("header", Kind::OneOf(&BLOCK)),
        may("hero", Kind::OneOf(&HERO)),
        may("body", Kind::OneOf(&BLOCK)),
        may("footer", Kind::OneOf(&BLOCK)),
        may("styles", Kind::Object(&STYLES)),
        may("action", Kind::Action(Place::Flex)),
    ]],
    not_empty,
);

static BLOCK: Family = Family {
    members: &[("box", &BOX)],
};

static STYLES: Shape = shape(&[&[
    style("header"),
    style("hero"),
    style("body"),
    style("footer"),
]]);

const fn style(name: &'static str) -> Field {
    may(name, Kind::Object(&STYLE))
}

static STYLE: Shape = shape(&[&[
    may("backgroundColor", Kind::Form(form::COLOUR)),
    may("separator", Kind::Flag),
    may("separatorColor", Kind::Form(form::COLOUR)),
]]);

fn not_empty(check: &mut Check, bubble: &Members) {
    let has_block = ["header", "hero", "body", "footer"]
        .iter()
        .any(|name| bubble.contains_key(*name));
    if !has_block {
        check.note(
            "required",
            "A bubble needs a header, hero, body or footer.",
            "header・hero・body・footerのいずれかが必要です。",
        );
    }
}

fn same_width(check: &mut Check, carousel: &Members) {
    let bubbles = carousel.get("contents").and_then(Value::as_array);
    let mut sizes = bubbles
        .into_iter()
        .flatten()
        .map(|bubble| bubble.get("size").and_then(Value::as_str).unwrap_or("mega"));
    let first = sizes.next();
    for (index, other) in sizes.enumerate() {
        if Some(other) != first {
            check.at("contents", |check| {
                check.at(&(index + 1).to_string(), |check| {
                    check.note(
                        "differs",
                        "All bubbles of a carousel have the same size.",
                        "カルーセル内のバブルのサイズをそろえてください。",
                    );
                });
            });
        }
    }
}

/// Limits of the JSON itself, as it goes to LINE.
fn size(check: &mut Check, message: &Members) {
    let Some(contents) = message.get("contents") else {
        return;
    };
    check.at("contents", |check| {
        if contents.get("type").and_then(Value::as_str) != Some("carousel") {
            return bytes(check, contents, BUBBLE_BYTES);
        }
        bytes(check, contents, CAROUSEL_BYTES);
        let bubbles = contents.get("contents").and_then(Value::as_array);
        check.at("contents", |check| {
            for (index, bubble) in bubbles.into_iter().flatten().enumerate() {
                check.at(&index.to_string(), |check| {
                    bytes(check, bubble, BUBBLE_BYTES);
                });
            }
        });
    });
}

fn bytes(check: &mut Check, value: &Value, max: usize) {
    let bytes = serde_json::to_vec(value).map_or(usize::MAX, |json| json.len());
    if bytes > max {
        check.note(
            "too_large",
            format!("At most {max} bytes of JSON are allowed, these are {bytes}."),
            format!("JSONで{max}バイトまでです（現在{bytes}バイト）。"),
        );
    }
}
