//! The stored form, checked strictly before anything is compiled.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    document::{DOCUMENT_VERSION, check_envelope, escape_pointer, problem},
    problem::Problem,
};

/// Chromium shows two buttons, whatever the system.
const MAX_BUTTONS: usize = 2;
/// The longest accepted source of one field, in bytes.
const MAX_BYTES: usize = 8 * 1024;

/// A push as its author saved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushDocument {
    /// Always [`DOCUMENT_VERSION`].
    pub version: u32,
    /// Tells these documents from others.
    pub kind: PushKind,
    /// What the author calls it; customers never see it.
    pub name: String,
    /// The variant that customers without a matching locale receive.
    pub default_locale: String,
    /// The push in each locale, keyed by language such as `ja` or `en-GB`.
    pub variants: BTreeMap<String, PushVariant>,
}

/// The word that stands in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushKind {
    /// A push.
    #[default]
    Push,
}

/// A push in one language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushVariant {
    /// Liquid.
    pub title: String,
    /// Liquid.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// Liquid; an https address.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub image: String,
    /// Liquid; where a tap leads: an https address, or a scheme of the app's own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
    /// At most two.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<PushButton>,
}

/// A button under a push.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushButton {
    /// Liquid; what stands on it. A button without words is not shown.
    pub label: String,
    /// Liquid; where it leads; to where the push leads when it is empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
}

impl PushDocument {
    /// Lists what is wrong with the document before any template is looked at.
    pub fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let locales = self.variants.keys().map(String::as_str);
        check_envelope(
            (self.version, DOCUMENT_VERSION),
            &self.name,
            &self.default_locale,
            locales,
            &mut problems,
        );
        for (locale, variant) in &self.variants {
            let pointer = format!("/variants/{}", escape_pointer(locale));
            variant.validate(&pointer, &mut problems);
        }
        problems
    }
}

impl PushVariant {
    fn validate(&self, pointer: &str, problems: &mut Vec<Problem>) {
        for (field, text) in [
            ("title", &self.title),
            ("body", &self.body),
            ("image", &self.image),
            ("link", &self.link),
        ] {
            if text.len() > MAX_BYTES {
                problems.push(problem(
                    "source_too_long",
                    &format!("{pointer}/{field}"),
                    format!(
                        "長すぎます（{} バイト）。{MAX_BYTES} バイト以内にしてください。",
                        text.len()
                    ),
                    format!(
                        "{} bytes are too many; the limit is {MAX_BYTES}",
                        text.len()
                    ),
                ));
            }
        }
        if self.title.trim().is_empty() {
            problems.push(problem(
                "missing",
                &format!("{pointer}/title"),
                "タイトルを入力してください。",
                "give the push a title",
            ));
        }
        if self.buttons.len() > MAX_BUTTONS {
            problems.push(problem(
                "count",
                &format!("{pointer}/buttons"),
                format!("ボタンは{MAX_BUTTONS}個までにしてください。"),
                format!("use at most {MAX_BUTTONS} buttons"),
            ));
        }
        for (index, button) in self.buttons.iter().enumerate() {
            if button.label.trim().is_empty() {
                problems.push(problem(
                    "missing",
                    &format!("{pointer}/buttons/{index}/label"),
                    "ボタンの文字を入力してください。",
                    "write what stands on the button",
                ));
            }
        }
    }
}
