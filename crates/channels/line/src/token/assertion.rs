//! The signed statement for which LINE gives a token (RFC 7523, RS256).

use std::{fmt, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::time::{MINUTE, Millis, SECOND};
use ring::{
    rand::SystemRandom,
    rsa::{KeyPair, KeyPairComponents, PublicKeyComponents},
    signature::RSA_PKCS1_SHA256,
};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject as _};
use serde::Deserialize;
use serde_json::json;

const AUDIENCE: &str = "https://api.line.me/";
/// LINE takes up to 30 minutes; the statement is used at once.
const LIFE: i64 = 10 * MINUTE;
const LONGEST_TOKEN: Duration = Duration::from_hours(30 * 24);

/// The private key with which a channel asks for tokens, and LINE's name of its public half.
#[derive(Clone)]
pub struct AssertionKey {
    kid: String,
    pair: Arc<KeyPair>,
}

impl fmt::Debug for AssertionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssertionKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// A key that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssertionKeyError {
    /// It is neither a JWK nor a PEM file with an RSA key.
    #[error("the assertion key is neither a private RSA key in JWK form nor one in PEM form")]
    Unreadable,
    /// It is an RSA key that must not be used, such as one under 2,048 bits.
    #[error("the assertion key is not an RSA key of 2048 to 4096 bits")]
    Unusable,
    /// LINE's name of the key is missing.
    #[error("the key id that LINE gave for the public key is missing")]
    NoKeyId,
    /// Signing failed.
    #[error("the assertion could not be signed")]
    NotSigned,
}

/// A private RSA key as LINE's documentation makes them.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(default)]
    kid: String,
    n: String,
    e: String,
    d: String,
    p: String,
    q: String,
    dp: String,
    dq: String,
    qi: String,
}

impl AssertionKey {
    /// Reads a private key, JWK or PEM, with the key id (`kid`) that LINE gave when its public half was
    /// registered.
    ///
    /// # Errors
    /// Says whether the text or the key is at fault.
    pub fn parse(text: &str, kid: &str) -> Result<Self, AssertionKeyError> {
        let (pair, own) = if text.trim_start().starts_with('{') {
            from_jwk(text)?
        } else {
            (from_pem(text)?, String::new())
        };
        let kid = if kid.is_empty() { own } else { kid.to_owned() };
        if kid.is_empty() {
            return Err(AssertionKeyError::NoKeyId);
        }
        Ok(Self {
            kid,
            pair: Arc::new(pair),
        })
    }

    /// Returns a statement for a channel; with a life, for a token of that life.
    ///
    /// # Errors
    /// [`AssertionKeyError::NotSigned`].
    pub fn assertion(
        &self,
        channel_id: &str,
        now: Millis,
        life: Option<Duration>,
    ) -> Result<String, AssertionKeyError> {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.kid });
        let mut claims = json!({
            "iss": channel_id,
            "sub": channel_id,
            "aud": AUDIENCE,
            "exp": now.plus(LIFE).0 / SECOND,
        });
        if let (Some(life), Some(claims)) = (life, claims.as_object_mut()) {
            let seconds = life.clamp(Duration::from_mins(1), LONGEST_TOKEN).as_secs();
            claims.insert("token_exp".to_owned(), seconds.into());
        }
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .map_err(|_| AssertionKeyError::NotSigned)?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

fn from_jwk(text: &str) -> Result<(KeyPair, String), AssertionKeyError> {
    let bad = AssertionKeyError::Unreadable;
    let jwk: Jwk = serde_json::from_str(text).map_err(|_| bad)?;
    if jwk.kty != "RSA" {
        return Err(bad);
    }
    let bytes = |text: &str| {
        URL_SAFE_NO_PAD
            .decode(text.trim_end_matches('='))
            .map_err(|_| bad)
    };
    let components = KeyPairComponents {
        public_key: PublicKeyComponents {
            n: bytes(&jwk.n)?,
            e: bytes(&jwk.e)?,
        },
        d: bytes(&jwk.d)?,
        p: bytes(&jwk.p)?,
        q: bytes(&jwk.q)?,
        dP: bytes(&jwk.dp)?,
        dQ: bytes(&jwk.dq)?,
        qInv: bytes(&jwk.qi)?,
    };
    let pair = KeyPair::from_components(&components).map_err(|_| AssertionKeyError::Unusable)?;
    Ok((pair, jwk.kid))
}

fn from_pem(text: &str) -> Result<KeyPair, AssertionKeyError> {
    let der = PrivateKeyDer::from_pem_slice(text.as_bytes())
        .map_err(|_| AssertionKeyError::Unreadable)?;
    match &der {
        PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()),
        PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()),
        _ => return Err(AssertionKeyError::Unreadable),
    }
    .map_err(|_| AssertionKeyError::Unusable)
}
