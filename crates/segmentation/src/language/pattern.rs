//! Regular expressions of the rule language.
//!
//! The engine takes time in proportion to the text, whatever the pattern; what a pattern costs before that is bounded here.

use regex::{Regex, RegexBuilder};

/// The longest pattern.
pub const MAX_PATTERN: usize = 500;
/// The most bytes of a compiled pattern: `(\w{100}){100}` is refused.
const MAX_COMPILED: usize = 1 << 20;
/// The deepest nesting of a pattern.
const MAX_NESTING: u32 = 50;

/// Compiles a pattern; a part of the text is enough to match.
pub(crate) fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern)
        .size_limit(MAX_COMPILED)
        .nest_limit(MAX_NESTING)
        .build()
}
