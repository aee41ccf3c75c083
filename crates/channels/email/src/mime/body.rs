//! One text part: line ends made right, and the shortest transfer encoding that any server takes.

use std::fmt::Write as _;

use channel_core::Charset;
use email_encoding::body::{Encoding, base64};

use super::iso2022jp;

/// Longest line of a message (RFC 5322, 2.1.1).
const LONGEST_LINE: usize = 998;

/// Writes the headers and the body of a text part, ending in CRLF. What stands in a part of ISO-2022-JP has been found to
/// be writable in it.
pub(crate) fn write(out: &mut String, subtype: &str, body: &str, charset: Charset) {
    let body = with_crlf(body);
    let body = body.strip_suffix("\r\n").unwrap_or(&body);
    let japanese = match (charset, subtype) {
        (Charset::Utf8, _) => None,
        (Charset::Iso2022Jp, "html") => iso2022jp::encode(&iso2022jp::declare(body)),
        (Charset::Iso2022Jp, _) => iso2022jp::encode(body),
    };
    let (name, body, encoding) = match &japanese {
        Some(encoded) => ("iso-2022-jp", encoded.as_str(), choose_japanese(encoded)),
        None => ("utf-8", body, choose(body)),
    };
    // Writing into a string cannot fail.
    let _ = write!(out, "Content-Type: text/{subtype}; charset={name}\r\n");
    out.push_str("Content-Transfer-Encoding: ");
    match encoding {
        Encoding::SevenBit | Encoding::EightBit => {
            out.push_str("7bit\r\n\r\n");
            out.push_str(body);
        }
        Encoding::QuotedPrintable => {
            out.push_str("quoted-printable\r\n\r\n");
            out.push_str(&quoted_printable::encode_to_str(body));
        }
        Encoding::Base64 => {
            out.push_str("base64\r\n\r\n");
            let _ = base64::encode(body.as_bytes(), out);
        }
    }
    out.push_str("\r\n");
}

/// ISO-2022-JP goes as it is, which old programs expect, unless lines are too long for mail or would not arrive whole.
fn choose_japanese(body: &str) -> Encoding {
    let is_long = body.split("\r\n").any(|line| line.len() > LONGEST_LINE);
    if is_long || body.contains(" \r\n") || body.contains('\0') {
        Encoding::Base64
    } else {
        Encoding::SevenBit
    }
}

fn choose(body: &str) -> Encoding {
    let is_odd = |byte: u8| byte < b' ' && !matches!(byte, b'\r' | b'\n' | b'\t');
    match Encoding::choose(body, false) {
        // Control characters and blanks at line ends do not survive every relay.
        Encoding::SevenBit if body.bytes().any(is_odd) || body.contains(" \r\n") => {
            Encoding::QuotedPrintable
        }
        other => other,
    }
}

/// Makes every line end a CRLF, a lone CR included: SMTP knows no other.
fn with_crlf(body: &str) -> String {
    let mut out = String::with_capacity(body.len() + body.len() / 32);
    let mut rest = body;
    while let Some(at) = rest.find(['\r', '\n']) {
        let (line, tail) = rest.split_at(at);
        out.push_str(line);
        out.push_str("\r\n");
        rest = tail
            .strip_prefix("\r\n")
            .or_else(|| tail.get(1..))
            .unwrap_or("");
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use ::base64::Engine as _;
    use proptest::prelude::*;

    use super::*;

    fn read_back(part: &str) -> String {
        let (headers, body) = part.split_once("\r\n\r\n").unwrap();
        let body = body.strip_suffix("\r\n").unwrap();
        if headers.contains("base64") {
            let bytes = ::base64::engine::general_purpose::STANDARD
                .decode(body.replace("\r\n", ""))
                .unwrap();
            String::from_utf8(bytes).unwrap()
        } else if headers.contains("quoted-printable") {
            let bytes =
                quoted_printable::decode(body, quoted_printable::ParseMode::Strict).unwrap();
            String::from_utf8(bytes).unwrap()
        } else {
            body.to_owned()
        }
    }

    #[test]
    fn the_encoding_fits_the_text() {
        for (body, encoding) in [
            ("Hello\n", "7bit"),
            (
                "Price: 1,000 円, mostly ASCII all the same, so quoted",
                "quoted-printable",
            ),
            ("こんにちは、世界。本日のおすすめはこちらです。", "base64"),
            (&"x".repeat(2_000), "quoted-printable"),
            ("a\u{1b}b", "quoted-printable"),
        ] {
            let mut out = String::new();
            write(&mut out, "plain", body, Charset::Utf8);
            assert!(
                out.contains(&format!("Content-Transfer-Encoding: {encoding}\r\n")),
                "{out}"
            );
        }
    }

    #[test]
    fn japanese_goes_as_it_is_unless_its_lines_are_too_long() {
        let written = |body: &str| {
            let mut out = String::new();
            write(&mut out, "plain", body, Charset::Iso2022Jp);
            out
        };
        assert_eq!(
            written("縁\nOK"),
            "Content-Type: text/plain; charset=iso-2022-jp\r\nContent-Transfer-Encoding: 7bit\r\n\r\n\x1b$B1o\x1b(B\r\nOK\r\n"
        );
        let long = written(&"縁".repeat(600));
        assert!(long.contains("Content-Transfer-Encoding: base64"), "{long}");
    }

    proptest! {
        #[test]
        fn any_text_survives_and_no_line_is_too_long(
            body in proptest::collection::vec("(\\PC{0,120}|[ -~]{0,1200})(\n|\r\n|\r|\t)?", 0..6)
        ) {
            let body = body.concat();
            let mut out = String::new();
            write(&mut out, "html", &body, Charset::Utf8);
            prop_assert!(out.is_ascii());
            prop_assert!(out.split("\r\n").all(|line| line.len() <= 76 && !line.contains(['\r', '\n'])));
            let expected = with_crlf(&body);
            prop_assert_eq!(read_back(&out), expected.strip_suffix("\r\n").unwrap_or(&expected));
        }

        #[test]
        fn only_crlf_ends_lines(body in "[a\r\n]{0,60}") {
            let out = with_crlf(&body);
            prop_assert!(!out.replace("\r\n", "").contains(['\r', '\n']));
            prop_assert_eq!(out.replace("\r\n", "\n"), body.replace("\r\n", "\n").replace('\r', "\n"));
        }
    }
}
