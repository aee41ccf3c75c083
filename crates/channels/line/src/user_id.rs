//! LINE's name of a person, different for every provider.

use std::fmt;

/// A user id: `U` and 32 hexadecimal digits. Personal data, so its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(String);

/// A text is not a user id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a LINE user id: U and 32 hexadecimal digits are needed")]
pub struct BadUserId;

impl UserId {
    /// Reads a user id.
    ///
    /// # Errors
    /// [`BadUserId`] for anything else, groups and rooms included.
    pub fn parse(text: &str) -> Result<Self, BadUserId> {
        let is_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        match text.strip_prefix('U') {
            Some(digits) if digits.len() == 32 && digits.bytes().all(is_hex) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(BadUserId),
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserId(<redacted>)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_form_of_a_user_passes() {
        let good = "U0123456789abcdef0123456789abcdef";
        assert_eq!(UserId::parse(good).unwrap().as_str(), good);
        for bad in [
            "",
            "U",
            "C0123456789abcdef0123456789abcdef",
            "U0123456789ABCDEF0123456789abcdef",
            "U0123456789abcdef0123456789abcde",
            "U0123456789abcdef0123456789abcdef0",
            "U0123456789abcdef0123456789abcde\u{ff10}",
            "U0123456789abcdef0123456789abcdef\n",
        ] {
            assert_eq!(UserId::parse(bad), Err(BadUserId), "{bad}");
        }
        assert!(!format!("{:?}", UserId::parse(good).unwrap()).contains("0123"));
    }
}
