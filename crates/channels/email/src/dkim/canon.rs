//! Relaxed canonicalisation (RFC 6376, 3.4.2 and 3.4.4).

/// Writes a header field in relaxed form, without its line end.
pub(crate) fn header(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend(
        name.trim_end()
            .bytes()
            .map(|byte| byte.to_ascii_lowercase()),
    );
    out.push(b':');
    let start = out.len();
    let mut pending = false;
    for &byte in value {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => pending = out.len() > start,
            _ => {
                if pending {
                    out.push(b' ');
                    pending = false;
                }
                out.push(byte);
            }
        }
    }
}

/// Returns a body in relaxed form.
pub(crate) fn body(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 2);
    let mut empty_lines = 0;
    for line in lines(body) {
        let start = out.len();
        let mut pending = false;
        for &byte in line {
            if matches!(byte, b' ' | b'\t') {
                pending = true;
                continue;
            }
            if out.len() == start {
                // Empty lines count only once something follows them.
                for _ in 0..empty_lines {
                    out.extend_from_slice(b"\r\n");
                }
                empty_lines = 0;
            }
            if pending {
                out.push(b' ');
                pending = false;
            }
            out.push(byte);
        }
        if out.len() == start {
            empty_lines += 1;
        } else {
            out.extend_from_slice(b"\r\n");
        }
    }
    out
}

fn lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    body.split_inclusive(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r\n").unwrap_or(line))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn relaxed(name: &str, value: &str) -> String {
        let mut out = Vec::new();
        header(&mut out, name, value.as_bytes());
        String::from_utf8(out).unwrap()
    }

    fn relaxed_body(text: &str) -> String {
        String::from_utf8(body(text.as_bytes())).unwrap()
    }

    #[test]
    fn the_examples_of_the_standard_hold() {
        assert_eq!(relaxed("A", " X\r\n"), "a:X");
        assert_eq!(relaxed("B ", " Y\t\r\n\tZ  \r\n"), "b:Y Z");
        assert_eq!(relaxed_body(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
        assert_eq!(relaxed_body(""), "");
        assert_eq!(relaxed_body("\r\n\r\n"), "");
        assert_eq!(relaxed_body("a\r\n\r\nb"), "a\r\n\r\nb\r\n");
    }

    proptest! {
        #[test]
        fn canonicalising_twice_changes_nothing(text in "([ a-c\t]{0,5}\r\n){0,6}[ a\t]{0,3}") {
            let once = body(text.as_bytes());
            prop_assert_eq!(body(&once), once);
        }

        #[test]
        fn what_relays_may_change_does_not_matter(words in proptest::collection::vec("[a-z]{1,8}", 1..8)) {
            let tidy = format!("{}\r\n", words.join(" "));
            let mangled = format!("{} \t\r\n\r\n", words.join("\t  "));
            prop_assert_eq!(body(tidy.as_bytes()), body(mangled.as_bytes()));
            let folded = words.join("\r\n\t ");
            prop_assert_eq!(relaxed("Subject", &words.join(" ")), relaxed("SUBJECT ", &folded));
        }
    }
}
