//! Finds the attributes of an HTML text that hold addresses.

use std::ops::Range;

use super::UrlUse;

/// One address in an HTML text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UrlSpan {
    pub(crate) value: Range<usize>,
    pub(crate) used: UrlUse,
}

/// Lists the addresses in order, inside conditional comments too: Outlook reads those.
pub(crate) fn url_spans(html: &str) -> Vec<UrlSpan> {
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(found) = html[at..].find('<') {
        at += found + 1;
        if html[at..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            at = tag(html, at, &mut spans);
        }
    }
    spans
}

/// Reads one tag from its name on and returns where it ends.
fn tag(html: &str, start: usize, spans: &mut Vec<UrlSpan>) -> usize {
    let is_break = |c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/' | '=');
    let skip = |at: usize, stop: &dyn Fn(char) -> bool| {
        html[at..].find(stop).map_or(html.len(), |found| at + found)
    };
    let mut at = skip(start, &is_break);
    let element = html[start..at].to_ascii_lowercase();
    loop {
        at = skip(at, &|c| !c.is_ascii_whitespace() && c != '/' && c != '=');
        if at >= html.len() || html[at..].starts_with('>') {
            return at;
        }
        let name_at = at;
        at = skip(at, &is_break);
        let name = html[name_at..at].to_ascii_lowercase();
        let after = skip(at, &|c| !c.is_ascii_whitespace());
        if !html[after..].starts_with('=') {
            continue;
        }
        at = skip(after + 1, &|c| !c.is_ascii_whitespace());
        let quote = html[at..]
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''));
        let value = match quote {
            Some(quote) => at + 1..skip(at + 1, &|c| c == quote),
            None => at..skip(at, &|c| c.is_ascii_whitespace() || c == '>'),
        };
        at = value.end + usize::from(quote.is_some() && value.end < html.len());
        if let Some(used) = use_of(&element, &name) {
            spans.push(UrlSpan { value, used });
        }
    }
}

fn use_of(element: &str, name: &str) -> Option<UrlUse> {
    match name {
        "href" if element == "link" => Some(UrlUse::Resource),
        "href" | "xlink:href" | "action" | "formaction" => Some(UrlUse::Link),
        "src" | "background" | "poster" => Some(UrlUse::Resource),
        _ => None,
    }
}
