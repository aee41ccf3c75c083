//! What proves that a call is the provider's; of Amazon see [`super::sns`].

use base64::{Engine as _, engine::general_purpose::STANDARD};
use channel_core::{InboundError, InboundRequest};
use kernel::time::Millis;
use ring::{
    digest::{SHA256, digest},
    hmac, signature,
};
use serde_json::Value;

use super::is_fresh;

/// Where the key itself begins in the DER of a public key on P-256 (RFC 5480): before it stand the names of both.
const SPKI_P256: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// What proves a provider's calls; its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub enum Proof {
    /// The public key of `SendGrid`'s signed event webhook, base64.
    Sendgrid {
        /// The key.
        key: String,
    },
    /// The HTTP webhook signing key of Mailgun.
    Mailgun {
        /// The key.
        key: String,
    },
    /// Basic authentication, which Postmark takes in a webhook's address.
    Login {
        /// User.
        user: String,
        /// Password.
        password: String,
    },
    /// A header of one's own, which Postmark sends along.
    Header {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sendgrid { .. } => "Proof::Sendgrid",
            Self::Mailgun { .. } => "Proof::Mailgun",
            Self::Login { .. } => "Proof::Login",
            Self::Header { .. } => "Proof::Header",
        })
    }
}

impl Proof {
    /// Tells whether it can prove anything: a key that cannot be read lets nothing in, which its owner must be told.
    pub fn is_usable(&self) -> bool {
        match self {
            Self::Sendgrid { key } => point(key).is_some(),
            Self::Mailgun { key } => !key.trim().is_empty(),
            Self::Login { user, password } => !user.is_empty() && !password.is_empty(),
            Self::Header { name, value } => !name.is_empty() && !value.is_empty(),
        }
    }
}

/// Checks that a call is the provider's, over its raw bytes.
///
/// # Errors
/// [`InboundError::BadSignature`] when it is not, or too old; [`InboundError::Malformed`] when it holds no signature where
/// one belongs in its body.
pub fn proves(proof: &Proof, request: &InboundRequest<'_>) -> Result<(), InboundError> {
    let is_proved = match proof {
        Proof::Sendgrid { key } => sendgrid(key, request).unwrap_or(false),
        Proof::Mailgun { key } => mailgun(key, request)?,
        Proof::Login { user, password } => login(user, password, request).unwrap_or(false),
        Proof::Header { name, value } => request
            .header(&name.to_ascii_lowercase())
            .is_some_and(|given| proof.is_usable() && same(given, value)),
    };
    if is_proved {
        Ok(())
    } else {
        Err(InboundError::BadSignature)
    }
}

/// ECDSA on P-256 with SHA-256 over the timestamp and the body, in DER.
fn sendgrid(key: &str, request: &InboundRequest<'_>) -> Option<bool> {
    let given = request.header("x-twilio-email-event-webhook-signature")?;
    let timestamp = request.header("x-twilio-email-event-webhook-timestamp")?;
    let signed = STANDARD.decode(given.trim()).ok()?;
    if !is_fresh(seconds(timestamp)?, request.received_at) {
        return None;
    }
    let message = [timestamp.as_bytes(), request.body].concat();
    let key = signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_ASN1, point(key)?);
    Some(key.verify(&message, &signed).is_ok())
}

/// HMAC-SHA-256 over the timestamp and a token, all in the body.
fn mailgun(key: &str, request: &InboundRequest<'_>) -> Result<bool, InboundError> {
    let body: Value = serde_json::from_slice(request.body)
        .map_err(|error| InboundError::Malformed(format!("no JSON: {error}")))?;
    let part = |name: &str| Some(body.get("signature")?.get(name)?.as_str()?.to_owned());
    let (Some(timestamp), Some(token), Some(given)) =
        (part("timestamp"), part("token"), part("signature"))
    else {
        return Ok(false);
    };
    let (Some(at), Ok(given)) = (seconds(&timestamp), hex::decode(given.trim())) else {
        return Ok(false);
    };
    if key.trim().is_empty() || !is_fresh(at, request.received_at) {
        return Ok(false);
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.trim().as_bytes());
    let signed = [timestamp.as_bytes(), token.as_bytes()].concat();
    Ok(hmac::verify(&key, &signed, &given).is_ok())
}

fn login(user: &str, password: &str, request: &InboundRequest<'_>) -> Option<bool> {
    let (scheme, packed) = request.header("authorization")?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || user.is_empty() || password.is_empty() {
        return None;
    }
    let given = String::from_utf8(STANDARD.decode(packed.trim()).ok()?).ok()?;
    Some(same(&given, &format!("{user}:{password}")))
}

/// Compares secrets by their digests, so that the time it takes tells nothing of how far they agree.
fn same(given: &str, own: &str) -> bool {
    digest(&SHA256, given.as_bytes()).as_ref() == digest(&SHA256, own.as_bytes()).as_ref()
}

/// Returns the point of a public key in base64, with or without the lines of PEM around it.
fn point(key: &str) -> Option<Vec<u8>> {
    let lines = key
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('-'));
    let der = STANDARD.decode(lines.collect::<String>()).ok()?;
    let point = der.strip_prefix(SPKI_P256)?;
    (point.len() == 65).then(|| point.to_vec())
}

fn seconds(text: &str) -> Option<Millis> {
    let seconds: i64 = text.trim().parse().ok()?;
    Some(Millis(seconds.checked_mul(1_000)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_cannot_be_read_proves_nothing() {
        // Of SendGrid's own documentation.
        let good = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{good}\n-----END PUBLIC KEY-----\n");
        let usable = |key: &str| {
            Proof::Sendgrid {
                key: key.to_owned(),
            }
            .is_usable()
        };
        assert!(usable(good) && usable(&pem));
        for wrong in ["", "key", &good[..40], &good.replace("MFkw", "MFkx")] {
            assert!(!usable(wrong), "{wrong}");
        }
    }

    #[test]
    fn nothing_is_shown_of_a_proof() {
        let proof = Proof::Login {
            user: "me".to_owned(),
            password: "秘密".to_owned(),
        };
        assert_eq!(format!("{proof:?}"), "Proof::Login");
    }
}
