//! Apple's name of an app on a device.

use std::fmt;

/// A text that is no device token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a device token is 64 to 200 hexadecimal digits")]
pub struct BadDeviceToken;

/// A device token. Apple says that its length may change; today it has 64 digits.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DeviceToken(String);

impl fmt::Debug for DeviceToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceToken(<{} digits>)", self.0.len())
    }
}

impl DeviceToken {
    /// Reads a token; it is kept in lower case, so that one device has one name.
    ///
    /// # Errors
    /// [`BadDeviceToken`].
    pub fn parse(text: &str) -> Result<Self, BadDeviceToken> {
        let is_good = (64..=200).contains(&text.len())
            && text.len().is_multiple_of(2)
            && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_good
            .then(|| Self(text.to_ascii_lowercase()))
            .ok_or(BadDeviceToken)
    }

    /// Returns the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_hexadecimal_and_nothing_else() {
        for n in [64, 160, 200] {
            let token = DeviceToken::parse(&"A".repeat(n)).unwrap();
            assert_eq!(token.as_str(), "a".repeat(n));
            assert_eq!(format!("{token:?}"), format!("DeviceToken(<{n} digits>)"));
        }
        let path = format!("{}/../../x", "a".repeat(64));
        let wide = "ａ".repeat(64);
        let odd = "a".repeat(65);
        let (short, long) = ("a".repeat(62), "a".repeat(202));
        for text in ["", &path, &wide, &odd, &short, &long, &"z".repeat(64)] {
            assert_eq!(DeviceToken::parse(text), Err(BadDeviceToken), "{text}");
        }
    }
}
