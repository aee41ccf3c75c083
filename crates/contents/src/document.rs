//! The stored form of an email: versioned JSON, checked strictly before anything is compiled.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// The version that [`EmailDocument`] is written in.
pub const DOCUMENT_VERSION: u32 = 1;
/// The longest accepted MJML or text source, in bytes.
pub const MAX_SOURCE_BYTES: usize = 256 * 1024;
const MAX_LINE_BYTES: usize = 2_000;

/// An email as its author saved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailDocument {
    /// Always [`DOCUMENT_VERSION`].
    pub version: u32,
    /// What the author calls it; customers never see it.
    pub name: String,
    /// The variant that customers without a matching locale receive.
    pub default_locale: String,
    /// The email in each locale, keyed by language such as `ja` or `en-GB`.
    pub variants: BTreeMap<String, EmailVariant>,
}

/// An email in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailVariant {
    /// Liquid.
    pub subject: String,
    /// Liquid; the line that mail clients show after the subject.
    #[serde(default)]
    pub preheader: String,
    /// MJML with Liquid inside.
    pub mjml: String,
    /// Liquid; derived from the HTML when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl EmailDocument {
    /// Parses and validates a stored document.
    ///
    /// # Errors
    /// Every problem found, each with its JSON pointer.
    pub fn from_json(value: serde_json::Value) -> Result<Self, Vec<Problem>> {
        let document: Self = serde_json::from_value(value).map_err(|error| {
            vec![problem(
                "document_malformed",
                "",
                format!("メールの形式が正しくありません（{error}）。"),
                format!("the document has the wrong shape: {error}"),
            )]
        })?;
        let problems = document.validate();
        if problems.is_empty() {
            Ok(document)
        } else {
            Err(problems)
        }
    }

    /// Lists what is wrong with the document before any template is looked at.
    pub fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        check_envelope(
            (self.version, DOCUMENT_VERSION),
            &self.name,
            &self.default_locale,
            self.variants.keys().map(String::as_str),
            &mut problems,
        );
        for (locale, variant) in &self.variants {
            variant.validate(
                &format!("/variants/{}", escape_pointer(locale)),
                &mut problems,
            );
        }
        problems
    }
}

/// Checks what every kind of document has; `versions` are its own and the one that is known.
pub(crate) fn check_envelope<'l>(
    versions: (u32, u32),
    name: &str,
    default_locale: &str,
    locales: impl Iterator<Item = &'l str>,
    problems: &mut Vec<Problem>,
) {
    let (version, known) = versions;
    if version != known {
        problems.push(problem(
            "version_unknown",
            "/version",
            format!("バージョン {version} には対応していません。{known} を指定してください。"),
            format!("version {version} is not known; use {known}"),
        ));
    }
    if name.trim().is_empty() || name.len() > MAX_LINE_BYTES {
        problems.push(problem(
            "name_invalid",
            "/name",
            "名前を1〜2,000バイトで入力してください。",
            "give it a name of at most 2,000 bytes",
        ));
    }
    let mut has_default = false;
    for locale in locales {
        has_default |= locale == default_locale;
        if !is_locale(locale) {
            problems.push(problem(
                "locale_invalid",
                &format!("/variants/{}", escape_pointer(locale)),
                format!(
                    "「{locale}」は言語コードではありません。ja や en のように書いてください。"
                ),
                format!("\"{locale}\" is not a locale; write it like ja, en or en-GB"),
            ));
        }
    }
    if !has_default {
        problems.push(problem(
            "default_locale_missing",
            "/default_locale",
            format!("既定の言語「{default_locale}」の内容がありません。追加してください。"),
            format!("the default locale \"{default_locale}\" has no variant; add one"),
        ));
    }
}

/// Returns the locale of a document that a customer with this preference receives.
pub(crate) fn choose_locale<'v, V>(
    variants: &'v BTreeMap<String, V>,
    default_locale: &'v str,
    wanted: Option<&str>,
) -> &'v str {
    let wanted = wanted.unwrap_or(default_locale);
    let language = wanted.split('-').next().unwrap_or(wanted);
    let found = [wanted, language]
        .into_iter()
        .find_map(|name| variants.get_key_value(name));
    found.map_or(default_locale, |(name, _)| name.as_str())
}

impl EmailVariant {
    fn validate(&self, pointer: &str, problems: &mut Vec<Problem>) {
        let text = self.text.as_deref().unwrap_or("");
        let fields = [
            ("subject", self.subject.as_str(), MAX_LINE_BYTES),
            ("preheader", self.preheader.as_str(), MAX_LINE_BYTES),
            ("mjml", self.mjml.as_str(), MAX_SOURCE_BYTES),
            ("text", text, MAX_SOURCE_BYTES),
        ];
        for (field, source, limit) in fields {
            if source.len() > limit {
                problems.push(problem(
                    "source_too_long",
                    &format!("{pointer}/{field}"),
                    format!(
                        "長すぎます（{} バイト）。{limit} バイト以内にしてください。",
                        source.len()
                    ),
                    format!("{} bytes are too many; the limit is {limit}", source.len()),
                ));
            }
        }
        if self.mjml.trim().is_empty() {
            problems.push(problem(
                "mjml_missing",
                &format!("{pointer}/mjml"),
                "本文（MJML）が空です。<mjml> から書き始めてください。",
                "the body is empty; start it with <mjml>",
            ));
        }
        for (field, source) in [("subject", &self.subject), ("preheader", &self.preheader)] {
            if let Some(offset) = source.find(['\r', '\n']) {
                let mut found = problem(
                    "line_break_in_header",
                    &format!("{pointer}/{field}"),
                    "件名とプリヘッダーには改行を入れられません。改行を削除してください。",
                    "a subject or preheader cannot hold a line break; remove it",
                );
                found.line = 1;
                found.column = source[..offset].chars().count() + 1;
                problems.push(found);
            }
        }
    }
}

fn is_locale(locale: &str) -> bool {
    let mut parts = locale.split('-');
    let language = parts.next().unwrap_or("");
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|part| {
            (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

/// Escapes one segment of a JSON pointer (RFC 6901).
pub(crate) fn escape_pointer(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

pub(crate) fn problem(
    code: &'static str,
    pointer: &str,
    ja: impl Into<String>,
    en: impl Into<String>,
) -> Problem {
    Problem {
        code,
        message_ja: ja.into(),
        message_en: en.into(),
        pointer: pointer.to_owned(),
        line: 0,
        column: 0,
    }
}
