//! The engine that holds a JSON document against a table of shapes.
//!
//! The tables (`message`, `rich_menu`) say once what LINE takes: names, kinds, limits. Everything that is
//! wrong is found in one pass, each with its JSON pointer; a name that LINE does not know is refused,
//! because it is a misspelt one.

mod text;
mod word;

use kernel::invalid::{FieldError, Invalid};
use serde_json::{Map, Value};

pub(crate) use self::word::{Address, Form};
use crate::{count::Unit, message::action::Place};

/// A JSON object's members.
pub(crate) type Members = Map<String, Value>;

/// A rule on an object that speaks of more than one member.
pub(crate) type Also = fn(&mut Check, &Members);

/// What a value may be.
pub(crate) enum Kind {
    /// Anything; the shape's further rule looks at it.
    Any,
    /// A text of so many characters.
    Text { min: usize, max: usize, unit: Unit },
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Whole { min: i64, max: i64 },
    /// Any number.
    Number { min: f64, max: f64 },
    /// One of these words.
    Word(&'static [&'static str]),
    /// A text of a form of its own.
    Form(Form),
    /// An address on the web.
    Address(Address),
    /// An object of one shape.
    Object(&'static Shape),
    /// An object whose `type` says its shape.
    OneOf(&'static Family),
    /// An action, by where it stands.
    Action(Place),
    /// A list.
    List {
        of: &'static Kind,
        min: usize,
        max: usize,
    },
    /// An object with names of the author's.
    Named {
        name: Form,
        of: &'static Kind,
        max: usize,
    },
}

/// One member of an object.
pub(crate) struct Field {
    name: &'static str,
    is_required: bool,
    kind: Kind,
}

/// A member that must be there.
pub(crate) const fn must(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        is_required: true,
        kind,
    }
}

/// A member that may be there.
pub(crate) const fn may(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        is_required: false,
        kind,
    }
}

/// A text counted in UTF-16 units.
pub(crate) const fn units(min: usize, max: usize) -> Kind {
    Kind::Text {
        min,
        max,
        unit: Unit::Utf16,
    }
}

/// A text counted in grapheme clusters.
pub(crate) const fn clusters(min: usize, max: usize) -> Kind {
    Kind::Text {
        min,
        max,
        unit: Unit::Grapheme,
    }
}

/// The members of an object.
pub(crate) struct Shape {
    /// Groups of members; more than one where shapes share some.
    pub(crate) fields: &'static [&'static [Field]],
    /// A further rule.
    pub(crate) also: Option<Also>,
}

/// A shape without a further rule.
pub(crate) const fn shape(fields: &'static [&'static [Field]]) -> Shape {
    Shape { fields, also: None }
}

/// A shape with a further rule.
pub(crate) const fn shape_and(fields: &'static [&'static [Field]], also: Also) -> Shape {
    Shape {
        fields,
        also: Some(also),
    }
}

/// Shapes told apart by their `type`.
pub(crate) struct Family {
    /// The types and their shapes.
    pub(crate) members: &'static [(&'static str, &'static Shape)],
}

/// More errors help nobody, and a hostile document could have millions.
const MOST_ERRORS: usize = 50;

/// A check under way: where it stands, and what it has found.
pub(crate) struct Check {
    path: String,
    found: Invalid,
}

impl Check {
    /// Checks a value that stands at a JSON pointer.
    pub(crate) fn run(pointer: &str, work: impl FnOnce(&mut Self)) -> Result<(), Invalid> {
        let mut check = Self {
            path: pointer.to_owned(),
            found: Invalid::default(),
        };
        work(&mut check);
        check.found.into_result()
    }

    /// Goes one step down.
    pub(crate) fn at(&mut self, step: &str, work: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push('/');
        self.path
            .push_str(&step.replace('~', "~0").replace('/', "~1"));
        work(self);
        self.path.truncate(length);
    }

    /// Notes an error where the check stands.
    pub(crate) fn note(&mut self, code: &str, en: impl Into<String>, ja: impl Into<String>) {
        if self.found.0.len() < MOST_ERRORS {
            self.found
                .push(FieldError::new(self.path.clone(), code, en, ja));
        }
    }

    /// Returns how much has been found so far.
    pub(crate) fn count(&self) -> usize {
        self.found.0.len()
    }

    /// Checks a value against a kind.
    pub(crate) fn value(&mut self, value: &Value, kind: &Kind) {
        match kind {
            Kind::Any => {}
            Kind::Text { min, max, unit } => self.text(value, *min, *max, *unit),
            Kind::Flag => {
                if !value.is_boolean() {
                    self.wrong_kind("true or false", "true または false");
                }
            }
            Kind::Whole { min, max } => self.whole(value, *min, *max),
            Kind::Number { min, max } => self.number(value, *min, *max),
            Kind::Word(words) => self.word(value, words),
            Kind::Form(form) => self.form(value, form),
            Kind::Address(address) => self.address(value, *address),
            Kind::Object(shape) => self.object(value, shape, Tag::None),
            Kind::OneOf(family) => self.one_of(value, family),
            Kind::Action(place) => crate::message::action::check(self, value, *place),
            Kind::List { of, min, max } => self.list(value, of, *min, *max),
            Kind::Named { name, of, max } => self.named(value, name, of, *max),
        }
    }

    /// Checks the members of an object.
    pub(crate) fn object(&mut self, value: &Value, shape: &Shape, tag: Tag) {
        let Some(members) = value.as_object() else {
            return self.wrong_kind("an object", "オブジェクト");
        };
        let fields = || shape.fields.iter().copied().flatten();
        for name in members.keys() {
            let is_tag = tag == Tag::Type && name == "type";
            if !is_tag && !fields().any(|field| field.name == name) {
                self.at(name, Self::unknown);
            }
        }
        for field in fields() {
            match members.get(field.name) {
                Some(value) => self.at(field.name, |check| check.value(value, &field.kind)),
                None if field.is_required => self.at(field.name, Self::missing),
                None => {}
            }
        }
        if let Some(also) = shape.also {
            also(self, members);
        }
    }

    fn one_of(&mut self, value: &Value, family: &Family) {
        if let Some((_, shape)) = self.member_of(value, family) {
            self.object(value, shape, Tag::Type);
        }
    }

    /// Finds the shape that an object's `type` names, or notes that there is none.
    pub(crate) fn member_of<'f>(
        &mut self,
        value: &Value,
        family: &'f Family,
    ) -> Option<&'f (&'static str, &'static Shape)> {
        let Some(members) = value.as_object() else {
            self.wrong_kind("an object", "オブジェクト");
            return None;
        };
        let Some(name) = members.get("type") else {
            self.at("type", Self::missing);
            return None;
        };
        let found = family
            .members
            .iter()
            .find(|(known, _)| name.as_str() == Some(known));
        if found.is_none() {
            let known: Vec<&str> = family.members.iter().map(|(name, _)| *name).collect();
            let known = known.join(", ");
            self.at("type", |check| {
                check.note(
                    "unknown_type",
                    format!("Must be one of: {known}."),
                    format!("次のいずれかにしてください: {known}"),
                );
            });
        }
        found
    }

    fn list(&mut self, value: &Value, of: &Kind, min: usize, max: usize) {
        let Some(items) = value.as_array() else {
            return self.wrong_kind("a list", "配列");
        };
        if items.len() < min {
            self.note(
                "too_few",
                format!("Needs at least {min}."),
                format!("{min}件以上必要です。"),
            );
        }
        if items.len() > max {
            self.note(
                "too_many",
                format!("At most {max} are allowed, there are {}.", items.len()),
                format!("{max}件までです（現在{}件）。", items.len()),
            );
        }
        for (index, item) in items.iter().take(max.max(1)).enumerate() {
            self.at(&index.to_string(), |check| check.value(item, of));
        }
    }

    fn named(&mut self, value: &Value, name: &Form, of: &Kind, max: usize) {
        let Some(members) = value.as_object() else {
            return self.wrong_kind("an object", "オブジェクト");
        };
        if members.len() > max {
            self.note(
                "too_many",
                format!("At most {max} are allowed, there are {}.", members.len()),
                format!("{max}件までです（現在{}件）。", members.len()),
            );
        }
        for (key, value) in members.iter().take(max) {
            self.at(key, |check| {
                check.form(&Value::String(key.clone()), name);
                check.value(value, of);
            });
        }
    }

    fn missing(&mut self) {
        self.note("required", "This is required.", "必須項目です。");
    }

    fn unknown(&mut self) {
        self.note(
            "unknown_field",
            "LINE does not know this property here.",
            "LINEのメッセージのこの位置では使えないプロパティです。",
        );
    }

    /// Notes that a value is of another kind.
    pub(crate) fn wrong_kind(&mut self, en: &str, ja: &str) {
        self.note(
            "wrong_kind",
            format!("Must be {en}."),
            format!("{ja}を指定してください。"),
        );
    }
}

/// Whether an object names its shape itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    /// It has no `type`.
    None,
    /// It has one.
    Type,
}
