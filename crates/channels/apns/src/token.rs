//! The provider token: ES256 over the team's key, used again by all lanes.
//!
//! Apple refuses a token older than an hour, and one that changes more often than every 20 minutes.

use std::{fmt, sync::Arc};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kernel::time::{MINUTE, Millis, SECOND};
use parking_lot::Mutex;
use serde::Serialize;

/// From this age on a new one is made.
const RENEWED: i64 = 50 * MINUTE;
/// Before this age none is made, whatever Apple says.
const YOUNG: i64 = 20 * MINUTE;

/// A key that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApnsKeyError {
    /// It is not Apple's `.p8` file.
    #[error("the key is not a private key of P-256 in PEM form (.p8)")]
    Unreadable,
    /// Team or key id are not ten letters and digits.
    #[error("a team id and a key id are ten capital letters and digits")]
    BadId,
}

/// A team's signing key.
#[derive(Clone)]
pub struct ApnsKey {
    team: String,
    id: String,
    key: EncodingKey,
}

impl fmt::Debug for ApnsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApnsKey")
            .field("team", &self.team)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
}

impl ApnsKey {
    /// Reads Apple's `.p8` file, with the ids of the team and of the key.
    ///
    /// # Errors
    /// [`ApnsKeyError`] says what is wrong.
    pub fn parse(pem: &str, team: &str, id: &str) -> Result<Self, ApnsKeyError> {
        if ![team, id].into_iter().all(is_id) {
            return Err(ApnsKeyError::BadId);
        }
        let key = EncodingKey::from_ec_pem(pem.as_bytes());
        let key = Self {
            team: team.to_owned(),
            id: id.to_owned(),
            key: key.map_err(|_| ApnsKeyError::Unreadable)?,
        };
        // A key of another curve is noticed only when it signs.
        key.sign(Millis(0))?;
        Ok(key)
    }

    fn sign(&self, now: Millis) -> Result<String, ApnsKeyError> {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.id.clone());
        let claims = Claims {
            iss: &self.team,
            iat: now.0.div_euclid(SECOND),
        };
        jsonwebtoken::encode(&header, &claims, &self.key).map_err(|_| ApnsKeyError::Unreadable)
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 10
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Where all lanes get the token from.
#[derive(Debug)]
pub(crate) struct Tokens {
    key: ApnsKey,
    held: Mutex<Option<Arc<Token>>>,
}

/// A provider token. Its `Debug` shows its age alone.
pub(crate) struct Token {
    pub(crate) header: String,
    made_at: Millis,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("made_at", &self.made_at)
            .finish_non_exhaustive()
    }
}

impl Tokens {
    pub(crate) fn new(key: ApnsKey) -> Self {
        Self {
            key,
            held: Mutex::default(),
        }
    }

    /// Returns a token that Apple should take.
    pub(crate) fn get(&self, now: Millis) -> Result<Arc<Token>, ApnsKeyError> {
        let mut held = self.held.lock();
        match &*held {
            // A clock that was set back makes a token from the future, which Apple refuses.
            Some(token) if (0..RENEWED).contains(&token.age(now)) => Ok(Arc::clone(token)),
            _ => self.make(&mut held, now),
        }
    }

    /// Returns another than the one that Apple calls expired; `None` when that one may not be replaced yet.
    pub(crate) fn instead_of(&self, expired: &Token, now: Millis) -> Option<Arc<Token>> {
        let mut held = self.held.lock();
        match &*held {
            Some(token) if token.header != expired.header => Some(Arc::clone(token)),
            _ if (0..YOUNG).contains(&expired.age(now)) => None,
            _ => self.make(&mut held, now).ok(),
        }
    }

    fn make(&self, held: &mut Option<Arc<Token>>, now: Millis) -> Result<Arc<Token>, ApnsKeyError> {
        let token = Arc::new(Token {
            header: format!("bearer {}", self.key.sign(now)?),
            made_at: now,
        });
        *held = Some(Arc::clone(&token));
        Ok(token)
    }
}

impl Token {
    const fn age(&self, now: Millis) -> i64 {
        now.0 - self.made_at.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = include_str!("../tests/it/fixtures/AuthKey.p8");
    const NOON: Millis = Millis(1_783_993_320_000);

    fn tokens() -> Tokens {
        Tokens::new(ApnsKey::parse(PEM, "AOBA0TEAM1", "AOBA00KEY1").unwrap())
    }

    #[test]
    fn a_key_shows_its_names_alone() {
        let key = ApnsKey::parse(PEM, "AOBA0TEAM1", "AOBA00KEY1").unwrap();
        let shown = format!("{key:?}");
        assert_eq!(
            shown,
            r#"ApnsKey { team: "AOBA0TEAM1", id: "AOBA00KEY1", .. }"#
        );
        for (pem, team, id) in [
            ("", "AOBA0TEAM1", "AOBA00KEY1"),
            (
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
                "AOBA0TEAM1",
                "AOBA00KEY1",
            ),
            (PEM, "", "AOBA00KEY1"),
            (PEM, "AOBA0TEAM1", "aoba00key1"),
            (PEM, "青葉", "AOBA00KEY1"),
            (PEM, "AOBA0TEAM1\r\n", "AOBA00KEY1"),
        ] {
            assert!(ApnsKey::parse(pem, team, id).is_err(), "{team} {id}");
        }
    }

    #[test]
    fn a_token_serves_for_fifty_minutes() {
        let tokens = tokens();
        let at = |minutes: i64| tokens.get(NOON.plus(minutes * MINUTE)).unwrap().made_at;
        assert_eq!(at(0), NOON);
        assert_eq!(at(49), NOON);
        assert_eq!(at(50), NOON.plus(50 * MINUTE));
        assert_eq!(at(99), NOON.plus(50 * MINUTE));
        // The clock was set back.
        assert_eq!(at(10), NOON.plus(10 * MINUTE));
    }

    #[test]
    fn an_expired_token_is_replaced_once_and_never_within_twenty_minutes() {
        let tokens = tokens();
        let first = tokens.get(NOON).unwrap();
        assert!(tokens.instead_of(&first, NOON.plus(19 * MINUTE)).is_none());
        let later = NOON.plus(20 * MINUTE);
        let second = tokens.instead_of(&first, later).unwrap();
        assert_eq!(second.made_at, later);
        // Another lane comes with the same old one.
        let third = tokens.instead_of(&first, later.plus(SECOND)).unwrap();
        assert_eq!(third.header, second.header);
    }
}
