//! Email addresses as people have them.
//!
//! Japanese carriers gave out addresses that RFC 5322 forbids without quotes: `a..b@docomo.ne.jp`,
//! `.taro@…`, `hanako.@…`. They are stored bare, as their owners write them, and quoted only on the
//! wire, where quoting makes them lawful.

use std::{borrow::Cow, fmt};

/// Why an address is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// There is no `@`, or nothing before or after it.
    #[error("the address needs a name, an @ and a domain")]
    Incomplete,
    /// The part before the `@` holds letters outside ASCII.
    #[error("the part before the @ holds letters other than ASCII; few mail servers take those")]
    NonAsciiLocal,
    /// The part before the `@` holds a character that must not stand there.
    #[error("the part before the @ holds a character that is not allowed there")]
    BadLocal,
    /// The domain is not a domain name.
    #[error("the domain is not a valid domain name")]
    BadDomain,
    /// The address is longer than the mail system carries.
    #[error("the address is longer than 254 characters, or 64 before the @")]
    TooLong,
}

/// An address that can be written to.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    local: String,
    domain: String,
}

impl EmailAddress {
    /// Reads an address, bare or quoted; an international domain becomes punycode.
    ///
    /// # Errors
    /// [`AddressError`] says what to tell its owner.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (local, domain) = text
            .trim()
            .rsplit_once('@')
            .ok_or(AddressError::Incomplete)?;
        if local.is_empty() || domain.is_empty() {
            return Err(AddressError::Incomplete);
        }
        let local = read_local(local)?;
        let domain = read_domain(domain)?;
        if local.len() > 64 || local.len() + 1 + domain.len() > 254 {
            return Err(AddressError::TooLong);
        }
        Ok(Self { local, domain })
    }

    /// Returns the part before the `@`, without quotes.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// Returns the domain, lower-case ASCII.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Returns the form that is stored and shown: without quotes.
    pub fn bare(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }

    /// Returns the form for SMTP and headers: the local part quoted where the standard asks for it.
    pub fn wire(&self) -> String {
        format!("{}@{}", quote(&self.local), self.domain)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(<redacted>)")
    }
}

fn read_local(local: &str) -> Result<String, AddressError> {
    if !local.is_ascii() {
        return Err(AddressError::NonAsciiLocal);
    }
    let quoted = local
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    if let Some(inner) = quoted {
        return unquote(inner);
    }
    let allowed = |byte: u8| is_atom(byte) || byte == b'.';
    if local.bytes().all(allowed) {
        Ok(local.to_owned())
    } else {
        Err(AddressError::BadLocal)
    }
}

fn unquote(inner: &str) -> Result<String, AddressError> {
    let mut local = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(char) = chars.next() {
        let char = match char {
            '\\' => chars.next().ok_or(AddressError::BadLocal)?,
            '"' => return Err(AddressError::BadLocal),
            other => other,
        };
        if char.is_ascii_control() {
            return Err(AddressError::BadLocal);
        }
        local.push(char);
    }
    if local.is_empty() {
        Err(AddressError::Incomplete)
    } else {
        Ok(local)
    }
}

fn quote(local: &str) -> Cow<'_, str> {
    let dot_atom = local
        .split('.')
        .all(|atom| !atom.is_empty() && atom.bytes().all(is_atom));
    if dot_atom {
        return Cow::Borrowed(local);
    }
    let mut quoted = String::with_capacity(local.len() + 2);
    quoted.push('"');
    for char in local.chars() {
        if matches!(char, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(char);
    }
    quoted.push('"');
    Cow::Owned(quoted)
}

const fn is_atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
        )
}

fn read_domain(domain: &str) -> Result<String, AddressError> {
    let domain = idna::domain_to_ascii(domain).map_err(|_| AddressError::BadDomain)?;
    let label_is_good = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    let is_name = domain.contains('.')
        && domain.split('.').all(label_is_good)
        && !top.bytes().all(|byte| byte.is_ascii_digit());
    if is_name {
        Ok(domain)
    } else {
        Err(AddressError::BadDomain)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wire(text: &str) -> String {
        EmailAddress::parse(text).unwrap().wire()
    }

    #[test]
    fn carrier_addresses_are_stored_bare_and_sent_quoted() {
        for (text, on_the_wire) in [
            ("a..b@docomo.ne.jp", "\"a..b\"@docomo.ne.jp"),
            ("taro.@ezweb.ne.jp", "\"taro.\"@ezweb.ne.jp"),
            (".hanako@softbank.ne.jp", "\".hanako\"@softbank.ne.jp"),
            ("\"a..b\"@docomo.ne.jp", "\"a..b\"@docomo.ne.jp"),
            ("\"taro yamada\"@example.jp", "\"taro yamada\"@example.jp"),
            (r#""a\"b\\c"@example.jp"#, r#""a\"b\\c"@example.jp"#),
            ("\"plain\"@example.jp", "plain@example.jp"),
            (" Taro+x/y@Example.JP ", "Taro+x/y@example.jp"),
        ] {
            assert_eq!(wire(text), on_the_wire, "{text}");
        }
        assert_eq!(
            EmailAddress::parse("\"a..b\"@docomo.ne.jp").unwrap().bare(),
            "a..b@docomo.ne.jp"
        );
    }

    #[test]
    fn an_international_domain_becomes_punycode() {
        assert_eq!(wire("info@日本語.jp"), "info@xn--wgv71a119e.jp");
        assert_eq!(wire("info@ＥＸＡＭＰＬＥ．jp"), "info@example.jp");
    }

    #[test]
    fn what_cannot_be_written_to_is_refused_with_its_reason() {
        use AddressError::{BadDomain, BadLocal, Incomplete, NonAsciiLocal, TooLong};
        let long = format!("{}@example.jp", "x".repeat(65));
        for (text, error) in [
            ("nobody", Incomplete),
            ("@example.jp", Incomplete),
            ("a@", Incomplete),
            ("\"\"@example.jp", Incomplete),
            ("太郎@example.jp", NonAsciiLocal),
            ("a b@example.jp", BadLocal),
            ("a@b@example.jp", BadLocal),
            ("a,b@example.jp", BadLocal),
            ("<a>@example.jp", BadLocal),
            ("a\r\nRCPT TO:<x>@example.jp", BadLocal),
            ("\"a\r\nb\"@example.jp", BadLocal),
            ("\"a\"b\"@example.jp", BadLocal),
            ("a@localhost", BadDomain),
            ("a@127.0.0.1", BadDomain),
            ("a@[127.0.0.1]", BadDomain),
            ("a@example..jp", BadDomain),
            ("a@-example.jp", BadDomain),
            ("a@exam_ple.jp", BadDomain),
            ("a@example.jp\r\nDATA", BadDomain),
            (long.as_str(), TooLong),
        ] {
            assert_eq!(EmailAddress::parse(text), Err(error), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn the_wire_form_reads_back_and_never_holds_a_control_character(text in "\\PC{0,20}@[a-z]{1,8}\\.jp") {
            if let Ok(address) = EmailAddress::parse(&text) {
                let wire = address.wire();
                prop_assert!(wire.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
                prop_assert_eq!(EmailAddress::parse(&wire), Ok(address));
            }
        }
    }
}
