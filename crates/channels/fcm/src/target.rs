//! Firebase's name of an app on a device.

use std::fmt;

/// A text that is neither a registration token nor an installation id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the target is neither a registration token nor a Firebase installation id")]
pub struct BadTarget;

/// To whom a message goes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// A registration token, which Firebase is about to give up.
    Registration(String),
    /// A Firebase installation id (FID), which takes its place.
    Installation(String),
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, text) = match self {
            Self::Registration(text) => ("Registration", text),
            Self::Installation(text) => ("Installation", text),
        };
        write!(f, "{kind}(<{} characters>)", text.len())
    }
}

impl Target {
    /// Reads either. An installation id has 22 characters and begins with its version (binary 0111); a
    /// registration token is longer.
    ///
    /// # Errors
    /// [`BadTarget`].
    pub fn parse(text: &str) -> Result<Self, BadTarget> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if text.len() == 22 && text.starts_with(['c', 'd', 'e', 'f']) && text.bytes().all(is_plain)
        {
            return Ok(Self::Installation(text.to_owned()));
        }
        let is_token = (32..=1_024).contains(&text.len())
            && text.bytes().all(|byte| is_plain(byte) || byte == b':');
        is_token
            .then(|| Self::Registration(text.to_owned()))
            .ok_or(BadTarget)
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Registration(text) | Self::Installation(text) => text,
        }
    }

    /// Returns the property of a message that holds it.
    pub(crate) const fn property(&self) -> &'static str {
        match self {
            Self::Registration(_) => "token",
            Self::Installation(_) => "fid",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_kinds_are_told_apart_and_the_rest_is_refused() {
        let fid = "cYl3yFIDQ3mJ0bXhJcW9A-";
        let token = format!("{fid}:APA91b{}", "x".repeat(134));
        assert_eq!(Target::parse(fid).unwrap().property(), "fid");
        let read = Target::parse(&token).unwrap();
        assert_eq!(read.property(), "token");
        assert_eq!(format!("{read:?}"), "Registration(<163 characters>)");
        let long = "x".repeat(1_025);
        for text in [
            "",
            "hanako@example.jp",
            "zYl3yFIDQ3mJ0bXhJcW9A-",
            "cYl3yFIDQ3mJ0bXhJcW9A",
            "/topics/all",
            "トークン",
            &format!("{token}\r\n"),
            &format!("{token}\""),
            &long,
        ] {
            assert_eq!(Target::parse(text), Err(BadTarget), "{text}");
        }
    }
}
