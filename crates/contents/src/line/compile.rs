//! From a document to messages whose templates are parsed once.

use std::collections::BTreeMap;

use kernel::invalid::Invalid;
use liquid_core::Template;
use serde_json::Value as Json;

use super::{
    compose,
    document::{LineDocument, LineVariant},
    tree::{EACH, Node},
};
use crate::{
    Data, RenderOptions, compile,
    document::escape_pointer,
    liquid::{Target, language, rewrite_part},
    problem::{CompileError, Fault, Position, Problem},
    sample_data,
};

/// Says what LINE would refuse of an array of message objects; the pointers begin in that array.
pub type LineCheck = fn(Json) -> Result<(), Invalid>;

/// The most entries of a list that a card is made for; a row of cards holds twelve.
const MAX_EACH: usize = 12;

/// Messages ready to be rendered for any number of customers; share them in an `Arc`.
#[derive(Debug)]
pub struct CompiledLine {
    pub(super) default_locale: String,
    pub(super) variants: BTreeMap<String, CompiledVariant>,
}

/// JSON whose texts are templates that are parsed once.
#[derive(Debug)]
pub(crate) struct CompiledVariant {
    pub(super) messages: Vec<Node>,
    /// The pointer of each text in the document.
    pub(super) texts: Vec<String>,
    /// Where each Liquid tag stands, by the id it was rewritten with.
    pub(super) places: Vec<(String, Position)>,
}

impl CompiledLine {
    /// Compiles every variant of a document.
    ///
    /// # Errors
    /// What is wrong, with its pointer. What LINE would refuse is for [`CompiledLine::refused`] to say.
    pub fn compile(document: &LineDocument) -> Result<Self, CompileError> {
        let mut problems = document.validate();
        if !problems.is_empty() {
            return Err(CompileError(problems));
        }
        let mut variants = BTreeMap::new();
        for (locale, variant) in &document.variants {
            match build(locale, compose::messages(variant)) {
                Ok(built) => {
                    variants.insert(locale.clone(), built);
                }
                Err(found) => problems.extend(found),
            }
        }
        if !problems.is_empty() {
            return Err(CompileError(problems));
        }
        Ok(Self {
            default_locale: document.default_locale.clone(),
            variants,
        })
    }

    /// Holds what a made-up customer would get in each language of `document`, the one that this was compiled
    /// from, against LINE's limits.
    pub fn refused(&self, document: &LineDocument, check: LineCheck) -> Vec<Problem> {
        let variants = document.variants.iter();
        variants
            .flat_map(|(locale, variant)| self.try_out(locale, variant, check))
            .collect()
    }

    fn try_out(&self, locale: &str, variant: &LineVariant, check: LineCheck) -> Vec<Problem> {
        let options = RenderOptions {
            locale: Some(locale),
            ..RenderOptions::default()
        };
        let data = Data::from_json(&sample_data(locale));
        let rendered = match self.render(data, &options, &mut |link| link.url.into_owned()) {
            Ok(rendered) => rendered,
            Err(error) => return vec![error.0],
        };
        let Err(invalid) = check(Json::Array(rendered.messages)) else {
            return Vec::new();
        };
        let parts = compose::messages(variant);
        let found = invalid.0.into_iter().map(|error| Problem {
            code: "line_refuses",
            message_ja: error.message.ja,
            message_en: error.message.en,
            pointer: place_of(locale, &error.pointer, &parts),
            line: 0,
            column: 0,
        });
        found.collect()
    }

    /// Returns the locale that a customer with this preference receives.
    pub fn locale_for(&self, wanted: Option<&str>) -> &str {
        crate::document::choose_locale(&self.variants, &self.default_locale, wanted)
    }
}

/// Names the part that a message came from; inside LINE's own JSON the place in it, too.
fn place_of(locale: &str, pointer: &str, parts: &[(Json, String)]) -> String {
    let base = format!("/variants/{}", escape_pointer(locale));
    let rest = pointer.trim_start_matches('/');
    let (index, inner) = rest.split_once('/').unwrap_or((rest, ""));
    let part = index.parse().ok().and_then(|at: usize| parts.get(at));
    match part {
        Some((_, part)) if part.ends_with("/message") && !inner.is_empty() => {
            format!("{base}{part}/{inner}")
        }
        Some((_, part)) => format!("{base}{part}"),
        None => format!("{base}/messages"),
    }
}

/// Parses the texts of some JSON, each part with its pointer in the variant of a language.
pub(crate) fn build(
    locale: &str,
    parts: Vec<(Json, String)>,
) -> Result<CompiledVariant, Vec<Problem>> {
    Builder::new(locale).build(parts)
}

struct Builder<'d> {
    locale: &'d str,
    texts: Vec<String>,
    places: Vec<(String, Position)>,
    problems: Vec<Problem>,
}

impl<'d> Builder<'d> {
    const fn new(locale: &'d str) -> Self {
        Self {
            locale,
            texts: Vec::new(),
            places: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn build(mut self, parts: Vec<(Json, String)>) -> Result<CompiledVariant, Vec<Problem>> {
        let base = format!("/variants/{}", escape_pointer(self.locale));
        let messages = parts
            .into_iter()
            .map(|(json, part)| self.node(json, &format!("{base}{part}")))
            .collect();
        if self.problems.is_empty() {
            Ok(CompiledVariant {
                messages,
                texts: self.texts,
                places: self.places,
            })
        } else {
            Err(self.problems)
        }
    }

    fn node(&mut self, json: Json, pointer: &str) -> Node {
        match json {
            Json::String(text) => self.text(text, pointer),
            Json::Array(items) => Node::Array(
                items
                    .into_iter()
                    .enumerate()
                    .map(|(index, item)| self.node(item, &format!("{pointer}/{index}")))
                    .collect(),
            ),
            Json::Object(mut members) if members.contains_key(EACH) => {
                let list = members.remove(EACH).unwrap_or_default();
                let limit = members.get("limit").and_then(Json::as_u64);
                let limit = limit
                    .and_then(|n| usize::try_from(n).ok())
                    .unwrap_or(MAX_EACH);
                let item = members.remove("item").unwrap_or_default();
                let Some(list) = list.as_str().filter(|_| item.is_object()) else {
                    self.note(
                        pointer,
                        "",
                        Fault::new(
                            0,
                            "each",
                            "$each には一覧の変数名を、item には繰り返すオブジェクトを書いてください。",
                            "give $each the name of a list and item the object that is repeated",
                        ),
                    );
                    return Node::Fixed(Json::Null);
                };
                let item = self.node(item, &format!("{pointer}/item"));
                Node::Each {
                    list: list.to_owned(),
                    limit: limit.min(MAX_EACH),
                    item: Box::new(item),
                }
            }
            Json::Object(members) => Node::Object(
                members
                    .into_iter()
                    .map(|(key, value)| {
                        let at = format!("{pointer}/{}", escape_pointer(&key));
                        let node = self.node(value, &at);
                        (key, node)
                    })
                    .collect(),
            ),
            other => Node::Fixed(other),
        }
    }

    fn text(&mut self, text: String, pointer: &str) -> Node {
        let place = self.texts.len();
        self.texts.push(pointer.to_owned());
        match self.template(&text, pointer) {
            Ok(Some(template)) => Node::Template(template, place),
            Ok(None) => Node::Words(text, place),
            Err(fault) => {
                self.note(pointer, &text, fault);
                Node::Fixed(Json::Null)
            }
        }
    }

    /// `None` for a text without tags.
    fn template(&mut self, text: &str, pointer: &str) -> Result<Option<Template>, Fault> {
        compile::check_characters(text)?;
        let (written, offsets) = rewrite_part(text, self.places.len(), Target::Text)?;
        if offsets.is_empty() {
            return Ok(None);
        }
        let places = offsets
            .into_iter()
            .map(|offset| (pointer.to_owned(), Position::of(text, offset)));
        self.places.extend(places);
        match liquid_core::parser::parse(&written, language()) {
            Ok(elements) => Ok(Some(Template::new(elements))),
            Err(error) => Err(compile::tags_do_not_fit(&error)),
        }
    }

    fn note(&mut self, pointer: &str, source: &str, fault: Fault) {
        self.problems.push(fault.locate(pointer, source));
    }
}
