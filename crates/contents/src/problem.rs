//! What is wrong with a document, where the author can see it and in both languages of the admin.

use std::fmt;

use serde::Serialize;

/// One thing that is wrong, with the place in the author's own source and the way to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Stable code, for tests and for links into the guide.
    pub code: &'static str,
    /// What is wrong and how to mend it, in Japanese.
    pub message_ja: String,
    /// What is wrong and how to mend it, in English.
    pub message_en: String,
    /// JSON pointer into the document, such as `/variants/ja/mjml`.
    pub pointer: String,
    /// Line in the field that `pointer` names, from 1; 0 where the field as a whole is meant.
    pub line: usize,
    /// Column in characters, from 1; 0 where the field as a whole is meant.
    pub column: usize,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at {}:{}:{}",
            self.message_en, self.pointer, self.line, self.column
        )
    }
}

/// A document that cannot be compiled; holds at most one problem per field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("failed to compile the email: {}", .0.first().map(ToString::to_string).unwrap_or_default())]
pub struct CompileError(pub Vec<Problem>);

/// A compiled email that cannot be rendered for this customer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("failed to render the email: {0}")]
pub struct RenderError(pub Problem);

/// A line and column of a source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

impl Position {
    /// Returns the position of a byte offset; an offset inside a character counts as that character.
    pub(crate) fn of(source: &str, offset: usize) -> Self {
        let mut end = offset.min(source.len());
        while !source.is_char_boundary(end) {
            end -= 1;
        }
        let before = &source[..end];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Self { line, column }
    }
}

/// A problem before its field and line are known: a byte offset into one source text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) offset: usize,
    pub(crate) code: &'static str,
    pub(crate) ja: String,
    pub(crate) en: String,
}

impl Fault {
    pub(crate) fn new(
        offset: usize,
        code: &'static str,
        ja: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            offset,
            code,
            ja: ja.into(),
            en: en.into(),
        }
    }

    pub(crate) fn locate(self, pointer: &str, source: &str) -> Problem {
        let position = Position::of(source, self.offset);
        Problem {
            code: self.code,
            message_ja: self.ja,
            message_en: self.en,
            pointer: pointer.to_owned(),
            line: position.line,
            column: position.column,
        }
    }
}
