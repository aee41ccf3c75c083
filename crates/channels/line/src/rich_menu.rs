//! Rich menus: what LINE takes.

use kernel::invalid::Invalid;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;

use crate::{
    message::action::Place,
    schema::{Check, Kind, Members, Shape, clusters, must, shape, shape_and},
};

/// Most menus, and most aliases, of one account.
pub const MAX_MENUS: usize = 1_000;
/// Largest picture, JPEG or PNG.
pub const MAX_IMAGE_BYTES: usize = 1_000_000;

/// A rich menu that LINE takes; made only by checking.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct RichMenu(Value);

impl RichMenu {
    /// Checks a rich menu object that stands at `pointer` in the author's document.
    ///
    /// # Errors
    /// Everything that LINE would refuse, each with its pointer.
    pub fn check(value: Value, pointer: &str) -> Result<Self, Invalid> {
        Check::run(pointer, |check| check.value(&value, &Kind::Object(&MENU)))?;
        Ok(Self(value))
    }

    /// Returns the JSON.
    pub const fn as_value(&self) -> &Value {
        &self.0
    }
}

impl<'de> Deserialize<'de> for RichMenu {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::check(Value::deserialize(deserializer)?, "").map_err(D::Error::custom)
    }
}

const FAR: i64 = 2_500;

static MENU: Shape = shape_and(
    &[&[
        must("size", Kind::Object(&SIZE)),
        must("selected", Kind::Flag),
        must("name", clusters(1, 300)),
        must("chatBarText", clusters(1, 14)),
        must(
            "areas",
            Kind::List {
                of: &Kind::Object(&AREA),
                min: 0,
                max: 20,
            },
        ),
    ]],
    inside,
);

static SIZE: Shape = shape_and(
    &[&[
        must("width", Kind::Whole { min: 800, max: FAR }),
        must("height", Kind::Whole { min: 250, max: FAR }),
    ]],
    flat_enough,
);

static AREA: Shape = shape(&[&[
    must("bounds", Kind::Object(&BOUNDS)),
    must("action", Kind::Action(Place::RichMenu)),
]]);

static BOUNDS: Shape = shape(&[&[
    must("x", Kind::Whole { min: 0, max: FAR }),
    must("y", Kind::Whole { min: 0, max: FAR }),
    must("width", Kind::Whole { min: 1, max: FAR }),
    must("height", Kind::Whole { min: 1, max: FAR }),
]]);

/// Width by height is at least 1.45.
fn flat_enough(check: &mut Check, size: &Members) {
    if let (Some(width), Some(height)) = (number(size, "width"), number(size, "height"))
        && width.saturating_mul(100) < height.saturating_mul(145)
    {
        check.note(
            "bad_ratio",
            "Must be at least 1.45 times as wide as high.",
            "幅は高さの1.45倍以上にしてください。",
        );
    }
}

fn inside(check: &mut Check, menu: &Members) {
    let size = menu.get("size").and_then(Value::as_object);
    let Some((width, height)) =
        size.and_then(|size| Some((number(size, "width")?, number(size, "height")?)))
    else {
        return;
    };
    let areas = menu.get("areas").and_then(Value::as_array);
    for (index, area) in areas.into_iter().flatten().enumerate() {
        let Some(bounds) = area.get("bounds").and_then(Value::as_object) else {
            continue;
        };
        let end = |from, length| {
            let from: i64 = number(bounds, from)?;
            Some(from.saturating_add(number(bounds, length)?))
        };
        let is_out = end("x", "width").is_some_and(|end| end > width)
            || end("y", "height").is_some_and(|end| end > height);
        if is_out {
            check.at("areas", |check| {
                check.at(&index.to_string(), |check| {
                    check.at("bounds", |check| {
                        check.note(
                            "out_of_range",
                            "Reaches beyond the picture.",
                            "画像の範囲を超えています。",
                        );
                    });
                });
            });
        }
    }
}

fn number(members: &Members, name: &str) -> Option<i64> {
    members.get(name).and_then(Value::as_i64)
}

#[cfg(test)]
mod tests;
