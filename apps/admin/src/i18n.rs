//! The message catalogue: one function per message, generated from `locales/{ja,en}/<area>.json` by `build.rs`.
//!
//! A message without arguments is a plain `fn() -> &'static str`, and such a function is itself a reactive child in a
//! view: `<h1>{t::customers::title}</h1>` follows the language switch. A message with arguments is called in a
//! closure: `{move || t::customers::found(count)}`. One with several names them, since texts in the wrong order would
//! compile as well: `t::shell::Of { part, whole }.say()`. `{count}` is always an integer and is grouped by language.
#![expect(
    clippy::doc_markdown,
    clippy::useless_format,
    reason = "the texts are people's, and every one is formatted alike"
)]

pub use crate::state::locale::Locale;
use crate::state::locale::current;

include!(concat!(env!("OUT_DIR"), "/messages.rs"));
