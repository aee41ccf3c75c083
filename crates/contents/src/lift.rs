//! Takes the Liquid out of an MJML source and leaves placeholders that survive the MJML renderer,
//! the HTML parser and the CSS inliner.
//!
//! A tag between elements becomes a comment, which keeps its place even inside a table; a tag in
//! an attribute, a title or a style becomes a word. On the way every attribute that holds an
//! address is checked, because only here its place in the author's source is known.

mod attribute;

use std::collections::BTreeSet;

use crate::liquid::{Kind, Piece};
use crate::problem::Fault;

/// Elements that hold only elements: words have no place there.
const STRUCTURAL: &[&str] = &[
    "mjml",
    "mj-head",
    "mj-body",
    "mj-section",
    "mj-column",
    "mj-wrapper",
    "mj-group",
    "mj-hero",
    "mj-navbar",
    "mj-social",
    "mj-accordion",
    "mj-accordion-element",
    "mj-carousel",
    "mj-attributes",
];
/// Elements whose content is text to every parser on the way, comments included.
const TEXT_ONLY: &[&str] = &["mj-title", "mj-preview", "title", "mj-style", "style"];
/// Words between rows would be moved out of the table by the HTML parser.
const TABULAR: &[&str] = &["mj-table", "table", "tbody", "thead", "tfoot", "tr"];
const KNOWN: &[&str] = &[
    "mj-accordion-text",
    "mj-accordion-title",
    "mj-all",
    "mj-breakpoint",
    "mj-button",
    "mj-carousel-image",
    "mj-class",
    "mj-divider",
    "mj-font",
    "mj-image",
    "mj-navbar-link",
    "mj-preview",
    "mj-raw",
    "mj-social-element",
    "mj-spacer",
    "mj-style",
    "mj-table",
    "mj-text",
    "mj-title",
];
const VOID: &[&str] = &[
    "br", "hr", "img", "input", "meta", "link", "area", "base", "col", "wbr", "source",
];
const REFUSED: &[&str] = &[
    "script",
    "iframe",
    "object",
    "embed",
    "applet",
    "form",
    "base",
    "mj-include",
];
/// The renderer and the HTML parser recurse; people nest a dozen elements.
const MAX_ELEMENT_DEPTH: usize = 64;

/// An MJML source without Liquid.
#[derive(Debug)]
pub(crate) struct Lifted {
    pub(crate) mjml: String,
    pub(crate) prefix: String,
    /// Pieces that must be found again after rendering: all but those in attributes.
    pub(crate) between: BTreeSet<usize>,
    /// Pieces before `<mjml>` and after `</mjml>`.
    pub(crate) leading: Vec<usize>,
    pub(crate) trailing: Vec<usize>,
    /// Where each copied run starts: (offset in `mjml`, offset in the source).
    runs: Vec<(usize, usize)>,
}

impl Lifted {
    /// Returns the offset in the author's source of an offset in `mjml`.
    pub(crate) fn source_offset(&self, offset: usize) -> usize {
        let run = self.runs.iter().rev().find(|(lifted, _)| *lifted <= offset);
        run.map_or(0, |(lifted, source)| source + (offset - lifted))
    }
}

/// Lifts the pieces out of the source.
pub(crate) fn lift(source: &str, pieces: &[Piece<'_>]) -> Result<Lifted, Fault> {
    let mut prefix = "enlq".to_owned();
    while source.contains(&prefix) {
        prefix.push('q');
    }
    let mut lifter = Lifter {
        source,
        pieces,
        next: 0,
        at: 0,
        stack: Vec::new(),
        has_root: false,
        lifted: Lifted {
            mjml: String::with_capacity(source.len()),
            prefix,
            between: BTreeSet::new(),
            leading: Vec::new(),
            trailing: Vec::new(),
            runs: Vec::new(),
        },
    };
    lifter.run()?;
    Ok(lifter.lifted)
}

/// Writes the placeholder of a piece as a word.
fn word(prefix: &str, index: usize) -> String {
    format!("{prefix}{index}z")
}

struct Lifter<'a> {
    source: &'a str,
    pieces: &'a [Piece<'a>],
    next: usize,
    at: usize,
    stack: Vec<(String, usize)>,
    has_root: bool,
    lifted: Lifted,
}

impl<'a> Lifter<'a> {
    fn run(&mut self) -> Result<(), Fault> {
        while self.at < self.source.len() {
            if let Some(piece) = self.piece_here() {
                self.between(piece)?;
                continue;
            }
            let rest = &self.source[self.at..];
            if rest.starts_with("<!--") {
                self.comment()?;
            } else if rest.starts_with("</") {
                self.close_tag();
            } else if rest.starts_with('<')
                && rest[1..].starts_with(|c: char| c.is_ascii_alphabetic())
            {
                self.open_tag()?;
            } else {
                let first = rest.chars().next().map_or(0, char::len_utf8);
                let stop = rest[first..]
                    .find('<')
                    .map_or(rest.len(), |found| first + found);
                self.copy(self.until_piece(self.at + stop));
            }
        }
        match self.stack.last() {
            Some((name, offset)) if name.starts_with("mj") => Err(Fault::new(
                *offset,
                "element_unclosed",
                format!("<{name}> が閉じられていません。</{name}> を加えてください。"),
                format!("<{name}> is never closed: add </{name}>"),
            )),
            _ => Ok(()),
        }
    }

    fn piece_here(&self) -> Option<&'a Piece<'a>> {
        self.pieces
            .get(self.next)
            .filter(|piece| piece.start == self.at)
    }

    /// Returns the given offset, or that of the next piece if it comes first.
    fn until_piece(&self, offset: usize) -> usize {
        self.pieces
            .get(self.next)
            .map_or(offset, |piece| offset.min(piece.start))
    }

    fn copy(&mut self, to: usize) {
        self.lifted.runs.push((self.lifted.mjml.len(), self.at));
        self.lifted.mjml.push_str(&self.source[self.at..to]);
        self.at = to;
    }

    fn write(&mut self, text: &str) {
        self.lifted.runs.push((self.lifted.mjml.len(), self.at));
        self.lifted.mjml.push_str(text);
    }

    /// Puts a word in place of the piece.
    fn lift_word(&mut self, piece: &Piece<'_>) {
        let word = word(&self.lifted.prefix, self.next);
        self.write(&word);
        self.next += 1;
        self.at = piece.end;
    }

    /// Handles a piece that stands outside every tag.
    fn between(&mut self, piece: &Piece<'_>) -> Result<(), Fault> {
        let index = self.next;
        if piece.kind == Kind::Comment {
            self.next += 1;
            self.at = piece.end;
            return Ok(());
        }
        let Some((parent, _)) = self.stack.last() else {
            let side = if self.has_root {
                &mut self.lifted.trailing
            } else {
                &mut self.lifted.leading
            };
            side.push(index);
            self.next += 1;
            self.at = piece.end;
            return Ok(());
        };
        let is_text = matches!(piece.kind, Kind::Output | Kind::Raw);
        if is_text && STRUCTURAL.contains(&parent.as_str()) {
            return Err(Fault::new(
                piece.start,
                "text_outside_text",
                format!(
                    "<{parent}> の直下に文字は置けません。<mj-text> または <mj-raw> で囲んでください。"
                ),
                format!(
                    "text cannot stand directly in <{parent}>; wrap it in <mj-text> or <mj-raw>"
                ),
            ));
        }
        self.lifted.between.insert(index);
        let is_word = is_text && !TABULAR.contains(&parent.as_str());
        if is_word || TEXT_ONLY.contains(&parent.as_str()) {
            self.lift_word(piece);
        } else {
            let comment = format!("<!--{}-->", word(&self.lifted.prefix, index));
            self.write(&comment);
            self.next += 1;
            self.at = piece.end;
        }
        Ok(())
    }

    /// Drops an ordinary comment, Liquid included; keeps conditional ones.
    fn comment(&mut self) -> Result<(), Fault> {
        let rest = &self.source[self.at..];
        let end = rest
            .find("-->")
            .map(|found| self.at + found + 3)
            .ok_or_else(|| {
                Fault::new(
                    self.at,
                    "comment_unclosed",
                    "コメントが閉じられていません。「-->」を加えてください。",
                    "this comment is never closed: add `-->`",
                )
            })?;
        let is_kept = rest.starts_with("<!--[if") || rest.starts_with("<!--<!");
        while self.at < end {
            match self.piece_here() {
                Some(piece) if is_kept => self.lift_word(piece),
                Some(piece) => {
                    self.next += 1;
                    self.at = piece.end;
                }
                None if is_kept => self.copy(self.until_piece(end)),
                None => self.at = self.until_piece(end),
            }
        }
        Ok(())
    }

    fn close_tag(&mut self) {
        let rest = &self.source[self.at..];
        let name = element_name(&rest[2..]);
        if let Some(found) = self.stack.iter().rposition(|(open, _)| *open == name) {
            self.stack.truncate(found);
        }
        let end = rest.find('>').map_or(rest.len(), |found| found + 1);
        self.copy(self.until_piece(self.at + end));
    }

    fn open_tag(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let name = element_name(&self.source[start + 1..]);
        if REFUSED.contains(&name.as_str()) {
            return Err(Fault::new(
                start,
                "element_refused",
                format!("<{name}> はメールでは使えません。削除してください。"),
                format!("<{name}> is not allowed in an email; remove it"),
            ));
        }
        let is_known = STRUCTURAL.contains(&name.as_str()) || KNOWN.contains(&name.as_str());
        if name.starts_with("mj-") && !is_known {
            return Err(Fault::new(
                start,
                "element_unknown",
                format!("<{name}> という MJML の要素はありません。つづりを確認してください。"),
                format!("there is no MJML element <{name}>; check its spelling"),
            ));
        }
        self.copy(start + 1 + name.len());
        let is_closed = self.attributes(start, &name)?;
        self.has_root = true;
        if !is_closed && !VOID.contains(&name.as_str()) {
            // `<p>` and `<li>` close their own kind, as in HTML.
            if matches!(name.as_str(), "p" | "li")
                && self.stack.last().is_some_and(|(open, _)| *open == name)
            {
                self.stack.pop();
            }
            self.stack.push((name, start));
        }
        if self.stack.len() > MAX_ELEMENT_DEPTH {
            return Err(Fault::new(
                start,
                "elements_too_deep",
                format!("要素の入れ子が深すぎます。{MAX_ELEMENT_DEPTH}段以内にしてください。"),
                format!("elements are nested too deeply; keep to {MAX_ELEMENT_DEPTH} levels"),
            ));
        }
        Ok(())
    }
}

fn element_name(text: &str) -> String {
    let end = text
        .find(|c: char| c.is_whitespace() || c == '>' || c == '/' || c == '{')
        .unwrap_or(text.len());
    text[..end].to_ascii_lowercase()
}
