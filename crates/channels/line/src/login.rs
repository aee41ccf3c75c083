//! Who a person is, as LINE Login says: ID tokens.
//!
//! Web logins are signed with the channel secret (HS256), the app's and LIFF's with a key of LINE's
//! (ES256). Source: "Verify ID tokens" of LINE's documentation. The user id is taken from here only; what
//! a page says about itself is not believed.

use std::fmt;

use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header, errors::ErrorKind, jwk::JwkSet,
};
use kernel::time::{Millis, SECOND};
use serde::Deserialize;

use crate::{Secret, UserId};

const ISSUER: &str = "https://access.line.me";
/// No honest token is longer; it holds a name and an address at most.
const LONGEST: usize = 8 * 1024;

/// What a token must be to be believed.
#[derive(Debug, Clone)]
pub struct IdTokenRules {
    /// The id of the Login channel, to which the token must be addressed.
    pub channel_id: String,
    /// Its secret, for web logins.
    pub channel_secret: Option<Secret>,
    /// LINE's keys (`https://api.line.me/oauth2/v2.1/certs`), for the app's and LIFF's.
    pub keys: Option<JwkSet>,
    /// What we gave the login to carry back; `None` where none was given.
    pub nonce: Option<String>,
}

/// Who a person is.
#[derive(Clone, PartialEq, Eq)]
pub struct LineIdentity {
    /// LINE's name of the person.
    pub user_id: UserId,
    /// The name that the person chose.
    pub name: Option<String>,
    /// The address, where the person agreed to give it.
    pub email: Option<String>,
    /// Until when the token counts.
    pub expires_at: Millis,
}

impl fmt::Debug for LineIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LineIdentity(<redacted>)")
    }
}

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdTokenError {
    /// It is no token.
    #[error("not an ID token")]
    Malformed,
    /// It is signed in a way that LINE does not sign, or not at all.
    #[error("the ID token is not signed as LINE signs")]
    Algorithm,
    /// It is signed with a key that we do not have; LINE's keys may be newer than ours.
    #[error("the ID token is signed with a key that is not known")]
    UnknownKey,
    /// The signature is wrong.
    #[error("the signature of the ID token is wrong")]
    Signature,
    /// Another than LINE issued it.
    #[error("the ID token was not issued by LINE Login")]
    Issuer,
    /// It is for another channel.
    #[error("the ID token is for another channel")]
    Audience,
    /// Its time is over.
    #[error("the ID token has expired")]
    Expired,
    /// It does not carry back what we gave the login.
    #[error("the ID token belongs to another login")]
    Nonce,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    exp: i64,
    nonce: Option<String>,
    name: Option<String>,
    email: Option<String>,
}

/// Checks a token and says who it is.
///
/// # Errors
/// The first rule that it breaks.
pub fn verify_id_token(
    token: &str,
    rules: &IdTokenRules,
    now: Millis,
) -> Result<LineIdentity, IdTokenError> {
    if token.len() > LONGEST {
        return Err(IdTokenError::Malformed);
    }
    // `alg: none` and whatever else is unknown to the library is an error here already.
    let header = decode_header(token).map_err(|error| match error.kind() {
        ErrorKind::InvalidAlgorithmName | ErrorKind::Json(_) => IdTokenError::Algorithm,
        _ => IdTokenError::Malformed,
    })?;
    let key = match header.alg {
        Algorithm::HS256 => rules
            .channel_secret
            .as_ref()
            .map(|secret| DecodingKey::from_secret(secret.reveal().as_bytes())),
        Algorithm::ES256 => {
            let kid = header.kid.as_deref().unwrap_or_default();
            let known = rules.keys.as_ref().and_then(|keys| keys.find(kid));
            known.and_then(|jwk| DecodingKey::from_jwk(jwk).ok())
        }
        _ => return Err(IdTokenError::Algorithm),
    }
    .ok_or(IdTokenError::UnknownKey)?;
    let mut validation = Validation::new(header.alg);
    // The claims are checked below: by our clock, and with an error of its own for each.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = decode::<Claims>(token, &key, &validation)
        .map_err(|error| match error.kind() {
            ErrorKind::InvalidSignature => IdTokenError::Signature,
            _ => IdTokenError::Malformed,
        })?
        .claims;
    believe(claims, rules, now)
}

fn believe(
    claims: Claims,
    rules: &IdTokenRules,
    now: Millis,
) -> Result<LineIdentity, IdTokenError> {
    let expires_at = Millis(claims.exp.saturating_mul(SECOND));
    if claims.iss != ISSUER {
        Err(IdTokenError::Issuer)
    } else if claims.aud != rules.channel_id {
        Err(IdTokenError::Audience)
    } else if now >= expires_at {
        Err(IdTokenError::Expired)
    } else if rules.nonce.is_some() && claims.nonce != rules.nonce {
        Err(IdTokenError::Nonce)
    } else {
        Ok(LineIdentity {
            user_id: UserId::parse(&claims.sub).map_err(|_| IdTokenError::Malformed)?,
            name: claims.name,
            email: claims.email,
            expires_at,
        })
    }
}
