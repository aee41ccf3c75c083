//! DKIM keys: read from PEM, made, and shown as the DNS record that publishes them.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use rsa::pkcs8::EncodePrivateKey as _;
use rustls::pki_types::{PrivateKeyDer, pem::PemObject as _};

/// The length of a made RSA key: what receivers ask for, and what every one of them verifies.
const RSA_BITS: usize = 2048;

/// Why a key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DkimKeyError {
    /// The text is no private key in PEM.
    #[error("not a private key in PEM (PKCS#8 or PKCS#1)")]
    NotPem,
    /// The key is of another kind, too short, or damaged.
    #[error("neither an Ed25519 key nor an RSA key of 2048 to 4096 bits")]
    Unusable,
    /// The system gave no randomness.
    #[error("the key could not be made")]
    NotMade,
}

enum Kind {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// A private key that signs mail.
pub struct DkimKey(Kind);

impl fmt::Debug for DkimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DkimKey({})", self.algorithm())
    }
}

impl DkimKey {
    /// Reads a private key: PKCS#8 (both kinds) or PKCS#1 (RSA), in PEM.
    ///
    /// # Errors
    /// [`DkimKeyError`].
    pub fn from_pem(pem: &str) -> Result<Self, DkimKeyError> {
        match PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| DkimKeyError::NotPem)? {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der())
                .map(|key| Self(Kind::Rsa(Box::new(key))))
                .map_err(|_| DkimKeyError::Unusable),
            PrivateKeyDer::Pkcs8(der) => Self::from_pkcs8(der.secret_pkcs8_der()),
            _ => Err(DkimKeyError::Unusable),
        }
    }

    /// Makes an RSA key of 2048 bits, which every receiver verifies, and returns it with its PEM, which is to be kept
    /// sealed. It takes a good part of a second of computing.
    ///
    /// ring makes no RSA keys, so this goes through the `rsa` crate; signing does not.
    ///
    /// # Errors
    /// [`DkimKeyError::NotMade`] when no key was found.
    pub fn generate_rsa() -> Result<(Self, String), DkimKeyError> {
        let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, RSA_BITS)
            .map_err(|_| DkimKeyError::NotMade)?;
        let der = key.to_pkcs8_der().map_err(|_| DkimKeyError::NotMade)?;
        Ok((Self::from_pkcs8(der.as_bytes())?, pem_of(der.as_bytes())))
    }

    /// Makes an Ed25519 key and returns it with its PEM, which is to be kept sealed. Some receivers, Gmail among them, do
    /// not verify it: it is a second key, beside one of RSA.
    ///
    /// # Errors
    /// [`DkimKeyError::NotMade`] when the system has no randomness.
    pub fn generate_ed25519() -> Result<(Self, String), DkimKeyError> {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
            .map_err(|_| DkimKeyError::NotMade)?;
        let key = Self::from_pkcs8(document.as_ref())?;
        Ok((key, pem_of(document.as_ref())))
    }

    /// Returns the `k=` of the DNS record.
    pub const fn algorithm(&self) -> &'static str {
        match self.0 {
            Kind::Rsa(_) => "rsa",
            Kind::Ed25519(_) => "ed25519",
        }
    }

    /// Returns the text of the DNS TXT record at `selector._domainkey.domain`.
    pub fn dns_record(&self) -> String {
        let public = match &self.0 {
            Kind::Rsa(key) => rsa_public_key_info(key.public().as_ref()),
            Kind::Ed25519(key) => key.public_key().as_ref().to_vec(),
        };
        format!(
            "v=DKIM1; k={}; p={}",
            self.algorithm(),
            STANDARD.encode(public)
        )
    }

    /// Signs header data, hashed as the algorithm wants it.
    pub(crate) fn sign(&self, data: &[u8]) -> Option<Vec<u8>> {
        match &self.0 {
            Kind::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    data,
                    &mut signature,
                )
                .ok()?;
                Some(signature)
            }
            // RFC 8463: Ed25519 signs the hash of the data.
            Kind::Ed25519(key) => {
                let hash = ring::digest::digest(&ring::digest::SHA256, data);
                Some(key.sign(hash.as_ref()).as_ref().to_vec())
            }
        }
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, DkimKeyError> {
        // OpenSSL writes Ed25519 keys without the public half, which ring then computes itself.
        if let Ok(key) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
            return Ok(Self(Kind::Ed25519(Box::new(key))));
        }
        RsaKeyPair::from_pkcs8(der)
            .map(|key| Self(Kind::Rsa(Box::new(key))))
            .map_err(|_| DkimKeyError::Unusable)
    }
}

/// Returns a TXT record as a zone file wants it: in strings of at most 255 characters.
pub fn zone_file_value(record: &str) -> String {
    let mut strings = Vec::new();
    let mut rest = record;
    while !rest.is_empty() {
        let (string, tail) = rest.split_at_checked(255).unwrap_or((rest, ""));
        strings.push(format!("\"{string}\""));
        rest = tail;
    }
    strings.join(" ")
}

fn pem_of(pkcs8: &[u8]) -> String {
    let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
    let encoded = STANDARD.encode(pkcs8);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at_checked(64).unwrap_or((rest, ""));
        pem.push_str(line);
        pem.push('\n');
        rest = tail;
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    pem
}

/// Wraps a PKCS#1 public key into the `SubjectPublicKeyInfo` that verifiers expect.
fn rsa_public_key_info(pkcs1: &[u8]) -> Vec<u8> {
    const RSA_ENCRYPTION: &[u8] = &[
        0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    ];
    let mut bits = vec![0];
    bits.extend_from_slice(pkcs1);
    let mut inner = RSA_ENCRYPTION.to_vec();
    inner.extend(der(0x03, &bits));
    der(0x30, &inner)
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut out = vec![tag];
    match (content.len(), u8::try_from(significant.len())) {
        (0..=127, _) | (_, Err(_)) => out.extend(significant.last().or(Some(&0))),
        (_, Ok(count)) => {
            out.push(0x80 | count);
            out.extend(significant);
        }
    }
    out.extend_from_slice(content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_key_reads_back_and_publishes_32_bytes() {
        let (key, pem) = DkimKey::generate_ed25519().unwrap();
        assert_eq!(
            DkimKey::from_pem(&pem).unwrap().dns_record(),
            key.dns_record()
        );
        let public = key.dns_record().split_once("p=").unwrap().1.to_owned();
        assert_eq!(STANDARD.decode(public).unwrap().len(), 32);
        assert_eq!(format!("{key:?}"), "DkimKey(ed25519)");
    }

    #[test]
    fn a_made_rsa_key_reads_back_and_has_2048_bits() {
        let (key, pem) = DkimKey::generate_rsa().unwrap();
        let read = DkimKey::from_pem(&pem).unwrap();
        assert_eq!(read.dns_record(), key.dns_record());
        assert_eq!(read.sign(b"x").unwrap().len() * 8, RSA_BITS);
        assert_eq!(format!("{key:?}"), "DkimKey(rsa)");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in [
            "",
            "hello",
            "-----BEGIN PRIVATE KEY-----\n####\n-----END PRIVATE KEY-----\n",
        ] {
            assert_eq!(
                DkimKey::from_pem(text).unwrap_err(),
                DkimKeyError::NotPem,
                "{text}"
            );
        }
        let nonsense = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        assert_eq!(
            DkimKey::from_pem(nonsense).unwrap_err(),
            DkimKeyError::Unusable
        );
    }

    #[test]
    fn der_lengths_take_as_many_bytes_as_they_need() {
        assert_eq!(der(4, &[]), [4, 0]);
        assert_eq!(der(4, &[9; 127])[..2], [4, 127]);
        assert_eq!(der(4, &[9; 200])[..3], [4, 0x81, 200]);
        assert_eq!(der(4, &[9; 300])[..4], [4, 0x82, 1, 44]);
    }
}
