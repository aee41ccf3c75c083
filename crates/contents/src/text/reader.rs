//! A small reader for the HTML that our own pipeline writes.

use crate::escape::unescape_html;
use crate::link;

/// Turns trusted HTML that came as data into plain text.
pub(crate) fn plain_of_html(html: &str) -> String {
    let mut reader = Reader::new("");
    reader.read(html);
    super::tidy(&reader.out).trim_end().to_owned()
}

/// Turns the HTML of an email into its text part; placeholders stay, links are marked.
pub(crate) fn template_of_html(html: &str, prefix: &str) -> String {
    let mut reader = Reader::new(prefix);
    reader.read(html);
    reader.out
}

/// What still has to be written before the next word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
    Blank,
}

struct Anchor {
    href: String,
    start: usize,
    alt: String,
}

struct Reader<'p> {
    out: String,
    gap: Gap,
    prefix: &'p str,
    anchor: Option<Anchor>,
    /// Elements whose content is not shown: (name, how many of the same name are open).
    hidden: Option<(String, usize)>,
    links: usize,
    /// The gap that stands before the block tag just written, and so before what follows it.
    written: Gap,
}

impl<'p> Reader<'p> {
    fn new(prefix: &'p str) -> Self {
        Self {
            out: String::new(),
            gap: Gap::None,
            prefix,
            anchor: None,
            hidden: None,
            links: 0,
            written: Gap::None,
        }
    }

    fn read(&mut self, html: &str) {
        let mut rest = html;
        while let Some(at) = rest.find('<') {
            self.text(&rest[..at]);
            rest = &rest[at..];
            rest = if let Some(comment) = rest.strip_prefix("<!--") {
                let end = comment.find("-->").unwrap_or(comment.len());
                self.comment(&comment[..end]);
                comment.get(end + 3..).unwrap_or("")
            } else if rest[1..]
                .starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!')
            {
                let end = tag_end(rest);
                self.tag(&rest[1..end]);
                rest.get(end + 1..).unwrap_or("")
            } else {
                self.text("<");
                &rest[1..]
            };
        }
        self.text(rest);
    }

    fn comment(&mut self, comment: &str) {
        let is_placeholder = !self.prefix.is_empty()
            && comment
                .strip_prefix(self.prefix)
                .and_then(|rest| rest.strip_suffix('z'))
                .is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
        if is_placeholder && self.hidden.is_none() {
            let start = if self.out.is_empty() {
                Gap::Line
            } else {
                Gap::None
            };
            let written = self.written.max(self.gap).max(start);
            self.flush();
            self.out.push_str(comment);
            self.written = written;
        }
    }

    fn text(&mut self, text: &str) {
        if self.hidden.is_some() || text.is_empty() {
            return;
        }
        let text = unescape_html(text);
        if text.starts_with(is_space) {
            self.ask(Gap::Space);
        }
        for (index, word) in text
            .split(is_space)
            .filter(|word| !word.is_empty())
            .enumerate()
        {
            if index > 0 {
                self.ask(Gap::Space);
            }
            self.flush();
            self.out.extend(
                word.chars()
                    .filter(|c| !matches!(c, '\u{ad}' | '\u{34f}' | '\u{200c}'))
                    .map(|c| if c == '\u{a0}' { ' ' } else { c }),
            );
        }
        if text.ends_with(is_space) {
            self.ask(Gap::Space);
        }
    }

    fn ask(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    fn flush(&mut self) {
        let gap = match self.gap {
            _ if self.out.is_empty() => "",
            // The line is broken already, before the block tag.
            Gap::Blank if self.written >= Gap::Line => "\n",
            gap if gap <= self.written => "",
            Gap::None => "",
            Gap::Space => " ",
            Gap::Line => "\n",
            Gap::Blank => "\n\n",
        };
        self.out.push_str(gap);
        self.gap = Gap::None;
        self.written = Gap::None;
    }

    fn tag(&mut self, tag: &str) {
        let (is_close, tag) = tag
            .strip_prefix('/')
            .map_or((false, tag), |rest| (true, rest));
        let end = tag
            .find(|c: char| c.is_ascii_whitespace() || c == '/')
            .unwrap_or(tag.len());
        let name = tag[..end].to_ascii_lowercase();
        if let Some((hidden, depth)) = &mut self.hidden {
            if *hidden == name {
                if is_close {
                    *depth -= 1;
                } else {
                    *depth += 1;
                }
                if *depth == 0 {
                    self.hidden = None;
                }
            }
            return;
        }
        let is_hidden = matches!(name.as_str(), "head" | "style" | "script" | "title")
            || attribute(tag, "aria-hidden") == Some("true")
            || attribute(tag, "style")
                .is_some_and(|style| style.replace(' ', "").contains("display:none"));
        let is_void = matches!(
            name.as_str(),
            "br" | "hr" | "img" | "meta" | "link" | "input"
        );
        if is_hidden && !is_close && !is_void {
            self.hidden = Some((name, 1));
            return;
        }
        match name.as_str() {
            "a" if is_close => self.close_anchor(),
            "a" => self.open_anchor(tag),
            "img" => {
                if let (Some(anchor), Some(alt)) = (&mut self.anchor, attribute(tag, "alt")) {
                    anchor.alt = unescape_html(alt).into_owned();
                }
            }
            "br" => self.line_break(),
            "td" | "th" => self.ask(Gap::Space),
            "li" if !is_close => {
                self.ask(Gap::Line);
                self.flush();
                self.out.push_str("- ");
            }
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "table"
            | "blockquote" => self.ask(Gap::Blank),
            "div" | "tr" | "li" | "section" | "hr" => self.ask(Gap::Line),
            _ => {}
        }
    }

    fn open_anchor(&mut self, tag: &str) {
        let Some(href) = attribute(tag, "href") else {
            return;
        };
        self.flush();
        self.anchor = Some(Anchor {
            href: unescape_html(href).trim().to_owned(),
            start: self.out.len(),
            alt: String::new(),
        });
    }

    fn line_break(&mut self) {
        let gap = if self.gap >= Gap::Line {
            Gap::Blank
        } else {
            Gap::Line
        };
        self.ask(gap);
    }

    fn close_anchor(&mut self) {
        let Some(anchor) = self.anchor.take() else {
            return;
        };
        let label = self.out.get(anchor.start..).unwrap_or("").trim().to_owned();
        if label.is_empty() && !anchor.alt.is_empty() {
            self.flush();
            self.out.push_str(&anchor.alt);
        }
        if anchor.href.is_empty() || anchor.href.starts_with('#') {
            return;
        }
        let link = self.link(&anchor.href);
        if label == anchor.href {
            self.out.truncate(anchor.start);
            self.out.push_str(&link);
            return;
        }
        if !self.out.get(anchor.start..).unwrap_or("").is_empty() {
            self.out.push(' ');
        }
        self.out.push('<');
        self.out.push_str(&link);
        self.out.push('>');
        // Mail clients end a bare address at a space.
        self.ask(Gap::Space);
    }

    fn link(&mut self, href: &str) -> String {
        let ordinal = self.links;
        self.links += 1;
        crate::mark::wrap(href, self.prefix, link::UrlUse::TextLink, ordinal)
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\n' | '\t' | '\r')
}

/// Finds the `>` of a tag, past quoted values.
fn tag_end(tag: &str) -> usize {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match quote {
            Some(q) => quote = Some(q).filter(|q| *q != c),
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '>' => return at,
            None => {}
        }
    }
    tag.len()
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = tag;
    loop {
        let at = rest.find(name)?;
        let is_start = rest[..at].ends_with(|c: char| c.is_ascii_whitespace());
        let after = &rest[at + name.len()..];
        if let Some(value) = after.strip_prefix("=\"").filter(|_| is_start) {
            return value.split('"').next();
        }
        rest = after;
    }
}
