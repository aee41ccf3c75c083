//! What a tap does.

use serde_json::Value;

use super::form;
use crate::schema::{
    Address, Check, Family, Field, Kind, Members, Shape, Tag, clusters, may, must, shape,
    shape_and, units,
};

/// Where an action stands; it decides which are allowed and how long their labels may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A button of a template.
    Template,
    /// The picture or title of a template.
    TemplateDefault,
    /// A column of an image carousel.
    ImageCarousel,
    /// A button of a Flex message.
    FlexButton,
    /// Any other part of a Flex message.
    Flex,
    /// A quick reply.
    QuickReply,
    /// An area of a rich menu.
    RichMenu,
}

impl Place {
    /// Returns the longest label, and whether there must be one.
    const fn label(self) -> (usize, bool) {
        match self {
            Self::Template | Self::QuickReply => (20, true),
            Self::TemplateDefault | Self::RichMenu => (20, false),
            Self::ImageCarousel => (12, false),
            Self::FlexButton => (40, true),
            Self::Flex => (40, false),
        }
    }

    fn allows(self, kind: &str) -> bool {
        match kind {
            "camera" | "cameraRoll" | "location" => self == Self::QuickReply,
            "richmenuswitch" => self == Self::RichMenu,
            _ => true,
        }
    }
}

/// Checks an action at its place.
pub(crate) fn check(check: &mut Check, value: &Value, place: Place) {
    let Some((kind, shape)) = check.member_of(value, &ACTION) else {
        return;
    };
    if !place.allows(kind) {
        return check.at("type", |check| {
            check.note(
                "not_here",
                format!("The action {kind} cannot be used here."),
                format!("アクション {kind} はこの場所では使えません。"),
            );
        });
    }
    check.object(value, shape, Tag::Type);
    let (longest, is_required) = place.label();
    match value.get("label") {
        Some(label) => check.at("label", |check| {
            check.value(label, &clusters(1, longest));
        }),
        None if is_required => check.at("label", |check| {
            check.note(
                "required",
                "A button needs words.",
                "ボタンの文言が必要です。",
            );
        }),
        None => {}
    }
}

static ACTION: Family = Family {
    members: &[
        ("postback", &POSTBACK),
        ("message", &MESSAGE),
        ("uri", &URI),
        ("datetimepicker", &DATETIME),
        ("richmenuswitch", &SWITCH),
        ("clipboard", &CLIPBOARD),
        ("camera", &BARE),
        ("cameraRoll", &BARE),
        ("location", &BARE),
    ],
};

/// The label's true limit depends on the place and is checked there.
static LABEL: [Field; 1] = [may("label", clusters(0, 1_000))];

/// Counted in UTF-16 units, as everything that is not said to be counted in clusters.
const DATA: Kind = units(1, 300);

static BARE: Shape = shape(&[&LABEL]);

static POSTBACK: Shape = shape_and(
    &[
        &LABEL,
        &[
            must("data", DATA),
            may("displayText", clusters(1, 300)),
            may("text", clusters(1, 300)),
            may(
                "inputOption",
                Kind::Word(&["closeRichMenu", "openRichMenu", "openKeyboard", "openVoice"]),
            ),
            may("fillInText", clusters(1, 1_000)),
        ],
    ],
    fill_in,
);

fn fill_in(check: &mut Check, action: &Members) {
    let opens = action.get("inputOption").and_then(Value::as_str);
    if action.contains_key("fillInText") && opens != Some("openKeyboard") {
        check.at("fillInText", |check| {
            check.note(
                "not_here",
                "Only with inputOption openKeyboard.",
                "inputOptionがopenKeyboardのときだけ使えます。",
            );
        });
    }
    if action.contains_key("text") && action.contains_key("displayText") {
        check.at("text", |check| {
            check.note(
                "not_here",
                "text and displayText exclude each other.",
                "textとdisplayTextは同時に使えません。",
            );
        });
    }
}

static MESSAGE: Shape = shape(&[&LABEL, &[must("text", clusters(1, 300))]]);

static URI: Shape = shape(&[
    &LABEL,
    &[
        must("uri", Kind::Address(Address::Link)),
        may(
            "altUri",
            Kind::Object(&shape(&[&[must("desktop", Kind::Address(Address::Link))]])),
        ),
    ],
]);

static CLIPBOARD: Shape = shape(&[&LABEL, &[must("clipboardText", units(1, 1_000))]]);

static SWITCH: Shape = shape(&[
    &LABEL,
    &[
        must("richMenuAliasId", Kind::Form(form::ALIAS)),
        must("data", DATA),
    ],
]);

static DATETIME: Shape = shape_and(
    &[
        &LABEL,
        &[
            must("data", DATA),
            must("mode", Kind::Word(&["date", "time", "datetime"])),
            may("initial", units(1, 20)),
            may("max", units(1, 20)),
            may("min", units(1, 20)),
        ],
    ],
    moments,
);

fn moments(check: &mut Check, action: &Members) {
    let text = |name: &str| action.get(name).and_then(Value::as_str);
    let Some(mode) = text("mode") else { return };
    let before = check.count();
    for name in ["initial", "max", "min"] {
        if text(name).is_some_and(|moment| !form::is_moment(mode, moment)) {
            check.at(name, |check| {
                check.note(
                    "bad_format",
                    "Must be written as the mode says: 2026-04-01, 09:30 or 2026-04-01T09:30.",
                    "modeに合わせて 2026-04-01、09:30、2026-04-01T09:30 のように指定してください。",
                );
            });
        }
    }
    // All three forms sort as they read.
    let is_empty = matches!((text("min"), text("max")), (Some(min), Some(max)) if min >= max);
    if before == check.count() && is_empty {
        check.at("max", |check| {
            check.note(
                "out_of_range",
                "Must be later than min.",
                "minより後にしてください。",
            );
        });
    }
}
