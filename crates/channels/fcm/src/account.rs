//! The key file of a Firebase project, and the statement for which Google gives a token (RFC 7523, RS256).

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use channel_core::dial::{Address, AddressError, Schemes};
use kernel::time::{HOUR, Millis, SECOND};
use ring::{rand::SystemRandom, rsa::KeyPair, signature::RSA_PKCS1_SHA256};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject as _};
use serde::Deserialize;
use serde_json::{Value, json};

const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";
/// The longest that Google takes.
const LIFE: i64 = HOUR;
/// The longest key file that is read.
const MAX_TEXT: usize = 64 * 1024;

/// A key file that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceAccountError {
    /// It is not the JSON of a service account.
    #[error("the file is not the JSON key of a service account")]
    Form,
    /// It names no project that can stand in a path.
    #[error("the key names no project")]
    Project,
    /// Its address for tokens is refused.
    #[error("the key's address for tokens is refused: {0}")]
    TokenAddress(#[from] AddressError),
    /// Its private key is not RSA of 2,048 bits or more.
    #[error("the private key in the file is not RSA of 2048 to 4096 bits in PEM form")]
    PrivateKey,
}

#[derive(Deserialize)]
struct Written {
    #[serde(rename = "type")]
    kind: String,
    project_id: String,
    private_key_id: String,
    private_key: String,
    client_email: String,
    token_uri: String,
}

/// A service account. Its `Debug` shows the project alone.
#[derive(Clone)]
pub struct ServiceAccount {
    project: String,
    key_id: String,
    email: String,
    token_uri: String,
    pub(crate) token_address: Address,
    pair: Arc<KeyPair>,
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceAccount")
            .field("project", &self.project)
            .finish_non_exhaustive()
    }
}

impl ServiceAccount {
    /// Reads the JSON that Firebase's console gives.
    ///
    /// # Errors
    /// [`ServiceAccountError`] says what is wrong with it.
    pub fn parse(text: &str, schemes: Schemes) -> Result<Self, ServiceAccountError> {
        let bad = ServiceAccountError::Form;
        if text.len() > MAX_TEXT {
            return Err(bad);
        }
        let written: Written = serde_json::from_str(text).map_err(|_| bad)?;
        if written.kind != "service_account" || written.client_email.is_empty() {
            return Err(bad);
        }
        if !is_project(&written.project_id) {
            return Err(ServiceAccountError::Project);
        }
        Ok(Self {
            token_address: Address::parse(&written.token_uri, schemes)?,
            pair: Arc::new(pair(&written.private_key).ok_or(ServiceAccountError::PrivateKey)?),
            project: written.project_id,
            key_id: written.private_key_id,
            email: written.client_email,
            token_uri: written.token_uri,
        })
    }

    /// Returns the project.
    pub fn project(&self) -> &str {
        &self.project
    }

    /// Returns a statement that is good for an hour; `None` when signing fails.
    pub(crate) fn assertion(&self, now: Millis) -> Option<String> {
        let head = json!({ "alg": "RS256", "typ": "JWT", "kid": self.key_id });
        let claims = json!({
            "iss": self.email,
            "scope": SCOPE,
            "aud": self.token_uri,
            "iat": now.0 / SECOND,
            "exp": now.plus(LIFE).0 / SECOND,
        });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&head), part(&claims));
        let mut signature = vec![0; self.pair.public().modulus_len()];
        let random = SystemRandom::new();
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &random,
                signed.as_bytes(),
                &mut signature,
            )
            .ok()?;
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// A project's name stands in a path.
fn is_project(name: &str) -> bool {
    (1..=100).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b':' | b'.'))
        && !name.starts_with('.')
}

fn pair(pem: &str) -> Option<KeyPair> {
    match &PrivateKeyDer::from_pem_slice(pem.as_bytes()).ok()? {
        PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()).ok(),
        PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = include_str!("../tests/it/fixtures/account.json");

    #[test]
    fn a_key_file_shows_its_project_alone() {
        let account = ServiceAccount::parse(FILE, Schemes::Https).unwrap();
        assert_eq!(account.project(), "aoba-shop");
        let shown = format!("{account:?}");
        assert_eq!(shown, r#"ServiceAccount { project: "aoba-shop", .. }"#);
    }

    #[test]
    fn everything_else_is_refused() {
        use ServiceAccountError as E;
        let with = |name: &str, value: Value| {
            let mut file: Value = serde_json::from_str(FILE).unwrap();
            file.as_object_mut().unwrap().insert(name.to_owned(), value);
            ServiceAccount::parse(&file.to_string(), Schemes::Https).map(|_| ())
        };
        for (name, value, error) in [
            ("type", json!("authorized_user"), E::Form),
            ("client_email", json!(""), E::Form),
            ("private_key", json!(7), E::Form),
            ("project_id", json!(""), E::Project),
            ("project_id", json!("a/../b"), E::Project),
            ("project_id", json!("店"), E::Project),
            ("private_key", json!(""), E::PrivateKey),
            (
                "private_key",
                json!("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"),
                E::PrivateKey,
            ),
            (
                "token_uri",
                json!("http://oauth2.googleapis.com/token"),
                E::TokenAddress(AddressError::Scheme),
            ),
            (
                "token_uri",
                json!("https://0x7f.1/token"),
                E::TokenAddress(AddressError::Form),
            ),
            (
                "token_uri",
                json!("file:///etc/passwd"),
                E::TokenAddress(AddressError::Scheme),
            ),
        ] {
            assert_eq!(with(name, value.clone()), Err(error), "{name} {value}");
        }
        let long = " ".repeat(70_000);
        for text in ["", "{}", "null", "[]", &long] {
            assert!(ServiceAccount::parse(text, Schemes::Https).is_err());
        }
    }
}
