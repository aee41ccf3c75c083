//! The templates: buttons, confirm, carousel, image carousel.

use serde_json::Value;

use super::{ALT_TEXT, COMMON, action::Place, form};
use crate::schema::{
    Address, Check, Family, Field, Kind, Members, Shape, clusters, may, must, shape, shape_and,
};

pub(super) static TEMPLATE: Shape = shape(&[
    &COMMON,
    &[
        must("altText", ALT_TEXT),
        must("template", Kind::OneOf(&TEMPLATES)),
    ],
]);

static TEMPLATES: Family = Family {
    members: &[
        ("buttons", &BUTTONS),
        ("confirm", &CONFIRM),
        ("carousel", &CAROUSEL),
        ("image_carousel", &IMAGE_CAROUSEL),
    ],
};

static PICTURE_LOOK: [Field; 2] = [
    may("imageAspectRatio", Kind::Word(&["rectangle", "square"])),
    may("imageSize", Kind::Word(&["cover", "contain"])),
];

/// What a single card and a column of a carousel share; the text's limit depends on the rest.
static CARD: [Field; 4] = [
    may("thumbnailImageUrl", Kind::Address(Address::File)),
    may("imageBackgroundColor", Kind::Form(form::COLOUR)),
    may("title", clusters(1, 40)),
    may("defaultAction", Kind::Action(Place::TemplateDefault)),
];

const fn actions(min: usize, max: usize) -> Field {
    must(
        "actions",
        Kind::List {
            of: &Kind::Action(Place::Template),
            min,
            max,
        },
    )
}

static BUTTONS: Shape = shape_and(
    &[
        &PICTURE_LOOK,
        &CARD,
        &[must("text", clusters(1, 160)), actions(1, 4)],
    ],
    |check, card| shorter_text(check, card, 60),
);

static CONFIRM: Shape = shape(&[&[must("text", clusters(1, 240)), actions(2, 2)]]);

static CAROUSEL: Shape = shape_and(
    &[
        &PICTURE_LOOK,
        &[must(
            "columns",
            Kind::List {
                of: &Kind::Object(&COLUMN),
                min: 1,
                max: 10,
            },
        )],
    ],
    same_columns,
);

static COLUMN: Shape = shape_and(
    &[&CARD, &[must("text", clusters(1, 120)), actions(1, 3)]],
    |check, card| shorter_text(check, card, 60),
);

static IMAGE_CAROUSEL: Shape = shape(&[&[must(
    "columns",
    Kind::List {
        of: &Kind::Object(&IMAGE_COLUMN),
        min: 1,
        max: 10,
    },
)]]);

static IMAGE_COLUMN: Shape = shape(&[&[
    must("imageUrl", Kind::Address(Address::File)),
    must("action", Kind::Action(Place::ImageCarousel)),
]]);

/// A picture or a title leaves less room for the text.
fn shorter_text(check: &mut Check, card: &Members, max: usize) {
    let has_more = card.contains_key("thumbnailImageUrl") || card.contains_key("title");
    if let (true, Some(text)) = (has_more, card.get("text")) {
        let before = check.count();
        check.at("text", |check| check.value(text, &clusters(0, max)));
        if check.count() > before {
            check.at("text", |check| {
                check.note(
                    "too_long_with_picture",
                    format!("Beside a picture or title there is room for {max} characters."),
                    format!("画像またはタイトルがある場合は{max}文字までです。"),
                );
            });
        }
    }
}

/// LINE refuses a carousel whose columns are not of one make.
fn same_columns(check: &mut Check, carousel: &Members) {
    let make = |column: &Value| {
        let count = column
            .get("actions")
            .and_then(Value::as_array)
            .map(Vec::len);
        let has = |name| column.get(name).is_some();
        (count, has("thumbnailImageUrl"), has("title"))
    };
    let columns = carousel.get("columns").and_then(Value::as_array);
    let mut makes = columns.into_iter().flatten().map(make);
    let first = makes.next();
    for (index, other) in makes.enumerate() {
        if Some(other) != first {
            check.at("columns", |check| {
                check.at(&(index + 1).to_string(), |check| {
                    check.note(
                        "differs",
                        "All columns need the same number of buttons, and all or none a picture and a title.",
                        "すべてのカラムで、ボタンの数と、画像・タイトルの有無をそろえてください。",
                    );
                });
            });
        }
    }
}
