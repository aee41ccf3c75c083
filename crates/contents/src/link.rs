//! Addresses in an email: which are allowed, where they stand, and how they are replaced.
//!
//! A rendered part carries its links between control characters that no data can bring in (the
//! escaping drops them), so finding them again is one scan for a byte.

mod scan;

use std::borrow::Cow;
use std::io::{self, Write};

use crate::escape::unescape_html;
use crate::liquid::Failure;

pub(crate) use scan::url_spans;

const START: char = '\u{1}';
const MIDDLE: char = '\u{2}';
const END: char = '\u{3}';
/// The ordinal of a link that came in through `| raw`.
const FOREIGN: usize = 9_999;

/// What an address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UrlUse {
    /// A link in HTML.
    Link = 0,
    /// An image or background in HTML.
    Resource = 1,
    /// A link in plain text.
    TextLink = 2,
}

impl UrlUse {
    pub(crate) fn of(number: usize) -> Self {
        match number {
            1 => Self::Resource,
            2 => Self::TextLink,
            _ => Self::Link,
        }
    }
}

/// What a link leads to, which decides whether it is tracked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// An http(s) page: tracked.
    Web,
    /// The workspace's unsubscribe page: never tracked.
    Unsubscribe,
    /// The workspace's preference page: never tracked.
    Preferences,
    /// The email itself as a web page: never tracked.
    WebView,
    /// `mailto:` or `tel:`: never tracked.
    Contact,
}

/// One link of a rendered email, in the order of the part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRef<'a> {
    /// The address as a browser would open it, without HTML escaping.
    pub url: Cow<'a, str>,
    /// What it leads to.
    pub kind: LinkKind,
    /// Which link of the template this is, from 0; the same for every customer and loop round.
    pub ordinal: usize,
    /// True in the plain-text part.
    pub is_text: bool,
}

/// The addresses that the workspace itself serves, by which system links are recognised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SystemUrls {
    pub(crate) unsubscribe: String,
    pub(crate) preferences: String,
    pub(crate) web: String,
}

impl SystemUrls {
    fn kind_of(&self, url: &str) -> LinkKind {
        let is = |system: &str| !system.is_empty() && system == url;
        if is(&self.unsubscribe) {
            LinkKind::Unsubscribe
        } else if is(&self.preferences) {
            LinkKind::Preferences
        } else if is(&self.web) {
            LinkKind::WebView
        } else if matches!(scheme(url).as_deref(), Some("http" | "https")) {
            LinkKind::Web
        } else {
            LinkKind::Contact
        }
    }
}

fn scheme(url: &str) -> Option<String> {
    let (scheme, _) = url.split_once(':')?;
    Some(scheme.to_ascii_lowercase())
}

/// Tells whether an address may stand in an email.
pub(crate) fn is_allowed(value: &str, used: UrlUse) -> bool {
    let plain = if used == UrlUse::TextLink {
        Cow::Borrowed(value)
    } else {
        unescape_html(value)
    };
    // Entities may stand for entities' characters only once, but a second reading costs nothing
    // and some webmail reads twice.
    let plain = plain.trim_matches(' ');
    if plain
        .chars()
        .any(|c| c.is_control() || c == '\u{ad}' || ('\u{200b}'..='\u{200f}').contains(&c))
    {
        return false;
    }
    let rest = plain.split_once(':').map_or("", |(_, rest)| rest);
    match scheme(plain).as_deref() {
        Some("http" | "https") => {
            rest.starts_with("//") && rest.len() > 2 && !rest.starts_with("///")
        }
        Some("mailto" | "tel") => used != UrlUse::Resource && !rest.trim().is_empty(),
        _ => false,
    }
}

/// Says in both languages why an address is refused.
pub(crate) fn explain(value: &str, used: UrlUse) -> (String, String) {
    let shown: String = value
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(60)
        .collect();
    if shown.is_empty() {
        return (
            "リンク先が空です。https:// で始まるアドレスを入れるか、{% if %} で囲んでください。".to_owned(),
            "this address is empty; give one that starts with https://, or wrap the element in {% if %}".to_owned(),
        );
    }
    if used == UrlUse::Resource {
        return (
            format!("画像のアドレス「{shown}」は使えません。https:// で始めてください。"),
            format!("the image address \"{shown}\" is not allowed; start it with https://"),
        );
    }
    (
        format!(
            "リンク先「{shown}」は使えません。https://、mailto:、tel: のいずれかで始めてください。"
        ),
        format!("the address \"{shown}\" is not allowed; start it with https://, mailto: or tel:"),
    )
}

/// Writes an address so that [`replace_links`] finds it.
pub(crate) fn write_marked(
    writer: &mut dyn Write,
    value: &str,
    used: UrlUse,
    ordinal: usize,
) -> io::Result<()> {
    match used {
        UrlUse::Resource => writer.write_all(value.as_bytes()),
        UrlUse::Link | UrlUse::TextLink => write!(writer, "{START}{ordinal}{MIDDLE}{value}{END}"),
    }
}

/// Returns a marked address, for templates.
pub(crate) fn marked(value: &str, ordinal: usize) -> String {
    format!("{START}{ordinal}{MIDDLE}{value}{END}")
}

/// Writes trusted HTML with its links marked; even trusted HTML may not bring in a script address.
pub(crate) fn mark_raw(html: &str, writer: &mut dyn Write) -> Result<(), Failure> {
    // A capture brings its own marks, which are set anew; data may bring stray ones.
    let unmarked = replace_links(html, false, &SystemUrls::default(), |_, written, out| {
        out.push_str(written);
    });
    let clean: String = unmarked
        .chars()
        .filter(|c| !matches!(*c, START | MIDDLE | END))
        .collect();
    let mut at = 0;
    let mut put = |text: &str| {
        writer
            .write_all(text.as_bytes())
            .map_err(|_| Failure::Output)
    };
    for span in url_spans(&clean) {
        let value = &clean[span.value.clone()];
        if !is_allowed(value, span.used) {
            return Err(Failure::Url {
                url: value.to_owned(),
                is_image: span.used == UrlUse::Resource,
            });
        }
        if span.used == UrlUse::Link {
            put(&clean[at..span.value.start])?;
            put(&marked(value.trim(), FOREIGN))?;
            at = span.value.end;
        }
    }
    put(&clean[at..])
}

/// Copies a rendered part and replaces each marked link by what `replace` writes for it.
pub(crate) fn replace_links<'p>(
    part: &'p str,
    is_text: bool,
    urls: &SystemUrls,
    mut replace: impl FnMut(LinkRef<'p>, &'p str, &mut String),
) -> String {
    let mut out = String::with_capacity(part.len() + part.len() / 8);
    let mut rest = part;
    while let Some((before, marked)) = rest.split_once(START) {
        out.push_str(before);
        let Some((ordinal, marked)) = marked.split_once(MIDDLE) else {
            break;
        };
        let Some((value, after)) = marked.split_once(END) else {
            break;
        };
        let url = if is_text {
            Cow::Borrowed(value)
        } else {
            unescape_html(value)
        };
        let kind = urls.kind_of(&url);
        replace(
            LinkRef {
                url,
                kind,
                ordinal: ordinal.parse().unwrap_or(FOREIGN),
                is_text,
            },
            value,
            &mut out,
        );
        rest = after;
    }
    out.push_str(rest);
    out
}
