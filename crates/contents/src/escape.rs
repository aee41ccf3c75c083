//! HTML escaping and its reverse.

use std::borrow::Cow;

/// Tells whether a byte is a control character other than tab and line feed.
pub(crate) fn is_control(b: u8) -> bool {
    (b < 0x20 && b != b'\n' && b != b'\t') || b == 0x7f
}

/// Escapes text for element content and quoted attributes; control characters are dropped.
pub(crate) fn escape_html(text: &str) -> Cow<'_, str> {
    let needs =
        |b: u8| matches!(b, b'&' | b'<' | b'>' | b'"' | b'\'') || (is_control(b) && b != b'\r');
    if !text.bytes().any(needs) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\r' => escaped.push('\r'),
            c if u8::try_from(c).is_ok_and(is_control) => {}
            c => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

/// Replaces character references by their characters, as far as emails use them.
pub(crate) fn unescape_html(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((c, length)) = reference(rest) {
            plain.push(c);
            rest = &rest[length..];
        } else {
            plain.push('&');
            rest = &rest[1..];
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// Reads one reference; browsers accept numeric ones without the semicolon, so this does too.
fn reference(text: &str) -> Option<(char, usize)> {
    if let Some(number) = text.strip_prefix("&#") {
        let (digits, radix, skip) = match number.strip_prefix(['x', 'X']) {
            Some(hex) => (hex, 16, 3),
            None => (number, 10, 2),
        };
        let length = digits
            .find(|c: char| !c.is_digit(radix))
            .unwrap_or(digits.len());
        let value = u32::from_str_radix(&digits[..length], radix).ok()?;
        let semicolon = usize::from(digits[length..].starts_with(';'));
        return Some((
            char::from_u32(value).unwrap_or('\u{fffd}'),
            skip + length + semicolon,
        ));
    }
    let end = text.char_indices().take(12).find(|(_, c)| *c == ';')?.0;
    let c = match &text[1..end] {
        "amp" | "AMP" => '&',
        "lt" | "LT" => '<',
        "gt" | "GT" => '>',
        "quot" | "QUOT" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "hellip" => '…',
        "mdash" => '—',
        "ndash" => '–',
        "middot" => '·',
        "bull" => '•',
        "rarr" => '→',
        "larr" => '←',
        "times" => '×',
        "yen" => '¥',
        "zwnj" => '\u{200c}',
        "shy" => '\u{ad}',
        "colon" => ':',
        "Tab" => '\t',
        "NewLine" => '\n',
        "sol" => '/',
        "lpar" => '(',
        "rpar" => ')',
        _ => return None,
    };
    Some((c, end + 1))
}
