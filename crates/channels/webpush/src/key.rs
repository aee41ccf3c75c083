//! The workspace's key: a point on P-256 by which push services know the sender.

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::{SecretKey, elliptic_curve::sec1::ToEncodedPoint as _};
use ring::{
    hkdf,
    rand::{SecureRandom, SystemRandom},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};

/// Bytes of the private key.
const BYTES: usize = 32;

/// A key that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VapidKeyError {
    /// It is not 32 bytes that are a private key of P-256.
    #[error("the key is not a private key of P-256 (32 bytes)")]
    Unreadable,
    /// The system gave no random bytes.
    #[error("no random bytes from the system")]
    Random,
    /// Signing failed.
    #[error("the statement could not be signed")]
    NotSigned,
}

/// A private key. Its `Debug` shows the public half alone.
#[derive(Clone)]
pub struct VapidKey {
    secret: SecretKey,
    pair: Arc<EcdsaKeyPair>,
    public: Arc<str>,
}

impl fmt::Debug for VapidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VapidKey")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

/// The bytes of a private key, to be sealed. Its `Debug` shows nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SecretBytes([u8; BYTES]);

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(<redacted>)")
    }
}

impl std::ops::Deref for SecretBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl VapidKey {
    /// Makes a key.
    ///
    /// # Errors
    /// [`VapidKeyError::Random`].
    pub fn generate(random: &dyn SecureRandom) -> Result<Self, VapidKeyError> {
        let mut bytes = [0; BYTES];
        // One in four thousand million is no key; ten in a row are a broken source.
        for _ in 0..10 {
            random.fill(&mut bytes).map_err(|_| VapidKeyError::Random)?;
            if let Ok(key) = Self::from_bytes(&bytes) {
                return Ok(key);
            }
        }
        Err(VapidKeyError::Random)
    }

    /// Reads what [`VapidKey::to_bytes`] gave.
    ///
    /// # Errors
    /// [`VapidKeyError::Unreadable`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, VapidKeyError> {
        let bad = VapidKeyError::Unreadable;
        if bytes.len() != BYTES {
            return Err(bad);
        }
        let secret = SecretKey::from_slice(bytes).map_err(|_| bad)?;
        let public = secret.public_key().to_encoded_point(false);
        let pair = EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            bytes,
            public.as_bytes(),
            &SystemRandom::new(),
        )
        .map_err(|_| bad)?;
        Ok(Self {
            secret,
            pair: Arc::new(pair),
            public: URL_SAFE_NO_PAD.encode(public.as_bytes()).into(),
        })
    }

    /// Reads a private key as other programs write it: 32 bytes in base64url.
    ///
    /// # Errors
    /// [`VapidKeyError::Unreadable`].
    pub fn parse(text: &str) -> Result<Self, VapidKeyError> {
        let text = text.trim().trim_end_matches('=');
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| VapidKeyError::Unreadable)?;
        Self::from_bytes(&bytes)
    }

    /// Returns the private key, to be sealed.
    pub fn to_bytes(&self) -> SecretBytes {
        SecretBytes(self.secret.to_bytes().into())
    }

    /// Returns the public key in base64url: the browser's `applicationServerKey`, and `k` of the header.
    pub fn public_key(&self) -> &str {
        &self.public
    }

    /// Signs (ES256).
    pub(crate) fn sign(&self, text: &[u8]) -> Result<Vec<u8>, VapidKeyError> {
        let signature = self.pair.sign(&SystemRandom::new(), text);
        let signature = signature.map_err(|_| VapidKeyError::NotSigned)?;
        Ok(signature.as_ref().to_vec())
    }

    /// Returns a source of bytes that only the holder of the key can make.
    pub(crate) fn derivation(&self) -> hkdf::Prk {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"Enishi Web Push: keys of bodies");
        salt.extract(&self.to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_being_kept_and_shows_nothing_secret() {
        let key = VapidKey::generate(&SystemRandom::new()).unwrap();
        let again = VapidKey::from_bytes(&key.to_bytes()).unwrap();
        assert_eq!(again.public_key(), key.public_key());
        assert_eq!(URL_SAFE_NO_PAD.decode(key.public_key()).unwrap().len(), 65);
        let written = URL_SAFE_NO_PAD.encode(&*key.to_bytes());
        assert_eq!(
            VapidKey::parse(&format!(" {written}=\n"))
                .unwrap()
                .public_key(),
            key.public_key()
        );
        let shown = format!("{key:?} {:?}", key.to_bytes());
        assert!(shown.contains(key.public_key()), "{shown}");
        assert!(!shown.contains(&written), "{shown}");
        let other = VapidKey::generate(&SystemRandom::new()).unwrap();
        assert_ne!(other.public_key(), key.public_key());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for bytes in [&[][..], &[0; 32], &[0xff; 32], &[1; 31], &[1; 33], &[1; 65]] {
            assert!(VapidKey::from_bytes(bytes).is_err(), "{bytes:?}");
        }
        for text in [
            "",
            "鍵",
            "AAAA",
            "////////////////////////////////////////////",
        ] {
            assert!(VapidKey::parse(text).is_err(), "{text}");
        }
    }
}
