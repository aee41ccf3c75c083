//! Words, forms and addresses.

use serde_json::Value;
use url::Url;

use super::Check;

/// A text of a form of its own, with a rule and the words for it.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// Whether a text has the form.
    pub(crate) fits: fn(&str) -> bool,
    /// What it must be, in English.
    pub(crate) en: &'static str,
    /// What it must be, in Japanese.
    pub(crate) ja: &'static str,
}

/// What kind of address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Address {
    /// A file that LINE fetches: https, 2,000 characters.
    File,
    /// Where a tap leads: http, https, line or tel, 1,000 characters.
    Link,
}

impl Check {
    pub(super) fn word(&mut self, value: &Value, words: &[&str]) {
        if !value.as_str().is_some_and(|word| words.contains(&word)) {
            let known = words.join(", ");
            self.note(
                "unknown_value",
                format!("Must be one of: {known}."),
                format!("次のいずれかにしてください: {known}"),
            );
        }
    }

    pub(super) fn form(&mut self, value: &Value, form: &Form) {
        match value.as_str() {
            None => self.wrong_kind("a text", "文字列"),
            Some(text) if !(form.fits)(text) => self.note(
                "bad_format",
                format!("Must be {}.", form.en),
                format!("{}で指定してください。", form.ja),
            ),
            Some(_) => {}
        }
    }

    pub(super) fn address(&mut self, value: &Value, address: Address) {
        let Some(text) = value.as_str() else {
            return self.wrong_kind("a text", "文字列");
        };
        let (max, schemes): (usize, &[&str]) = match address {
            Address::File => (2_000, &["https"]),
            Address::Link => (1_000, &["http", "https", "line", "tel"]),
        };
        self.length(text.chars().count(), 1, max);
        if text.is_empty() {
            return;
        }
        if text.chars().any(|c| !c.is_ascii_graphic()) {
            return self.note(
                "not_encoded",
                "Blanks and characters outside ASCII must be percent-encoded.",
                "空白や日本語などの文字はパーセントエンコードしてください。",
            );
        }
        let known = schemes.join(", ");
        match Url::parse(text) {
            Ok(url) if schemes.contains(&url.scheme()) => {}
            _ => self.note(
                "bad_address",
                format!("Must be an address that begins with one of: {known}."),
                format!("次のいずれかで始まるURLを指定してください: {known}"),
            ),
        }
    }
}
