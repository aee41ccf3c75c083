//! What a browser gives when somebody allows pushes.

use std::fmt;

use base64::{
    Engine as _,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use channel_core::dial::{Address, AddressError, Schemes};
use p256::PublicKey;
use serde::Deserialize;
use serde_json::json;

/// The longest JSON that is read.
const MAX_TEXT: usize = 4_096;
/// Browsers write without padding, some libraries with.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why nothing can be sent to a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubscriptionError {
    /// It is not what `PushSubscription.toJSON()` gives.
    #[error("the subscription is not the JSON that a browser gives")]
    Form,
    /// The endpoint is refused.
    #[error("the endpoint is refused: {0}")]
    Endpoint(#[from] AddressError),
    /// `p256dh` is not a point on P-256.
    #[error("the subscription's public key (p256dh) is not a point on P-256")]
    PublicKey,
    /// `auth` is not 16 bytes.
    #[error("the subscription's secret (auth) is not 16 bytes")]
    Auth,
}

#[derive(Deserialize)]
struct Written {
    endpoint: String,
    keys: Keys,
}

#[derive(Deserialize)]
struct Keys {
    p256dh: String,
    auth: String,
}

/// A subscription. Its endpoint lets anybody who knows it send, so `Debug` shows the origin alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    endpoint: String,
    address: Address,
    pub(crate) public: PublicKey,
    pub(crate) auth: [u8; 16],
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("origin", &self.origin())
            .finish_non_exhaustive()
    }
}

impl Subscription {
    /// Reads the JSON of `PushSubscription.toJSON()`.
    ///
    /// # Errors
    /// [`SubscriptionError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, SubscriptionError> {
        Self::read(text, Schemes::Https)
    }

    /// As [`Subscription::parse`], with which schemes an endpoint may have: more than https only for rehearsals.
    ///
    /// # Errors
    /// [`SubscriptionError`] says what is wrong with it.
    pub fn read(text: &str, schemes: Schemes) -> Result<Self, SubscriptionError> {
        if text.len() > MAX_TEXT {
            return Err(SubscriptionError::Form);
        }
        let written: Written = serde_json::from_str(text).map_err(|_| SubscriptionError::Form)?;
        let address = Address::parse(&written.endpoint, schemes)?;
        let public = BASE64.decode(&written.keys.p256dh);
        let public = public.map_err(|_| SubscriptionError::PublicKey)?;
        // Compressed points are good for the curve and not for the standard.
        if public.len() != 65 {
            return Err(SubscriptionError::PublicKey);
        }
        let public =
            PublicKey::from_sec1_bytes(&public).map_err(|_| SubscriptionError::PublicKey)?;
        let auth = BASE64.decode(&written.keys.auth);
        let auth = auth.map_err(|_| SubscriptionError::Auth)?;
        Ok(Self {
            endpoint: written.endpoint,
            address,
            public,
            auth: auth.try_into().map_err(|_| SubscriptionError::Auth)?,
        })
    }

    /// Returns the address to which messages go. It names the subscription.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Returns the push service, such as `https://updates.push.services.mozilla.com`.
    pub fn origin(&self) -> String {
        self.address.base()
    }

    /// Returns the one way in which a subscription is written here, whatever else the browser wrote: the
    /// recipient of a message.
    pub fn to_text(&self) -> String {
        let p256dh = BASE64.encode(crate::encrypt::uncompressed(&self.public));
        let keys = json!({ "auth": BASE64.encode(self.auth), "p256dh": p256dh });
        json!({ "endpoint": self.endpoint, "keys": keys }).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P256DH: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    fn written(endpoint: &str, p256dh: &str, auth: &str) -> String {
        json!({ "endpoint": endpoint, "expirationTime": null, "keys": { "p256dh": p256dh, "auth": auth } })
            .to_string()
    }

    #[test]
    fn what_a_browser_gives_is_read_and_written_in_one_way() {
        let endpoint = "https://fcm.googleapis.com/fcm/send/abc:APA91b_x-y";
        let plain = Subscription::parse(&written(endpoint, P256DH, AUTH)).unwrap();
        let padded = written(endpoint, &format!("{P256DH}="), &format!("{AUTH}=="));
        assert_eq!(Subscription::parse(&padded), Ok(plain.clone()));
        assert_eq!(Subscription::parse(&plain.to_text()), Ok(plain.clone()));
        assert_eq!(plain.endpoint(), endpoint);
        let shown = format!("{plain:?}");
        assert_eq!(
            shown,
            r#"Subscription { origin: "https://fcm.googleapis.com", .. }"#
        );
    }

    #[test]
    fn everything_else_is_refused() {
        use SubscriptionError as E;
        let good = "https://push.example.net/p/1";
        let off_the_curve = BASE64.encode([4; 65]);
        let compressed = BASE64.encode([&[2][..], &[7; 32]].concat());
        for (endpoint, p256dh, auth, error) in [
            (
                "http://push.example.net/",
                P256DH,
                AUTH,
                E::Endpoint(AddressError::Scheme),
            ),
            (
                "https://u:p@push.example.net/",
                P256DH,
                AUTH,
                E::Endpoint(AddressError::Credentials),
            ),
            (
                "https://push.example.net:22/",
                P256DH,
                AUTH,
                E::Endpoint(AddressError::Port),
            ),
            (
                "https://0x7f.1/",
                P256DH,
                AUTH,
                E::Endpoint(AddressError::Form),
            ),
            ("", P256DH, AUTH, E::Endpoint(AddressError::Form)),
            (
                "file:///etc/passwd",
                P256DH,
                AUTH,
                E::Endpoint(AddressError::Scheme),
            ),
            (good, "", AUTH, E::PublicKey),
            (good, "AA", AUTH, E::PublicKey),
            (good, "鍵", AUTH, E::PublicKey),
            (good, &off_the_curve, AUTH, E::PublicKey),
            (good, &compressed, AUTH, E::PublicKey),
            (good, P256DH, "", E::Auth),
            (good, P256DH, "BTBZMqHH6r4Tts7J_aSI", E::Auth),
            (good, P256DH, "BTBZMqHH6r4Tts7J_aSIgggg", E::Auth),
            (good, P256DH, "😀", E::Auth),
        ] {
            let read = Subscription::parse(&written(endpoint, p256dh, auth));
            assert_eq!(read, Err(error), "{endpoint} {p256dh} {auth}");
        }
        let long = written(&format!("{good}{}", "x".repeat(5_000)), P256DH, AUTH);
        for text in ["", "{}", "[]", "null", "hanako@example.jp", good, &long] {
            assert_eq!(Subscription::parse(text), Err(E::Form), "{text}");
        }
    }
}
