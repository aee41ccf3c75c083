//! The one language that every template is parsed with.

use std::sync::LazyLock;

use liquid_core::Language;
use liquid_lib::stdlib;

use super::block::{CaptureBlock, LoopBlock};
use super::filter;
use super::output::{AtTag, OutTag, UrlBlock};

static LANGUAGE: LazyLock<Language> = LazyLock::new(build);

/// Returns the language.
pub(crate) fn language() -> &'static Language {
    &LANGUAGE
}

fn build() -> Language {
    let mut language = Language::empty();
    let tags = &mut language.tags;
    tags.register("assign".to_owned(), Box::new(stdlib::AssignTag));
    tags.register("break".to_owned(), Box::new(stdlib::BreakTag));
    tags.register("continue".to_owned(), Box::new(stdlib::ContinueTag));
    tags.register("cycle".to_owned(), Box::new(stdlib::CycleTag));
    tags.register("increment".to_owned(), Box::new(stdlib::IncrementTag));
    tags.register("decrement".to_owned(), Box::new(stdlib::DecrementTag));
    tags.register("_out".to_owned(), Box::new(OutTag));
    tags.register("_at".to_owned(), Box::new(AtTag));
    let blocks = &mut language.blocks;
    blocks.register("if".to_owned(), Box::new(stdlib::IfBlock));
    blocks.register("unless".to_owned(), Box::new(stdlib::UnlessBlock));
    blocks.register("case".to_owned(), Box::new(stdlib::CaseBlock));
    blocks.register("ifchanged".to_owned(), Box::new(stdlib::IfChangedBlock));
    blocks.register("raw".to_owned(), Box::new(stdlib::RawBlock));
    blocks.register("for".to_owned(), Box::new(LoopBlock::For));
    blocks.register("tablerow".to_owned(), Box::new(LoopBlock::TableRow));
    blocks.register("capture".to_owned(), Box::new(CaptureBlock));
    blocks.register("_url".to_owned(), Box::new(UrlBlock));
    filter::register(&mut language);
    language
}
