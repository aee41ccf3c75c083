//! The inside of a tag: attributes, their Liquid and their addresses.

use super::Lifter;
use crate::link::{self, UrlUse};
use crate::problem::Fault;

impl Lifter<'_> {
    /// Copies a tag from behind its name to its `>`; returns whether it closed itself.
    pub(super) fn attributes(&mut self, start: usize, element: &str) -> Result<bool, Fault> {
        loop {
            let Some(b) = self.source.as_bytes().get(self.at) else {
                return Err(Fault::new(
                    start,
                    "tag_unfinished",
                    format!("<{element} のタグが閉じられていません。「>」を加えてください。"),
                    format!("the tag <{element} is never closed: add `>`"),
                ));
            };
            if let Some(piece) = self.piece_here() {
                return Err(Fault::new(
                    piece.start,
                    "liquid_between_attributes",
                    "属性と属性の間に Liquid は書けません。引用符の中に書いてください。",
                    "Liquid cannot stand between attributes; put it inside the quotes, as in href=\"{{ product.url }}\"",
                ));
            }
            match b {
                b'>' => {
                    let is_closed = self.source[..self.at].ends_with('/');
                    self.copy(self.at + 1);
                    return Ok(is_closed);
                }
                b'/' => self.copy(self.at + 1),
                b if b.is_ascii_whitespace() => self.copy(self.at + 1),
                _ => self.attribute(element)?,
            }
        }
    }

    fn attribute(&mut self, element: &str) -> Result<(), Fault> {
        let start = self.at;
        let rest = &self.source[start..];
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/' | '{'))
            .unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        if name.len() > 2 && name.starts_with("on") && !name.contains('-') {
            return Err(Fault::new(
                start,
                "handler_refused",
                format!("{name} 属性はメールでは使えません。削除してください。"),
                format!("the attribute {name} is not allowed in an email; remove it"),
            ));
        }
        // A stray quote or brace is copied on its own, so that the loop always moves.
        self.copy(start + end.max(1).min(rest.len()));
        let after = &self.source[self.at..];
        let Some(value) = after.trim_start().strip_prefix('=') else {
            return Ok(());
        };
        let value = value.trim_start();
        let value_at = self.source.len() - value.len();
        let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            self.copy(self.until_piece(value_at));
            return Ok(());
        };
        self.copy(value_at + 1);
        self.value(start, &name, element, quote)
    }

    /// Copies a quoted value; Liquid in it may hold the same quotes.
    fn value(
        &mut self,
        attribute_start: usize,
        name: &str,
        element: &str,
        quote: char,
    ) -> Result<(), Fault> {
        let start = self.at;
        let mut is_dynamic = false;
        loop {
            if let Some(piece) = self.piece_here() {
                is_dynamic = true;
                self.lift_word(piece);
                continue;
            }
            let rest = &self.source[self.at..];
            let Some(found) = rest.find(quote) else {
                return Err(Fault::new(
                    attribute_start,
                    "attribute_unclosed",
                    format!("属性 {name} の引用符が閉じられていません。{quote} を加えてください。"),
                    format!("the quotes of {name} are never closed: add {quote}"),
                ));
            };
            let end = self.at + found;
            let stop = self.until_piece(end);
            self.copy(stop);
            if stop == end {
                break;
            }
        }
        let value = &self.source[start..self.at];
        self.copy(self.at + 1);
        if is_dynamic {
            return Ok(());
        }
        check_address(element, name, value, start)
    }
}

/// Checks a fixed address; one with Liquid in it is checked for each customer.
fn check_address(element: &str, name: &str, value: &str, offset: usize) -> Result<(), Fault> {
    let used = match name {
        "href" if element == "mj-font" || element == "link" => UrlUse::Resource,
        "href" | "action" | "formaction" | "xlink:href" => UrlUse::Link,
        "src" | "background" | "background-url" | "thumbnails-src" | "poster" => UrlUse::Resource,
        _ => return Ok(()),
    };
    if link::is_allowed(value, used) {
        return Ok(());
    }
    let (ja, en) = link::explain(value, used);
    Err(Fault::new(offset, "url_refused", ja, en))
}
