//! Messages of a LINE Official Account: written as parts, stored as JSON, rendered into message objects.
//!
//! A document holds one to five messages a language. The composer's parts (text, picture, cards) become LINE's
//! JSON in `compose`; a part may also be LINE's JSON itself. Every text in it is a template, compiled once. What
//! comes out empty for a customer takes the part that it stands in with it: a card without a picture where the
//! product has none, no message where a condition does not hold.

mod compile;
mod compose;
mod document;
mod page;
mod render;
mod tree;

use crate::Problem;

pub use compile::{CompiledLine, LineCheck};
pub(crate) use compile::{CompiledVariant, build};
pub use document::{
    Button, Card, Design, LineDocument, LineKind, LineMessage, LineVariant, QuickReply, Repeat,
};
pub use page::page;
pub use render::RenderedLine;
pub(crate) use render::{Rewrite, safely};

/// Lists everything that keeps a document from being sent.
pub fn problems(document: &LineDocument, check: LineCheck) -> Vec<Problem> {
    match CompiledLine::compile(document) {
        Ok(compiled) => compiled.refused(document, check),
        Err(error) => error.0,
    }
}
