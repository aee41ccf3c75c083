//! A picture with places to tap.

use serde_json::Value;

use super::{ALT_TEXT, COMMON};
use crate::schema::{
    Address, Check, Family, Kind, Members, Shape, may, must, shape, shape_and, units,
};

/// The width that LINE wants every imagemap to be measured in.
const WIDTH: i64 = 1_040;
const FAR: i64 = 100_000;

pub(super) static IMAGEMAP: Shape = shape_and(
    &[
        &COMMON,
        &[
            must("baseUrl", Kind::Address(Address::File)),
            must("altText", ALT_TEXT),
            must("baseSize", Kind::Object(&BASE_SIZE)),
            must(
                "actions",
                Kind::List {
                    of: &Kind::OneOf(&ACTION),
                    min: 1,
                    max: 50,
                },
            ),
            may("video", Kind::Object(&VIDEO)),
        ],
    ],
    base_address,
);

static BASE_SIZE: Shape = shape(&[&[
    must(
        "width",
        Kind::Whole {
            min: WIDTH,
            max: WIDTH,
        },
    ),
    must("height", Kind::Whole { min: 1, max: FAR }),
]]);

static AREA: Shape = shape(&[&[
    must("x", Kind::Whole { min: 0, max: FAR }),
    must("y", Kind::Whole { min: 0, max: FAR }),
    must("width", Kind::Whole { min: 1, max: FAR }),
    must("height", Kind::Whole { min: 1, max: FAR }),
]]);

static ACTION: Family = Family {
    members: &[
        (
            "uri",
            &shape(&[&[
                may("label", units(1, 100)),
                must("linkUri", Kind::Address(Address::Link)),
                must("area", Kind::Object(&AREA)),
            ]]),
        ),
        (
            "message",
            &shape(&[&[
                may("label", units(1, 100)),
                must("text", units(1, 400)),
                must("area", Kind::Object(&AREA)),
            ]]),
        ),
        (
            "clipboard",
            &shape(&[&[
                may("label", units(1, 100)),
                must("clipboardText", units(1, 1_000)),
                must("area", Kind::Object(&AREA)),
            ]]),
        ),
    ],
};

static VIDEO: Shape = shape(&[&[
    must("originalContentUrl", Kind::Address(Address::File)),
    must("previewImageUrl", Kind::Address(Address::File)),
    must("area", Kind::Object(&AREA)),
    may("externalLink", Kind::Object(&EXTERNAL)),
]]);

static EXTERNAL: Shape = shape(&[&[
    must("linkUri", Kind::Address(Address::Link)),
    must("label", units(1, 30)),
]]);

/// LINE puts `/1040` and other widths behind the address.
fn base_address(check: &mut Check, message: &Members) {
    let base = message.get("baseUrl").and_then(Value::as_str);
    if base.is_some_and(|base| base.ends_with('/') || base.contains(['?', '#'])) {
        check.at("baseUrl", |check| {
            check.note(
                "bad_address",
                "Must end where LINE can put /1040 behind it: no slash, ? or #.",
                "LINEが末尾に /1040 などを付けます。末尾の / や ?、# は使えません。",
            );
        });
    }
}
