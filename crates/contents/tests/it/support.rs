//! Short ways to compile and render in tests.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]
#![expect(
    clippy::needless_pass_by_value,
    reason = "callers write json!(…) in place"
)]

use std::collections::BTreeMap;

use contents::{
    CompileError, CompiledEmail, Data, EmailDocument, EmailVariant, Footer, FooterCheck, Message,
    Problem, RenderError, RenderOptions, Rendered,
};
use serde_json::{Value, json};

pub(crate) fn document(mjml: &str) -> EmailDocument {
    let variant = EmailVariant {
        subject: "件名".to_owned(),
        preheader: String::new(),
        mjml: mjml.to_owned(),
        text: None,
    };
    EmailDocument {
        version: 1,
        name: "test".to_owned(),
        default_locale: "ja".to_owned(),
        variants: BTreeMap::from([("ja".to_owned(), variant)]),
    }
}

/// An MJML document around the content of one `mj-text`.
pub(crate) fn in_text(content: &str) -> String {
    in_column(&format!("<mj-text>{content}</mj-text>"))
}

pub(crate) fn in_column(content: &str) -> String {
    format!(
        "<mjml><mj-body><mj-section><mj-column>{content}</mj-column></mj-section></mj-body></mjml>"
    )
}

pub(crate) fn compile(mjml: &str) -> Result<CompiledEmail, CompileError> {
    CompiledEmail::compile(&document(mjml), Footer::Leave)
}

/// Compiles what must not compile and returns the first problem.
pub(crate) fn refused(mjml: &str) -> Problem {
    compile(mjml).map(|_| ()).unwrap_err().0.remove(0)
}

pub(crate) fn render(mjml: &str, data: Value) -> Result<Rendered, RenderError> {
    compile(mjml)
        .unwrap()
        .render(&Data::from_json(&data), &free())
}

pub(crate) fn free() -> RenderOptions<'static> {
    RenderOptions {
        footer: FooterCheck::Skipped,
        ..RenderOptions::default()
    }
}

pub(crate) fn message(mjml: &str, data: Value) -> Message {
    render(mjml, data).unwrap().into_message()
}

pub(crate) fn workspace() -> Value {
    json!({
        "name": "えにし商店",
        "postal_address": "〒100-0001 東京都千代田区千代田1-1"
    })
}
