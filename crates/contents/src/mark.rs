//! Puts Liquid and link marks back into rendered HTML or text.

use crate::link::{self, UrlUse};
use crate::liquid::{Names, Piece, Target, rewrite};
use crate::mjml::placeholders;

/// Wraps an address so that it is checked and found again in each rendered email.
pub(crate) fn wrap(value: &str, prefix: &str, used: UrlUse, ordinal: usize) -> String {
    let dynamic = if prefix.is_empty() {
        None
    } else {
        placeholders(value, prefix).next()
    };
    match dynamic {
        // The id is written as a placeholder's number and shifted together with the pieces.
        Some((_, index, _)) => {
            format!(
                "{{%_url @{index}@ {} {ordinal} %}}{value}{{%_endurl%}}",
                used as usize
            )
        }
        None if used == UrlUse::Resource => value.to_owned(),
        None => link::marked(value, ordinal),
    }
}

/// Wraps every address of an HTML text.
pub(crate) fn wrap_all(html: &str, prefix: &str) -> String {
    let mut out = String::with_capacity(html.len() * 2);
    let (mut at, mut links) = (0, 0);
    for span in link::url_spans(html) {
        out.push_str(&html[at..span.value.start]);
        out.push_str(&wrap(&html[span.value.clone()], prefix, span.used, links));
        links += usize::from(span.used == UrlUse::Link);
        at = span.value.end;
    }
    out.push_str(&html[at..]);
    out
}

/// Puts the pieces back in place of their placeholders.
pub(crate) fn restore(
    text: &str,
    prefix: &str,
    pieces: &[Piece<'_>],
    first_id: usize,
    target: Target,
) -> String {
    let names = Names::of(pieces);
    let mut out = String::with_capacity(text.len() * 2);
    let mut at = 0;
    for (start, index, end) in placeholders(text, prefix) {
        push_shifted(&text[at..start], first_id, &mut out);
        if let Some(piece) = pieces.get(index) {
            rewrite(piece, first_id + index, target, &names, &mut out);
        }
        at = end;
    }
    push_shifted(&text[at..], first_id, &mut out);
    out
}

/// Copies text and turns the `@index@` of [`wrap`] into ids.
fn push_shifted(text: &str, first_id: usize, out: &mut String) {
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once("{%_url @") {
        out.push_str(before);
        let (index, after) = tag.split_once('@').unwrap_or(("0", tag));
        let id = first_id + index.parse::<usize>().unwrap_or(0);
        out.push_str("{%_url ");
        out.push_str(&id.to_string());
        rest = after;
    }
    out.push_str(rest);
}
