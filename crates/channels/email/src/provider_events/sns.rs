//! The envelope in which Amazon's SNS brings the events of SES, and its signature.
//!
//! A signature of SNS proves Amazon, not the sender: anybody can make a topic and point it here. So the topic must be the
//! one that was agreed, and addresses that a message names are visited only where SNS itself lives.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use channel_core::InboundError;
use kernel::time::Millis;
use ring::signature;
use rustls::pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
    pem::PemObject as _,
};
use serde_json::Value;
use webpki::EndEntityCert;

use super::is_fresh;

/// `sha1WithRSAEncryption` (RFC 3279): version 1 of the signature, which is still what a new topic has.
const RSA_SHA1: AlgorithmIdentifier = AlgorithmIdentifier::from_slice(&[
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05, 0x05, 0x00,
]);

/// What a message of SNS is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvelopeKind {
    /// It brings something.
    Notification,
    /// A topic asks whether its messages are wanted; yes is said by visiting the address.
    Confirmation {
        /// The address.
        visit: String,
    },
    /// A subscription has ended.
    Ended,
}

/// A message of SNS whose signature is still to be checked.
#[derive(Debug, Clone)]
pub struct Envelope {
    kind: EnvelopeKind,
    topic: String,
    message: String,
    certificate: String,
    signed: String,
    signature: Vec<u8>,
    version: Version,
    at: Millis,
}

#[derive(Debug, Clone, Copy)]
enum Version {
    One,
    Two,
}

impl Envelope {
    /// Reads an envelope. `said_kind` is the header `x-amz-sns-message-type`.
    ///
    /// # Errors
    /// [`InboundError::Malformed`] when it is none; [`InboundError::BadSignature`] when it is one without a signature, or
    /// another than its header says.
    pub fn read(said_kind: Option<&str>, body: &[u8]) -> Result<Self, InboundError> {
        let value: Value = serde_json::from_slice(body)
            .map_err(|error| InboundError::Malformed(format!("no JSON: {error}")))?;
        let part = |name: &str| value.get(name).and_then(Value::as_str);
        let word = part("Type")
            .ok_or_else(|| InboundError::Malformed("not a message of SNS".to_owned()))?;
        if said_kind.is_some_and(|said| said != word) {
            return Err(InboundError::BadSignature);
        }
        Self::open(word, &part).ok_or(InboundError::BadSignature)
    }

    fn open<'a>(word: &str, part: &impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let (kind, fields): (_, &[&str]) = match word {
            "Notification" => (
                EnvelopeKind::Notification,
                &[
                    "Message",
                    "MessageId",
                    "Subject",
                    "Timestamp",
                    "TopicArn",
                    "Type",
                ],
            ),
            "SubscriptionConfirmation" | "UnsubscribeConfirmation" => {
                let kind = if word == "SubscriptionConfirmation" {
                    EnvelopeKind::Confirmation {
                        visit: part("SubscribeURL")?.to_owned(),
                    }
                } else {
                    EnvelopeKind::Ended
                };
                (
                    kind,
                    &[
                        "Message",
                        "MessageId",
                        "SubscribeURL",
                        "Timestamp",
                        "Token",
                        "TopicArn",
                        "Type",
                    ],
                )
            }
            _ => return None,
        };
        let mut signed = String::new();
        for name in fields {
            let value = match (*name, part(name)) {
                // The one field that need not be there.
                ("Subject", None) => continue,
                (_, value) => value?,
            };
            signed.push_str(name);
            signed.push('\n');
            signed.push_str(value);
            signed.push('\n');
        }
        Some(Self {
            kind,
            topic: part("TopicArn")?.to_owned(),
            message: part("Message")?.to_owned(),
            certificate: part("SigningCertURL")?.to_owned(),
            signed,
            signature: STANDARD.decode(part("Signature")?).ok()?,
            version: match part("SignatureVersion")? {
                "1" => Version::One,
                "2" => Version::Two,
                _ => return None,
            },
            at: Millis::parse(part("Timestamp")?)?,
        })
    }

    /// Returns what it is.
    pub const fn kind(&self) -> &EnvelopeKind {
        &self.kind
    }

    /// Returns what it brings.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns where its certificate lies, when that is a place of SNS and the topic is the agreed one; nothing is fetched
    /// for others.
    ///
    /// # Errors
    /// [`InboundError::BadSignature`].
    pub fn certificate(
        &self,
        topic: &str,
        hosts: &SnsHosts,
        now: Millis,
    ) -> Result<&str, InboundError> {
        let is_ours = self.topic == topic && is_fresh(self.at, now);
        if is_ours && hosts.is_certificate(&self.certificate) {
            Ok(&self.certificate)
        } else {
            Err(InboundError::BadSignature)
        }
    }

    /// Checks the signature with the certificate in PEM.
    ///
    /// # Errors
    /// [`InboundError::BadSignature`].
    pub fn verify(&self, certificate: &[u8]) -> Result<(), InboundError> {
        let algorithm: &dyn SignatureVerificationAlgorithm = match self.version {
            Version::One => &RsaSha1,
            Version::Two => webpki::ring::RSA_PKCS1_2048_8192_SHA256,
        };
        let der =
            CertificateDer::from_pem_slice(certificate).map_err(|_| InboundError::BadSignature)?;
        let certificate = EndEntityCert::try_from(&der).map_err(|_| InboundError::BadSignature)?;
        certificate
            .verify_signature(algorithm, self.signed.as_bytes(), &self.signature)
            .map_err(|_| InboundError::BadSignature)
    }
}

/// RSA with SHA-1, which nothing else here accepts.
#[derive(Debug)]
struct RsaSha1;

impl SignatureVerificationAlgorithm for RsaSha1 {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signed: &[u8],
    ) -> Result<(), InvalidSignature> {
        let algorithm = &signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY;
        signature::UnparsedPublicKey::new(algorithm, public_key)
            .verify(message, signed)
            .map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        RSA_SHA1
    }
}

/// Where SNS lives.
#[derive(Debug, Clone, Default)]
pub struct SnsHosts {
    /// An origin such as `http://127.0.0.1:4566` that stands in for Amazon's.
    other: Option<String>,
}

impl SnsHosts {
    /// Amazon's, and one more where it is given: an imitation on one's own machine.
    pub fn new(other: &str) -> Self {
        let other = other.trim().trim_end_matches('/');
        Self {
            other: (!other.is_empty()).then(|| other.to_owned()),
        }
    }

    /// Tells whether an address is one of SNS.
    pub fn is_own(&self, url: &str) -> bool {
        if !url.bytes().all(|byte| byte.is_ascii_graphic()) || url.contains(['#', '\\']) {
            return false;
        }
        let is_other = |own: &String| {
            url.strip_prefix(own.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
        };
        self.other.as_ref().is_some_and(is_other) || is_amazon(url)
    }

    /// Tells whether an address is that of a certificate of SNS.
    pub fn is_certificate(&self, url: &str) -> bool {
        let is_pem = std::path::Path::new(url)
            .extension()
            .is_some_and(|end| end == "pem");
        is_pem && !url.contains('?') && self.is_own(url)
    }
}

/// `https://sns.<region>.amazonaws.com/`, in China with `.cn`; no port, no user.
fn is_amazon(url: &str) -> bool {
    let Some((host, _)) = url
        .strip_prefix("https://sns.")
        .and_then(|rest| rest.split_once('/'))
    else {
        return false;
    };
    let region = host
        .strip_suffix(".amazonaws.com")
        .or_else(|| host.strip_suffix(".amazonaws.com.cn"));
    region.is_some_and(|region| {
        !region.is_empty()
            && region
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_of_sns_are_visited() {
        let amazon = SnsHosts::default();
        for good in [
            "https://sns.ap-northeast-1.amazonaws.com/SimpleNotificationService-0.pem",
            "https://sns.us-gov-west-1.amazonaws.com/x.pem",
            "https://sns.cn-north-1.amazonaws.com.cn/x.pem",
        ] {
            assert!(amazon.is_certificate(good), "{good}");
        }
        for bad in [
            "http://sns.us-east-1.amazonaws.com/x.pem",
            "https://sns.us-east-1.amazonaws.com.evil.example/x.pem",
            "https://sns.evil.example/.amazonaws.com/x.pem",
            "https://sns.a.b.amazonaws.com/x.pem",
            "https://sns..amazonaws.com/x.pem",
            "https://sns.us-east-1.amazonaws.com:8443/x.pem",
            "https://me@sns.us-east-1.amazonaws.com/x.pem",
            "https://sns.me@evil.amazonaws.com/x.pem",
            "https://s3.amazonaws.com/sns.us-east-1.amazonaws.com/x.pem",
            "https://sns.us-east-1.amazonaws.com/x.txt",
            "https://sns.us-east-1.amazonaws.com/?x.pem",
            "https://sns.us-east-1.amazonaws.com/x.pem#y.pem",
            "https://sns.us-east-1.amazonaws.com\\@evil.example/x.pem",
            "https://sns.us-east-1.amazonaws.com",
            "https://sns.ＵＳ.amazonaws.com/x.pem",
            "http://127.0.0.1:4566/x.pem",
            "",
        ] {
            assert!(!amazon.is_certificate(bad), "{bad}");
        }
        let own = SnsHosts::new("http://127.0.0.1:4566/");
        assert!(own.is_certificate("http://127.0.0.1:4566/x.pem"));
        assert!(own.is_certificate("https://sns.us-east-1.amazonaws.com/x.pem"));
        for bad in [
            "http://127.0.0.1:45667/x.pem",
            "http://127.0.0.1:4566.evil.example/x.pem",
        ] {
            assert!(!own.is_certificate(bad), "{bad}");
        }
    }
}
