//! What stands in a Flex message.

use serde_json::Value;

use super::super::{action::Place, form};
use crate::schema::{
    Address, Check, Family, Field, Kind, Members, Shape, may, must, shape, shape_and, units,
};

/// What a bubble shows on top.
pub(super) static HERO: Family = Family {
    members: &[("box", &BOX), ("image", &IMAGE), ("video", &VIDEO)],
};

static IN_BOX: Family = Family {
    members: &[
        ("box", &BOX),
        ("button", &BUTTON),
        ("image", &IMAGE),
        ("text", &TEXT),
        ("separator", &SEPARATOR),
        ("filler", &FILLER),
    ],
};

static IN_BASELINE: Family = Family {
    members: &[("icon", &ICON), ("text", &TEXT), ("filler", &FILLER)],
};

static SPANS: Family = Family {
    members: &[("span", &SPAN)],
};

static INSTEAD_OF_VIDEO: Family = Family {
    members: &[("box", &BOX), ("image", &IMAGE)],
};

static PLACED: [Field; 6] = [
    may("margin", Kind::Form(form::MARGIN)),
    may("position", Kind::Word(&["relative", "absolute"])),
    may("offsetTop", Kind::Form(form::OFFSET)),
    may("offsetBottom", Kind::Form(form::OFFSET)),
    may("offsetStart", Kind::Form(form::OFFSET)),
    may("offsetEnd", Kind::Form(form::OFFSET)),
];

static FLEX: [Field; 1] = [may("flex", Kind::Whole { min: 0, max: 1_000 })];

static ALIGNED: [Field; 2] = [
    may("align", Kind::Word(&["start", "end", "center"])),
    may("gravity", Kind::Word(&["top", "bottom", "center"])),
];

static TAPPED: [Field; 1] = [may("action", Kind::Action(Place::Flex))];

static LETTERS: [Field; 5] = [
    may("size", Kind::Form(form::FONT)),
    may("color", Kind::Form(form::CLEAR_COLOUR)),
    may("weight", Kind::Word(&["regular", "bold"])),
    may("style", Kind::Word(&["normal", "italic"])),
    may(
        "decoration",
        Kind::Word(&["none", "underline", "line-through"]),
    ),
];

static SCALING: [Field; 1] = [may("scaling", Kind::Flag)];

static SHRINKING: [Field; 1] = [may("adjustMode", Kind::Word(&["shrink-to-fit"]))];

/// What may stand in a box depends on its layout.
static CONTENTS: [Kind; 2] = [
    Kind::List {
        of: &Kind::OneOf(&IN_BOX),
        min: 0,
        max: 1_000,
    },
    Kind::List {
        of: &Kind::OneOf(&IN_BASELINE),
        min: 0,
        max: 1_000,
    },
];

pub(super) static BOX: Shape = shape_and(
    &[
        &PLACED,
        &FLEX,
        &TAPPED,
        &[
            must(
                "layout",
                Kind::Word(&["horizontal", "vertical", "baseline"]),
            ),
            must("contents", Kind::Any),
            may("spacing", Kind::Form(form::MARGIN)),
            may("backgroundColor", Kind::Form(form::CLEAR_COLOUR)),
            may("borderColor", Kind::Form(form::CLEAR_COLOUR)),
            may("borderWidth", Kind::Form(form::BORDER)),
            may("cornerRadius", Kind::Form(form::MARGIN)),
            may("width", Kind::Form(form::LENGTH)),
            may("maxWidth", Kind::Form(form::LENGTH)),
            may("height", Kind::Form(form::LENGTH)),
            may("maxHeight", Kind::Form(form::LENGTH)),
            may("paddingAll", Kind::Form(form::OFFSET)),
            may("paddingTop", Kind::Form(form::OFFSET)),
            may("paddingBottom", Kind::Form(form::OFFSET)),
            may("paddingStart", Kind::Form(form::OFFSET)),
            may("paddingEnd", Kind::Form(form::OFFSET)),
            may(
                "justifyContent",
                Kind::Word(&[
                    "center",
                    "flex-start",
                    "flex-end",
                    "space-between",
                    "space-around",
                    "space-evenly",
                ]),
            ),
            may(
                "alignItems",
                Kind::Word(&["center", "flex-start", "flex-end"]),
            ),
            may("background", Kind::OneOf(&BACKGROUND)),
        ],
    ],
    contents,
);

fn contents(check: &mut Check, members: &Members) {
    let Some(contents) = members.get("contents") else {
        return;
    };
    let is_baseline = members.get("layout").and_then(Value::as_str) == Some("baseline");
    let [any, baseline] = &CONTENTS;
    check.at("contents", |check| {
        check.value(contents, if is_baseline { baseline } else { any });
    });
}

static BACKGROUND: Family = Family {
    members: &[(
        "linearGradient",
        &shape(&[&[
            must("angle", Kind::Form(form::ANGLE)),
            must("startColor", Kind::Form(form::CLEAR_COLOUR)),
            must("endColor", Kind::Form(form::CLEAR_COLOUR)),
            may("centerColor", Kind::Form(form::CLEAR_COLOUR)),
            may("centerPosition", Kind::Form(form::PERCENT)),
        ]]),
    )],
};

static BUTTON: Shape = shape(&[
    &PLACED,
    &FLEX,
    &SCALING,
    &SHRINKING,
    &[
        must("action", Kind::Action(Place::FlexButton)),
        may("height", Kind::Word(&["sm", "md"])),
        may("style", Kind::Word(&["primary", "secondary", "link"])),
        may("color", Kind::Form(form::CLEAR_COLOUR)),
        may("gravity", Kind::Word(&["top", "bottom", "center"])),
    ],
]);

static IMAGE: Shape = shape(&[
    &PLACED,
    &FLEX,
    &ALIGNED,
    &TAPPED,
    &[
        must("url", Kind::Address(Address::File)),
        may("size", Kind::Form(form::IMAGE_SIZE)),
        may("aspectRatio", Kind::Form(form::RATIO)),
        may("aspectMode", Kind::Word(&["cover", "fit"])),
        may("backgroundColor", Kind::Form(form::CLEAR_COLOUR)),
        may("animated", Kind::Flag),
    ],
]);

static VIDEO: Shape = shape(&[
    &TAPPED,
    &[
        must("url", Kind::Address(Address::File)),
        must("previewUrl", Kind::Address(Address::File)),
        must("altContent", Kind::OneOf(&INSTEAD_OF_VIDEO)),
        may("aspectRatio", Kind::Form(form::RATIO)),
    ],
]);

static ICON: Shape = shape(&[
    &PLACED,
    &SCALING,
    &[
        must("url", Kind::Address(Address::File)),
        may("size", Kind::Form(form::FONT)),
        may("aspectRatio", Kind::Form(form::RATIO)),
    ],
]);

static TEXT: Shape = shape_and(
    &[
        &PLACED,
        &FLEX,
        &ALIGNED,
        &TAPPED,
        &LETTERS,
        &SCALING,
        &SHRINKING,
        &[
            may("text", units(1, 2_000)),
            may(
                "contents",
                Kind::List {
                    of: &Kind::OneOf(&SPANS),
                    min: 0,
                    max: 1_000,
                },
            ),
            may("wrap", Kind::Flag),
            may("lineSpacing", Kind::Form(form::PIXELS)),
            may("maxLines", Kind::Whole { min: 0, max: 1_000 }),
        ],
    ],
    |check, text| {
        let has_spans = text
            .get("contents")
            .and_then(Value::as_array)
            .is_some_and(|spans| !spans.is_empty());
        if !has_spans && !text.contains_key("text") {
            check.note(
                "required",
                "A text needs words: text or contents.",
                "textまたはcontentsが必要です。",
            );
        }
    },
);

static SPAN: Shape = shape(&[&LETTERS, &[must("text", units(1, 2_000))]]);

static SEPARATOR: Shape = shape(&[&[
    may("margin", Kind::Form(form::MARGIN)),
    may("color", Kind::Form(form::CLEAR_COLOUR)),
]]);

static FILLER: Shape = shape(&[&FLEX]);
