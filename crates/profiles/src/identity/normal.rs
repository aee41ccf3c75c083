//! One spelling per identity value, and what is no identity at all.

/// The longest id that is kept.
pub const MAX_ID_LEN: usize = 255;
const MAX_EMAIL_LEN: usize = 254;
const MAX_LOCAL_LEN: usize = 64;

/// What careless code sends where it means "nobody". Taken as ids they would fold strangers into one.
const NOBODY: &[&str] = &[
    "null",
    "undefined",
    "nil",
    "none",
    "nan",
    "[object object]",
    "true",
    "false",
    "-1",
    "anonymous",
];

/// Why a value is not an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Nothing but spaces.
    #[error("empty")]
    Empty,
    /// Longer than any real one.
    #[error("too long")]
    TooLong,
    /// A word such as `null` or `undefined` that stands for nobody.
    #[error("a placeholder, not an id")]
    Placeholder,
    /// Not of the form name@domain.
    #[error("not of the form name@example.com")]
    Email,
    /// Not a user id of LINE's.
    #[error("not U and 32 hexadecimal digits")]
    Line,
    /// Not a telephone number.
    #[error("not a telephone number of 6 to 15 digits")]
    Phone,
}

/// Returns a user or anonymous id trimmed and without control characters.
pub fn id(text: &str) -> Result<String, Malformed> {
    let clean: String = text.trim().chars().filter(|c| !c.is_control()).collect();
    if clean.is_empty() {
        return Err(Malformed::Empty);
    }
    if clean.chars().count() > MAX_ID_LEN {
        return Err(Malformed::TooLong);
    }
    if NOBODY.contains(&clean.to_lowercase().as_str()) {
        return Err(Malformed::Placeholder);
    }
    Ok(clean)
}

/// Returns a user id of LINE's; there is one spelling, and groups and rooms are nobody.
pub fn line(text: &str) -> Result<String, Malformed> {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    match text.strip_prefix('U') {
        Some(digits) if digits.len() == 32 && digits.bytes().all(is_hex) => Ok(text.to_owned()),
        _ => Err(Malformed::Line),
    }
}

/// Returns an address in the one spelling that is compared: trimmed, half-width, lower case.
///
/// Dots and `+tags` stay: they name other mailboxes at most providers. Addresses that the RFC forbids
/// but Japanese carriers gave out (`a..b@docomo.ne.jp`, a dot before the @) are accepted, also in the quotes that other
/// programs export them in.
pub fn email(text: &str) -> Result<String, Malformed> {
    use unicode_normalization::UnicodeNormalization;
    let text: String = text.trim().nfkc().collect::<String>().to_lowercase();
    if text.is_empty() {
        return Err(Malformed::Empty);
    }
    if text.len() > MAX_EMAIL_LEN {
        return Err(Malformed::TooLong);
    }
    let (local, domain) = text.rsplit_once('@').ok_or(Malformed::Email)?;
    let quoted = local
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let local = quoted.unwrap_or(local);
    let bad_local = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(
                c,
                '@' | '<' | '>' | '(' | ')' | ',' | ';' | ':' | '"' | '\\' | '[' | ']'
            )
    };
    if local.is_empty()
        || local.len() > MAX_LOCAL_LEN
        || local.contains(bad_local)
        || !is_domain(domain)
    {
        return Err(Malformed::Email);
    }
    Ok(format!("{local}@{domain}"))
}

fn is_domain(domain: &str) -> bool {
    let labels: Vec<&str> = domain.split('.').collect();
    let good = |label: &&str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c == '-' || c.is_alphanumeric())
    };
    let numeric_end = labels
        .last()
        .is_none_or(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    labels.len() >= 2 && labels.iter().all(good) && !numeric_end
}

/// Returns a telephone number as digits with a leading `+` where the country is known.
///
/// A number that begins with 0 is read as Japanese; an extension is not understood and refused.
pub fn phone(text: &str) -> Result<String, Malformed> {
    use unicode_normalization::UnicodeNormalization;
    let text: String = text.trim().nfkc().collect();
    if text.is_empty() {
        return Err(Malformed::Empty);
    }
    let mut digits = String::new();
    let mut has_country = false;
    for (at, c) in text.chars().enumerate() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if at == 0 => has_country = true,
            ' ' | '-' | '(' | ')' | '.' | '/' | 'ー' | '−' | '‐' | '–' => {}
            _ => return Err(Malformed::Phone),
        }
    }
    // "+81 (0)3 …" carries the trunk zero that is not dialled from abroad.
    if has_country && digits.starts_with("810") {
        digits.replace_range(2..3, "");
    }
    let full = match (
        has_country,
        digits.strip_prefix("00"),
        digits.strip_prefix('0'),
    ) {
        (true, ..) | (false, None, None) => digits,
        (false, Some(rest), _) => rest.to_owned(),
        (false, None, Some(rest)) => format!("81{rest}"),
    };
    if (6..=15).contains(&full.len()) {
        Ok(format!("+{full}"))
    } else {
        Err(Malformed::Phone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_spelling() {
        for (given, kept) in [
            (
                " Taro.Yamada+news@Example.JP ",
                "taro.yamada+news@example.jp",
            ),
            ("a..b@docomo.ne.jp", "a..b@docomo.ne.jp"),
            ("a.@ezweb.ne.jp", "a.@ezweb.ne.jp"),
            ("\"A..b\"@docomo.ne.jp", "a..b@docomo.ne.jp"),
            ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp"),
            ("o'hara@sub.example.co.uk", "o'hara@sub.example.co.uk"),
            ("info@日本語.jp", "info@日本語.jp"),
        ] {
            assert_eq!(email(given).as_deref(), Ok(kept));
        }
        for bad in [
            "taro",
            "@example.jp",
            "taro@",
            "taro@localhost",
            "a b@example.jp",
            "a@b@",
            "a@1.2.3.4",
            "a@-x.jp",
            "<a@x.jp>",
            "a@x..jp",
            "a\r\nb@x.jp",
            "\"@x.jp",
            "\"\"@x.jp",
            "\"a\"b\"@x.jp",
            "\"a b\"@x.jp",
        ] {
            assert_eq!(email(bad), Err(Malformed::Email), "{bad}");
        }
        assert_eq!(email("  "), Err(Malformed::Empty));
        assert_eq!(
            email(&format!("{}@example.jp", "a".repeat(65))),
            Err(Malformed::Email)
        );
    }

    #[test]
    fn telephone_numbers_have_one_spelling() {
        for given in [
            "090-1234-5678",
            "+81 90 1234 5678",
            "+81 (0)90-1234-5678",
            "０９０ー１２３４ー５６７８",
            "0081 90 1234 5678",
        ] {
            assert_eq!(phone(given).as_deref(), Ok("+819012345678"), "{given}");
        }
        for bad in ["12345", "090-1234-5678 ext 3", "+1234567890123456", "電話"] {
            assert_eq!(phone(bad), Err(Malformed::Phone), "{bad}");
        }
    }

    #[test]
    fn a_line_user_has_one_spelling() {
        let good = "U0123456789abcdef0123456789abcdef";
        assert_eq!(line(good).as_deref(), Ok(good));
        for bad in [
            "",
            "C0123456789abcdef0123456789abcdef",
            "U0123456789ABCDEF0123456789abcdef",
            "Ｕ0123456789abcdef0123456789abcdef",
        ] {
            assert_eq!(line(bad), Err(Malformed::Line), "{bad}");
        }
    }

    #[test]
    fn words_for_nobody_are_no_ids() {
        for word in ["null", "undefined", "NaN", "[object Object]", " None "] {
            assert_eq!(id(word), Err(Malformed::Placeholder), "{word}");
        }
        assert_eq!(id(" 𠮷田-1 ").as_deref(), Ok("𠮷田-1"));
        assert_eq!(id("\u{0}"), Err(Malformed::Empty));
        assert_eq!(id(&"x".repeat(256)), Err(Malformed::TooLong));
    }
}
