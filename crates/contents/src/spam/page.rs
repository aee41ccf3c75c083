//! What of a page the rules look at: its words, its pictures, its links with their words.

use crate::escape::unescape_html;

/// A link and what the reader sees of it.
#[derive(Debug, Default)]
pub(super) struct Link {
    pub(super) href: String,
    pub(super) words: String,
}

/// A page, read once.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The words that show.
    pub(super) text: String,
    pub(super) n_images: usize,
    pub(super) links: Vec<Link>,
}

/// Elements whose content does not show.
const UNSEEN: [&str; 4] = ["head", "style", "script", "title"];

impl Page {
    pub(super) fn read(html: &str) -> Self {
        let mut page = Self::default();
        let mut open: Option<Link> = None;
        // The name of the unseen element, and how many of that name are open.
        let mut unseen: Option<(String, usize)> = None;
        let mut rest = html;
        while let Some(at) = rest.find('<') {
            if unseen.is_none() {
                page.words(rest.get(..at).unwrap_or_default(), &mut open);
            }
            rest = rest.get(at + 1..).unwrap_or_default();
            if let Some(comment) = rest.strip_prefix("!--") {
                let end = comment.find("-->").map_or(comment.len(), |end| end + 3);
                rest = comment.get(end..).unwrap_or_default();
                continue;
            }
            let end = rest.find('>').unwrap_or(rest.len());
            let tag = rest.get(..end).unwrap_or_default();
            rest = rest.get(end + 1..).unwrap_or_default();
            page.tag(tag, &mut open, &mut unseen);
        }
        if unseen.is_none() {
            page.words(rest, &mut open);
        }
        page.links.extend(open);
        page
    }

    fn words(&mut self, text: &str, open: &mut Option<Link>) {
        let text = unescape_html(text);
        if let Some(link) = open {
            link.words.push_str(&text);
        }
        self.text.push_str(&text);
        self.text.push(' ');
    }

    fn tag(&mut self, tag: &str, open: &mut Option<Link>, unseen: &mut Option<(String, usize)>) {
        let is_close = tag.starts_with('/');
        let name = tag
            .trim_start_matches('/')
            .split(|char: char| !char.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        if let Some((hidden, depth)) = unseen {
            if *hidden == name && !tag.ends_with('/') {
                *depth = if is_close { *depth - 1 } else { *depth + 1 };
            }
            if *depth == 0 {
                *unseen = None;
            }
            return;
        }
        let is_hidden = UNSEEN.contains(&name.as_str())
            || attribute(tag, "style").is_some_and(|style| {
                let style: String = style.split_whitespace().collect();
                style.contains("display:none")
            });
        match name.as_str() {
            "a" if is_close => self.links.extend(open.take()),
            "a" => {
                self.links.extend(open.take());
                *open = attribute(tag, "href").map(|href| Link {
                    href: unescape_html(href).into_owned(),
                    words: String::new(),
                });
            }
            // A pixel that counts opens is no picture.
            "img" if attribute(tag, "width") != Some("1") => self.n_images += 1,
            _ => {}
        }
        if is_hidden && !is_close && !tag.ends_with('/') && !matches!(name.as_str(), "img" | "br") {
            *unseen = Some((name, 1));
        }
    }
}

/// Returns the value of an attribute in quotes.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let lower = tag.to_ascii_lowercase();
    let (at, _) = lower.match_indices(name).find(|(at, _)| {
        let before = lower.get(..*at).and_then(|before| before.chars().last());
        let after = lower.get(at + name.len()..).unwrap_or_default();
        before.is_some_and(char::is_whitespace) && after.trim_start().starts_with('=')
    })?;
    let value = tag.get(at + name.len()..)?.trim_start().strip_prefix('=')?;
    let value = value.trim_start();
    let quote = value
        .chars()
        .next()
        .filter(|char| matches!(char, '"' | '\''))?;
    value.get(1..)?.split(quote).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_its_visible_words_pictures_and_links() {
        let page = Page::read(
            "<html><head><title>x</title></head><body><div style=\"display: none\">unseen<div>too</div></div>\
             <p>見る</p><!-- no --><a class=\"b\" href=\"https://a.jp/?x=1&amp;y=2\"><b>こちら</b></a>\
             <img src=\"a.png\" width=\"600\"><img src=\"o\" width=\"1\" height=\"1\"></body></html>",
        );
        let text: String = page.text.split_whitespace().collect();
        assert_eq!(text, "見るこちら");
        assert_eq!(page.n_images, 1);
        assert_eq!(page.links.len(), 1);
        assert_eq!(page.links[0].href, "https://a.jp/?x=1&y=2");
        assert_eq!(page.links[0].words, "こちら");
    }
}
