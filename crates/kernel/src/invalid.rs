//! Errors that a person can mend: which field, what is wrong, in both languages.

use serde::{Deserialize, Serialize};

/// A sentence in the two languages of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bilingual {
    /// English.
    pub en: String,
    /// Japanese.
    pub ja: String,
}

impl Bilingual {
    /// Makes a sentence from its two forms.
    pub fn new(en: impl Into<String>, ja: impl Into<String>) -> Self {
        Self {
            en: en.into(),
            ja: ja.into(),
        }
    }

    /// Returns the form for a locale; everything but English reads Japanese.
    pub fn for_locale(&self, locale: &str) -> &str {
        if locale.starts_with("en") {
            &self.en
        } else {
            &self.ja
        }
    }
}

/// One field that is wrong, addressed by JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// JSON pointer into the request document, such as `/conditions/0/value`.
    pub pointer: String,
    /// Stable code for programs, such as `too_long`.
    pub code: String,
    /// What is wrong and how to mend it.
    pub message: Bilingual,
    /// Line and column, from 1, where the field holds a source text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<(u32, u32)>,
}

impl FieldError {
    /// Makes a field error.
    pub fn new(
        pointer: impl Into<String>,
        code: impl Into<String>,
        en: impl Into<String>,
        ja: impl Into<String>,
    ) -> Self {
        Self {
            pointer: pointer.into(),
            code: code.into(),
            message: Bilingual::new(en, ja),
            place: None,
        }
    }

    /// Says where in the field's source text it is, both from 1.
    #[must_use]
    pub fn at(mut self, line: u32, column: u32) -> Self {
        self.place = Some((line, column));
        self
    }
}

/// All the fields that are wrong, never only the first.
#[derive(Debug, Clone, PartialEq, Eq, Default, thiserror::Error)]
#[error("{} field(s) are not valid", .0.len())]
pub struct Invalid(pub Vec<FieldError>);

impl Invalid {
    /// An error about one field.
    pub fn one(
        pointer: impl Into<String>,
        code: impl Into<String>,
        en: impl Into<String>,
        ja: impl Into<String>,
    ) -> Self {
        Self(vec![FieldError::new(pointer, code, en, ja)])
    }

    /// Adds a field error.
    pub fn push(&mut self, error: FieldError) {
        self.0.push(error);
    }

    /// Returns `Err(self)` when any field is wrong.
    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}
