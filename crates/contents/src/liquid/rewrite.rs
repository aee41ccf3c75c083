//! Writes the author's tags back in a form that carries positions and escaping.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::output::Mode;
use super::{Kind, Piece, check_blocks, check_syntax, filters_of, scan};
use crate::escape::escape_html;
use crate::problem::Fault;

/// What a template writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Html,
    Text,
}

/// The variables that hold nothing but what a `capture` of this template wrote.
#[derive(Debug, Default)]
pub(crate) struct Names {
    captured: BTreeSet<String>,
}

impl Names {
    pub(crate) fn of(pieces: &[Piece<'_>]) -> Self {
        let first_word = |piece: &Piece<'_>| {
            let arguments = piece.arguments().trim_start();
            let end = arguments
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(arguments.len());
            arguments[..end].to_owned()
        };
        let mut captured = BTreeSet::new();
        let mut other = BTreeSet::new();
        for piece in pieces {
            match piece.name {
                "capture" => captured.insert(first_word(piece)),
                "assign" | "for" | "tablerow" => other.insert(first_word(piece)),
                _ => false,
            };
        }
        Self {
            captured: captured.difference(&other).cloned().collect(),
        }
    }
}

/// Writes one piece; `id` is its index in the table of positions.
pub(crate) fn rewrite(
    piece: &Piece<'_>,
    id: usize,
    target: Target,
    names: &Names,
    into: &mut String,
) {
    let before = if piece.trim_before { "-" } else { "" };
    let after = if piece.trim_after { "-" } else { "" };
    // Writing into a String cannot fail.
    let _ = match piece.kind {
        Kind::Output => {
            let (mode, chain) = output(piece, target, names);
            let reporting = u8::from(!has_fallback(piece));
            let mode = mode as u8;
            write!(
                into,
                "{{%{before} _out {id} {mode} {reporting} {chain} {after}%}}"
            )
        }
        Kind::Open | Kind::Simple => {
            let inner = piece.inner;
            write!(into, "{{%{before} _at {id} %}}{{%{inner}{after}%}}")
        }
        Kind::Middle | Kind::Close => {
            let inner = piece.inner;
            write!(into, "{{%{before}{inner}{after}%}}")
        }
        Kind::Raw => {
            let inner = match target {
                Target::Html => escape_html(piece.inner),
                Target::Text => piece.inner.into(),
            };
            write!(into, "{{% raw %}}{inner}{{% endraw %}}")
        }
        Kind::Comment => Ok(()),
    };
}

/// Decides how an output is escaped and takes off the filters that only say so.
fn output(piece: &Piece<'_>, target: Target, names: &Names) -> (Mode, String) {
    let parts = filters_of(piece.inner);
    let last = if parts.len() > 1 {
        parts.last().map_or("", |(_, part)| part.trim())
    } else {
        ""
    };
    let whole = piece.inner.trim();
    let without_last = || {
        let end = parts.last().map_or(0, |(at, _)| at.saturating_sub(1));
        piece.inner[..end].trim().to_owned()
    };
    match (target, last) {
        (Target::Html, "raw") => (Mode::Raw, without_last()),
        // In the text part a capture holds text already.
        (Target::Text, "raw") if names.captured.contains(&without_last()) => {
            (Mode::Captured, without_last())
        }
        (Target::Text, "raw") => (Mode::Stripped, without_last()),
        (Target::Html, "newline_to_br") => (Mode::Breaks, without_last()),
        (Target::Text, "newline_to_br" | "escape" | "escape_once") => (Mode::Plain, without_last()),
        // The final escape does what the author asked for; twice would show in the email.
        (Target::Html, "escape" | "escape_once") => (Mode::Escape, without_last()),
        (_, "") if names.captured.contains(whole) => (Mode::Captured, whole.to_owned()),
        (Target::Html, _) => (Mode::Escape, whole.to_owned()),
        (Target::Text, _) => (Mode::Plain, whole.to_owned()),
    }
}

fn has_fallback(piece: &Piece<'_>) -> bool {
    filters_of(piece.inner).iter().skip(1).any(|(_, part)| {
        let part = part.trim_start();
        part.starts_with("fallback") || part.starts_with("default")
    })
}

/// Scans, checks and rewrites a part that is not MJML; `first_id` numbers its first piece.
pub(crate) fn rewrite_part(
    source: &str,
    first_id: usize,
    target: Target,
) -> Result<(String, Vec<usize>), Fault> {
    let pieces = scan(source)?;
    check_blocks(pieces.iter())?;
    let names = Names::of(&pieces);
    let mut written = String::with_capacity(source.len() * 2);
    let mut offsets = Vec::with_capacity(pieces.len());
    let mut at = 0;
    for (index, piece) in pieces.iter().enumerate() {
        check_syntax(piece)?;
        push_literal(&source[at..piece.start], target, &mut written);
        rewrite(piece, first_id + index, target, &names, &mut written);
        offsets.push(piece.start);
        at = piece.end;
    }
    push_literal(&source[at..], target, &mut written);
    Ok((written, offsets))
}

/// Copies what the author wrote between tags: as text, also where the part lands in HTML.
fn push_literal(text: &str, target: Target, into: &mut String) {
    match target {
        Target::Html => into.push_str(&escape_html(text)),
        Target::Text => into.push_str(text),
    }
}
