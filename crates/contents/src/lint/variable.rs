//! Variables that do not exist.

use std::collections::{BTreeMap, BTreeSet};

use super::{Linter, Severity, sources};
use crate::{
    document::EmailVariant,
    liquid::{Kind, Piece, filters_of, scan},
};

pub(super) fn check(linter: &mut Linter<'_>, variant: &EmailVariant, known: &[&str]) {
    for (field, source) in sources(variant) {
        let Ok(pieces) = scan(source) else { continue };
        let local = local_names(&pieces);
        for piece in &pieces {
            for (offset, path) in paths(piece) {
                if !is_known(&path, known, &local) {
                    linter.add(
                        Severity::Warning,
                        "variable_unknown",
                        (field, source, Some(offset)),
                        &format!("「{path}」という変数はありません。つづりを確認してください。"),
                        &format!("there is no variable {path}; check the spelling"),
                    );
                }
            }
        }
    }
}

/// What the template itself names, and what a loop variable stands for.
fn local_names<'a>(pieces: &[Piece<'a>]) -> BTreeMap<&'a str, Option<&'a str>> {
    let mut names = BTreeMap::from([("forloop", None), ("tablerow", None)]);
    for piece in pieces {
        let mut words = piece
            .arguments()
            .split(|c: char| c.is_whitespace() || c == '=' || c == ',')
            .filter(|word| !word.is_empty());
        match piece.name {
            "for" | "tablerow" => {
                if let (Some(name), Some("in"), Some(list)) =
                    (words.next(), words.next(), words.next())
                {
                    names.insert(name, (!list.starts_with('(')).then_some(list));
                }
            }
            "assign" | "capture" | "increment" | "decrement" => {
                names.extend(words.next().map(|name| (name, None)));
            }
            _ => {}
        }
    }
    names
}

/// Lists the variables that a tag reads, each with its offset in the source.
fn paths(piece: &Piece<'_>) -> Vec<(usize, String)> {
    const WORDS: &[&str] = &[
        "and", "or", "contains", "in", "true", "false", "nil", "null", "empty", "blank", "limit",
        "offset", "reversed", "cols",
    ];
    if matches!(piece.kind, Kind::Close | Kind::Raw | Kind::Comment)
        || matches!(piece.name, "capture" | "else" | "increment" | "decrement")
    {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut defined: BTreeSet<&str> = BTreeSet::new();
    for (index, (part_at, part)) in filters_of(piece.inner).into_iter().enumerate() {
        let mut is_first = true;
        for (at, word) in words(part) {
            let skips = (is_first && (index > 0 || !piece.name.is_empty()))
                || WORDS.contains(&word)
                || word.starts_with(|c: char| c.is_ascii_digit());
            let is_definition = index == 0
                && matches!(piece.name, "for" | "tablerow" | "assign")
                && defined.is_empty()
                && !is_first;
            is_first = false;
            if is_definition {
                defined.insert(word);
            } else if !skips {
                found.push((
                    piece.inner_start + part_at + at,
                    word.trim_end_matches('.').to_owned(),
                ));
            }
        }
    }
    found
}

/// Splits an expression into words, quoted strings left out.
fn words(part: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let (mut quote, mut start) = (None, None);
    for (at, c) in part.char_indices().chain([(part.len(), ' ')]) {
        if let Some(q) = quote {
            if q == c {
                quote = None;
            }
            continue;
        }
        let is_word = c.is_alphanumeric() || c == '_' || (c == '.' && start.is_some());
        match (start, is_word) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                words.push((from, &part[from..at]));
                start = None;
            }
            _ => {}
        }
        if c == '"' || c == '\'' {
            quote = Some(c);
        }
    }
    words
}

fn is_known(path: &str, known: &[&str], local: &BTreeMap<&str, Option<&str>>) -> bool {
    let (root, rest) = path
        .split_once('.')
        .map_or((path, ""), |(root, rest)| (root, rest));
    match local.get(root) {
        // The items of a list are written `products[]`.
        Some(Some(list)) if !rest.is_empty() && *list != root => {
            matches(&format!("{list}[].{rest}"), known)
        }
        Some(_) => true,
        None => matches(path, known),
    }
}

/// Tells whether a path is a known variable, stands above one, or below a `*`.
fn matches(path: &str, known: &[&str]) -> bool {
    let path = path
        .trim_end_matches(".size")
        .trim_end_matches(".first")
        .trim_end_matches(".last");
    known.iter().any(|name| match name.strip_suffix('*') {
        Some(prefix) => path.starts_with(prefix) || prefix.trim_end_matches('.') == path,
        None => {
            *name == path
                || name
                    .strip_prefix(path)
                    .is_some_and(|rest| rest.starts_with(['.', '[']))
        }
    })
}
