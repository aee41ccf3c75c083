//! Pushes: a title, a text, a picture, a link and buttons, on whatever device.
//!
//! Each field is a template, compiled once by what also compiles messages for LINE. What comes out empty is left out;
//! a push of which neither title nor text is left is not sent.

mod document;
mod limits;
mod render;

use std::collections::BTreeMap;

use serde_json::json;

use crate::{CompileError, Problem, line};

pub use document::{PushButton, PushDocument, PushKind, PushVariant};
pub use limits::{lint, width};
pub use render::{RenderedButton, RenderedPush};

/// A push ready to be rendered for any number of customers; share it in an `Arc`.
#[derive(Debug)]
pub struct CompiledPush {
    default_locale: String,
    variants: BTreeMap<String, line::CompiledVariant>,
}

impl CompiledPush {
    /// Compiles every variant of a document.
    ///
    /// # Errors
    /// What is wrong, with its pointer.
    pub fn compile(document: &PushDocument) -> Result<Self, CompileError> {
        let mut problems = document.validate();
        if !problems.is_empty() {
            return Err(CompileError(problems));
        }
        let mut variants = BTreeMap::new();
        for (locale, variant) in &document.variants {
            match line::build(locale, parts(variant)) {
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

    /// Returns the locale that a customer with this preference receives.
    pub fn locale_for(&self, wanted: Option<&str>) -> &str {
        crate::document::choose_locale(&self.variants, &self.default_locale, wanted)
    }
}

/// A text that comes out empty takes the part in which it stands with it, so the text of the push has one of its own.
fn parts(variant: &PushVariant) -> Vec<(serde_json::Value, String)> {
    let head = json!({
        "title": variant.title, "image": variant.image, "link": variant.link, "buttons": variant.buttons,
    });
    vec![
        (head, String::new()),
        (json!({"body": variant.body}), String::new()),
    ]
}

/// Lists everything that keeps a document from being sent, as far as a made-up customer shows it.
pub fn problems(document: &PushDocument) -> Vec<Problem> {
    match CompiledPush::compile(document) {
        Ok(compiled) => compiled.refused(),
        Err(error) => error.0,
    }
}
