//! A message taken apart: its headers, what it says, its reports, and the message that it gives back.

use std::sync::LazyLock;

use mail_parser::{Header, HeaderValue, Message, MessageParser, MimeHeaders, PartType};
use regex::Regex;

/// The most of a text that is looked at: servers say what happened in the first few lines.
const MAX_TEXT: usize = 64 << 10;
/// How deep messages within messages are followed.
const MAX_DEPTH: usize = 4;

/// A message taken apart.
#[derive(Debug, Default)]
pub(super) struct Letter {
    /// Names in small letters and values, unfolded and decoded.
    headers: Vec<(String, String)>,
    /// What people read, without the message that is given back.
    pub(super) prose: String,
    /// Parts of `message/delivery-status`.
    pub(super) reports: Vec<String>,
    /// Parts of `message/feedback-report`.
    pub(super) complaints: Vec<String>,
    /// The message that is given back, headers first.
    pub(super) given_back: String,
}

/// Where a copied message begins, for programs that say so.
static COPY: LazyLock<Regex> = LazyLock::new(|| {
    let starts = [
        r"-+ ?(this is a copy of|below this line is a copy|enclosed is a copy|below this line is the original)",
        r"[-=*_ ]*(original|returned|unsent|undelivered|failed) message( follows| header| text|:)?\.?[-=*_: ]*$",
        r"[-=*_ ]*(message headers? follow|headers? follow|original text follows|your message follows|start of message)",
        r"(the following is the original message|the original message (was|is|follows)|a copy of (your|the original) message|received message follows|original mail as follows|header of the original message)",
        r"[-=*_ ]*content of the (original )?message",
        r"------- (the )?(body|header|beginning)",
    ];
    regex(&format!(r"(?im)^[ \t>]*(?:{})", starts.join("|")))
});
/// A line of a header.
static HEADER: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?m)^[A-Za-z][A-Za-z0-9-]{1,40}:(?:[ \t]|$)"));
/// A line that begins a copied message where nothing announces it.
static FIRST_HEADER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?im)^(?:received|return-path|x-envelope-from|x-originating-ip|dkim-signature|message-id|mime-version):[ \t]*\S",
    )
});

/// Compiles a pattern of ours.
pub(super) fn regex(pattern: &str) -> Regex {
    #[expect(
        clippy::expect_used,
        reason = "every pattern is a constant of this crate and is compiled by a test"
    )]
    Regex::new(pattern).expect("a pattern of this crate")
}

impl Letter {
    pub(super) fn open(raw: &[u8]) -> Self {
        // A mailbox file puts a line before each message.
        let raw = if raw.starts_with(b"From ") {
            raw.iter()
                .position(|byte| *byte == b'\n')
                .and_then(|end| raw.get(end + 1..))
                .unwrap_or(raw)
        } else {
            raw
        };
        let mut letter = Self::default();
        let Some(message) = MessageParser::default().parse(raw) else {
            return letter;
        };
        for header in message.headers() {
            let name = header.name.as_str().to_lowercase();
            letter.headers.push((name, value_of(&message, header)));
        }
        letter.take(&message, 0);
        letter.find_reports();
        letter.cut();
        letter
    }

    /// Returns the first header of a name, in small letters.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(own, _)| own == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// Returns a header of the message that is given back.
    pub(super) fn original(&self, name: &str) -> Option<String> {
        field(&self.given_back, name)
    }

    /// Returns the first words that people read.
    pub(super) fn opening(&self) -> String {
        let words: Vec<&str> = self.prose.split_whitespace().take(40).collect();
        words.join(" ")
    }

    fn take(&mut self, message: &Message<'_>, depth: usize) {
        for part in &message.parts {
            let kind = part.content_type().map_or_else(String::new, |kind| {
                let subtype = kind.subtype().unwrap_or_default();
                format!("{}/{subtype}", kind.ctype()).to_lowercase()
            });
            match (&part.body, kind.as_str()) {
                (
                    PartType::Message(inner),
                    "message/delivery-status" | "message/global-delivery-status",
                ) => {
                    self.reports.push(text_of(inner.raw_message()));
                }
                (PartType::Message(inner), "message/feedback-report") => {
                    self.complaints.push(text_of(inner.raw_message()));
                }
                (PartType::Message(inner), _) => {
                    self.give_back(&text_of(inner.raw_message()));
                    if depth < MAX_DEPTH && inner.parts.len() > 1 {
                        let mut nested = Self::default();
                        nested.take(inner, depth + 1);
                        self.reports.append(&mut nested.reports);
                        self.complaints.append(&mut nested.complaints);
                    }
                }
                (PartType::Text(text), kind) => self.place(kind, text),
                (PartType::Html(html), kind) => self.place(kind, &words_of(html)),
                (PartType::Binary(bytes) | PartType::InlineBinary(bytes), kind)
                    if !kind.starts_with("image/") && !kind.starts_with("application/") =>
                {
                    self.place(kind, &text_of(bytes));
                }
                _ => {}
            }
        }
    }

    fn place(&mut self, kind: &str, text: &str) {
        let text = cut(&text.replace("\r\n", "\n")).to_owned();
        match kind {
            "message/delivery-status" | "message/global-delivery-status" => self.reports.push(text),
            "message/feedback-report" => self.complaints.push(text),
            "text/rfc822-headers" | "message/rfc822" | "message/partial" | "text/rfc822" => {
                self.give_back(&text);
            }
            // The words are there as plain text, too.
            "text/html" if self.prose.trim().len() > 40 => {}
            _ if self.prose.len() < MAX_TEXT => {
                self.prose.push_str(&text);
                self.prose.push('\n');
            }
            _ => {}
        }
    }

    fn give_back(&mut self, text: &str) {
        if self.given_back.is_empty() {
            self.given_back = cut(text).replace("\r\n", "\n");
        }
    }

    /// A report may stand in a text: where a server forgot to declare its parts, or somebody passed it on.
    fn find_reports(&mut self) {
        static QUOTE: LazyLock<Regex> = LazyLock::new(|| regex(r"(?m)^(?:>+ ?)+"));
        static FINAL: LazyLock<Regex> = LazyLock::new(|| regex(r"(?im)^final-recipient:"));
        if !self.reports.is_empty() {
            return;
        }
        for text in [&self.prose, &self.given_back] {
            let plain = QUOTE.replace_all(text, "");
            if FINAL.is_match(&plain) {
                self.reports.push(plain.into_owned());
                return;
            }
        }
    }

    /// Parts what is said from the copied message that follows in the same text.
    fn cut(&mut self) {
        let announced = COPY
            .find_iter(&self.prose)
            .find(|found| headers_behind(self.prose.get(found.end()..).unwrap_or_default()))
            .map(|found| (found.start(), found.end()));
        let bare = FIRST_HEADER
            .find_iter(&self.prose)
            .find(|found| headers_behind(self.prose.get(found.start()..).unwrap_or_default()))
            .map(|found| (found.start(), found.start()));
        let first = match (announced, bare) {
            (Some(one), Some(other)) => Some(if one.0 <= other.0 { one } else { other }),
            (one, other) => one.or(other),
        };
        if let Some((end, start)) = first {
            let copy = self
                .prose
                .get(start..)
                .unwrap_or_default()
                .trim_start()
                .to_owned();
            self.prose.truncate(end);
            self.give_back(&copy);
        }
    }
}

/// Tells whether a text begins with several headers of a message.
fn headers_behind(text: &str) -> bool {
    let lines = text
        .lines()
        .map(|line| line.trim_start_matches(['>', ' ', '|']));
    let near = lines
        .filter(|line| !line.trim().is_empty())
        .take(40)
        .skip_while(|line| !HEADER.is_match(line))
        .take(12);
    near.filter(|line| HEADER.is_match(line)).count() >= 3
}

/// Returns a field of a block of headers, unfolded.
pub(super) fn field(text: &str, name: &str) -> Option<String> {
    let mut lines = text
        .lines()
        .map(|line| line.strip_prefix("> ").unwrap_or(line));
    while let Some(line) = lines.next() {
        let Some((own, value)) = line.split_once(':') else {
            continue;
        };
        if !own.trim().eq_ignore_ascii_case(name) {
            continue;
        }
        let mut whole = value.trim().to_owned();
        for more in lines.by_ref() {
            if !more.starts_with([' ', '\t']) || more.trim().is_empty() {
                break;
            }
            whole.push(' ');
            whole.push_str(more.trim());
        }
        return Some(whole);
    }
    None
}

fn unfolded(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text_of(bytes: &[u8]) -> String {
    let head = bytes.get(..MAX_TEXT).unwrap_or(bytes);
    String::from_utf8_lossy(head).replace("\r\n", "\n")
}

/// Returns the head of a text, no sign cut in two.
fn cut(text: &str) -> &str {
    let end = (0..=MAX_TEXT.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

/// Returns what a header says, with words that were coded in it.
fn value_of(message: &Message<'_>, header: &Header<'_>) -> String {
    match &header.value {
        HeaderValue::Text(text) => unfolded(text),
        HeaderValue::Address(list) => {
            let one = |one: &mail_parser::Addr<'_>| {
                let name = one.name.as_deref().unwrap_or_default();
                let address = one.address.as_deref().unwrap_or_default();
                format!("{name} <{address}>").trim_start().to_owned()
            };
            list.iter().map(one).collect::<Vec<_>>().join(", ")
        }
        _ => {
            let place = header.offset_start as usize..header.offset_end as usize;
            let raw = message.raw_message().get(place).unwrap_or_default();
            unfolded(&String::from_utf8_lossy(raw))
        }
    }
}

/// Returns the words of a page, a line for each block.
fn words_of(html: &str) -> String {
    static BREAK: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)<(?:br|/p|/div|/tr|/li|/h\d|/td)[^>]*>"));
    static TAG: LazyLock<Regex> = LazyLock::new(|| regex(r"<[^<>]*>"));
    let shown = without(&without(cut(html), "style"), "script");
    let broken = BREAK.replace_all(&shown, "\n");
    let bare = TAG.replace_all(&broken, "");
    let signs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    signs
        .iter()
        .fold(bare.into_owned(), |text, (from, to)| text.replace(from, to))
}

/// Takes the elements of a name out of a page; what is not closed goes to the end.
fn without(html: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}"), format!("</{name}"));
    let lower = html.to_ascii_lowercase();
    let mut rest = 0;
    let mut kept = String::with_capacity(html.len());
    while let Some(start) = lower.get(rest..).and_then(|text| text.find(&open)) {
        kept.push_str(html.get(rest..rest + start).unwrap_or_default());
        let inside = rest + start + open.len();
        match lower.get(inside..).and_then(|text| text.find(&close)) {
            Some(end) => rest = inside + end + close.len(),
            None => return kept,
        }
    }
    kept.push_str(html.get(rest..).unwrap_or_default());
    kept
}
