//! Why a row was not taken: a stable code and a sentence in both languages.

use kernel::invalid::Bilingual;

/// Why a row was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Stable code for programs, such as `column_count`.
    pub code: &'static str,
    /// The reason and what to do.
    pub message: Bilingual,
}

impl Refusal {
    /// Makes a refusal.
    pub fn new(code: &'static str, en: impl Into<String>, ja: impl Into<String>) -> Self {
        Self {
            code,
            message: Bilingual::new(en, ja),
        }
    }

    /// A value that does not have the form its column asks for.
    pub(crate) fn value(code: &'static str, column: &str, value: &str, en: &str, ja: &str) -> Self {
        let shown: String = value.chars().take(40).collect();
        Self::new(
            code,
            format!("{column}: “{shown}” {en}"),
            format!("{column}：「{shown}」{ja}"),
        )
    }

    /// A value that must be there and is not.
    pub(crate) fn missing(column: &str) -> Self {
        Self::new(
            "required",
            format!("{column} is empty"),
            format!("{column}が空です"),
        )
    }
}
