//! Signing secrets, and the signature of Standard Webhooks (`v1`).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{hmac, rand::SecureRandom};

const PREFIX: &str = "whsec_";
/// Bytes that a secret may have, by the specification.
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;
/// Bytes of a secret made here.
const MADE: usize = 32;

/// A text that is no signing secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// It does not begin with `whsec_`, or what follows is not base64.
    #[error("a signing secret is whsec_ followed by base64")]
    Form,
    /// It is too short to be safe, or longer than receivers take.
    #[error("a signing secret has 24 to 64 bytes")]
    Length,
    /// The system gave no random bytes.
    #[error("no random bytes from the system")]
    Random,
}

/// A signing secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// Reads `whsec_…`.
    ///
    /// # Errors
    /// [`SecretError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let encoded = text.trim().strip_prefix(PREFIX).ok_or(SecretError::Form)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| SecretError::Form)?;
        Self::from_bytes(bytes)
    }

    /// Wraps bytes.
    ///
    /// # Errors
    /// [`SecretError::Length`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, SecretError> {
        if LENGTHS.contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(SecretError::Length)
        }
    }

    /// Makes one of 32 random bytes.
    ///
    /// # Errors
    /// [`SecretError::Random`].
    pub fn generate(random: &dyn SecureRandom) -> Result<Self, SecretError> {
        let mut bytes = vec![0; MADE];
        random.fill(&mut bytes).map_err(|_| SecretError::Random)?;
        Ok(Self(bytes))
    }

    /// Returns the bytes that sign.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns `whsec_…`, as the receiver is to be given it.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }
}

/// Returns the value of `webhook-signature`: one signature a secret, the present secret's first.
pub fn signature<K: AsRef<[u8]>>(secrets: &[K], id: &str, seconds: i64, body: &str) -> String {
    let signed: Vec<String> = secrets
        .iter()
        .map(|secret| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_ref());
            let content = format!("{id}.{seconds}.{body}");
            let tag = hmac::sign(&key, content.as_bytes());
            format!("v1,{}", STANDARD.encode(tag))
        })
        .collect();
    signed.join(" ")
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;

    use super::*;

    #[test]
    fn a_secret_is_whsec_and_24_to_64_bytes() {
        let encoded = |n: usize| format!("whsec_{}", STANDARD.encode(vec![7; n]));
        for n in [24, 32, 64] {
            assert_eq!(Secret::parse(&encoded(n)).unwrap().reveal(), encoded(n));
        }
        for n in [0, 23, 65] {
            assert_eq!(Secret::parse(&encoded(n)), Err(SecretError::Length), "{n}");
        }
        for text in ["", "whsec_", "whsec_***", "whsk_AAAA", "ｗｈｓｅｃ＿AAAA"] {
            assert!(Secret::parse(text).is_err(), "{text:?}");
        }
        let made = Secret::generate(&SystemRandom::new()).unwrap();
        assert_eq!(Secret::parse(&made.reveal()), Ok(made.clone()));
        assert_ne!(Secret::generate(&SystemRandom::new()), Ok(made.clone()));
        assert_eq!(format!("{made:?}"), "Secret(…)");
    }

    #[test]
    fn each_secret_gives_a_signature_of_its_own() {
        let old = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let new = Secret::from_bytes(vec![1; 24]).unwrap();
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let body = r#"{"test": 2432232314}"#;
        let both = signature(&[new.as_bytes(), old.as_bytes()], id, 1_614_265_330, body);
        let (first, second) = both.split_once(' ').unwrap();
        assert_eq!(second, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_ne!(first, second);
    }
}
