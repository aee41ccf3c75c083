//! LINE's JSON with templates in it.

use liquid_core::Template;
use serde_json::{Map, Value as Json};

/// In an array: the item is made for each of a list of the data, at most `limit` times.
pub(super) const EACH: &str = "$each";
/// What the list's entry is called inside.
pub(super) const ENTRY: &str = "product";
/// What a value counts for against the bound of a render, beside its words.
const SIZE_OF_A_NODE: usize = 32;
/// Without these an object says nothing, and is left out when one of them comes out empty.
const ESSENTIAL: &[&str] = &[
    "text",
    "url",
    "uri",
    "label",
    "action",
    "contents",
    "originalContentUrl",
    "altText",
    "body",
];

/// A value of which some texts are written anew for each customer.
#[derive(Debug)]
pub(super) enum Node {
    /// The same for everybody.
    Fixed(Json),
    /// Words without a tag; kept apart because they may hold addresses.
    Words(String, usize),
    /// A template, and which text of the messages it is.
    Template(Template, usize),
    /// An array.
    Array(Vec<Self>),
    /// An object.
    Object(Vec<(String, Self)>),
    /// Made for each of a list.
    Each {
        /// The variable that holds the list.
        list: String,
        /// At most so many.
        limit: usize,
        /// What is made.
        item: Box<Self>,
    },
}

/// What writes texts: one customer's data.
pub(super) trait Write {
    /// Why it stops.
    type Error;
    /// Counts what is written, and stops when it grows beyond all bounds.
    fn spend(&mut self, bytes: usize) -> Result<(), Self::Error>;
    /// Writes a template; `place` names the text.
    fn template(&mut self, template: &Template, place: usize) -> Result<String, Self::Error>;
    /// Finishes a text that stands under `key`: its addresses are replaced.
    fn finish(&mut self, key: &str, text: String, place: usize) -> String;
    /// Goes through a list, with each entry set; returns what was made.
    fn each(&mut self, list: &str, limit: usize, item: &Node) -> Result<Vec<Json>, Self::Error>;
}

impl Node {
    /// Writes the value; `None` when nothing is left of it.
    pub(super) fn write<W: Write>(&self, key: &str, to: &mut W) -> Result<Option<Json>, W::Error> {
        to.spend(match self {
            Self::Words(text, _) => SIZE_OF_A_NODE + text.len(),
            _ => SIZE_OF_A_NODE,
        })?;
        Ok(match self {
            Self::Fixed(json) => Some(json.clone()),
            Self::Words(text, place) => Some(Json::String(to.finish(key, text.clone(), *place))),
            Self::Template(template, place) => {
                let text = to.template(template, *place)?;
                let text = text.trim();
                (!text.is_empty()).then(|| Json::String(to.finish(key, text.to_owned(), *place)))
            }
            Self::Each { .. } => self.items(key, to)?.into_iter().next(),
            Self::Array(nodes) => {
                let mut items = Vec::with_capacity(nodes.len());
                for node in nodes {
                    items.extend(node.items(key, to)?);
                }
                (!items.is_empty() || nodes.is_empty()).then_some(Json::Array(items))
            }
            Self::Object(members) => object(members, to)?,
        })
    }

    /// Writes what stands in an array: none, one or several.
    fn items<W: Write>(&self, key: &str, to: &mut W) -> Result<Vec<Json>, W::Error> {
        match self {
            Self::Each { list, limit, item } => to.each(list, *limit, item),
            other => Ok(other.write(key, to)?.into_iter().collect()),
        }
    }
}

fn object<W: Write>(members: &[(String, Node)], to: &mut W) -> Result<Option<Json>, W::Error> {
    let mut written = Map::with_capacity(members.len());
    for (key, node) in members {
        match node.write(key, to)? {
            Some(value) => {
                written.insert(key.clone(), value);
            }
            None if ESSENTIAL.contains(&key.as_str()) => return Ok(None),
            None => {}
        }
    }
    Ok(Some(Json::Object(written)))
}
