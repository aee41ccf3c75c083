//! The statement by which a push service knows the sender (RFC 8292): one for each service, used for hours.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::time::{HOUR, MINUTE, Millis, SECOND};
use parking_lot::Mutex;
use serde_json::json;

use crate::{VapidKey, VapidKeyError};

/// How long a statement is good for. The standard allows a day; half leaves room for clocks that differ.
const LIFE: i64 = 12 * HOUR;
/// So long before its end it is renewed.
const MARGIN: i64 = HOUR;
/// A statement that is refused when it is younger would be refused again.
const YOUNG: i64 = MINUTE;
/// Services whose statements are kept. The world has a handful; strangers' endpoints can name any number.
const KEPT: usize = 1_000;

/// The statements of one key.
#[derive(Debug)]
pub(crate) struct Statements {
    key: VapidKey,
    subject: String,
    held: Mutex<HashMap<String, Statement>>,
}

/// A header, and when it was made.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    pub(crate) header: String,
    made_at: Millis,
}

impl Statements {
    pub(crate) fn new(key: VapidKey, subject: String) -> Self {
        Self {
            key,
            subject,
            held: Mutex::default(),
        }
    }

    pub(crate) const fn key(&self) -> &VapidKey {
        &self.key
    }

    pub(crate) fn subject(&self) -> &str {
        &self.subject
    }

    /// Returns the header for a push service.
    pub(crate) fn of(&self, origin: &str, now: Millis) -> Result<Statement, VapidKeyError> {
        if let Some(held) = self.held.lock().get(origin)
            && held.is_good(now)
        {
            return Ok(held.clone());
        }
        self.make(origin, now)
    }

    /// Returns another than the one that was refused; `None` when that one was just made.
    pub(crate) fn instead_of(
        &self,
        refused: &Statement,
        origin: &str,
        now: Millis,
    ) -> Option<Statement> {
        let held = self.held.lock().get(origin).cloned();
        match held {
            Some(held) if held.header != refused.header => Some(held),
            _ if now.0 - refused.made_at.0 < YOUNG => None,
            _ => self.make(origin, now).ok(),
        }
    }

    fn make(&self, origin: &str, now: Millis) -> Result<Statement, VapidKeyError> {
        let kind = json!({ "typ": "JWT", "alg": "ES256" });
        let exp = now.plus(LIFE).0 / SECOND;
        let claims = json!({ "aud": origin, "exp": exp, "sub": self.subject });
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&kind), part(&claims));
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(signed.as_bytes())?);
        let public = self.key.public_key();
        let statement = Statement {
            // Without a space after the comma: there are readers that stumble on it.
            header: format!("vapid t={signed}.{signature},k={public}"),
            made_at: now,
        };
        let mut held = self.held.lock();
        if held.len() >= KEPT {
            held.clear();
        }
        held.insert(origin.to_owned(), statement.clone());
        Ok(statement)
    }
}

impl Statement {
    /// A clock that was set back makes a statement from the future; services distrust those, too.
    const fn is_good(&self, now: Millis) -> bool {
        let age = now.0 - self.made_at.0;
        age >= 0 && age < LIFE - MARGIN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Millis = Millis(1_783_993_320_000);

    fn statements() -> Statements {
        let key = VapidKey::from_bytes(&[7; 32]).unwrap();
        Statements::new(key, "mailto:push@example.jp".to_owned())
    }

    #[test]
    fn a_statement_serves_one_service_until_an_hour_before_its_end() {
        let statements = statements();
        let first = statements.of("https://a.example", NOON).unwrap().header;
        let at = |origin: &str, hours: i64| {
            statements
                .of(origin, NOON.plus(hours * HOUR))
                .unwrap()
                .header
        };
        assert_ne!(at("https://b.example", 0), first);
        assert_eq!(at("https://a.example", 10), first);
        let second = at("https://a.example", 11);
        assert_ne!(second, first);
        assert_eq!(at("https://a.example", 12), second);
        // The clock was set back.
        assert_ne!(at("https://a.example", -1), second);
    }

    #[test]
    fn a_refused_statement_is_made_anew_only_when_it_is_not_new() {
        let statements = statements();
        let origin = "https://a.example";
        let first = statements.of(origin, NOON).unwrap();
        let soon = NOON.plus(SECOND);
        assert!(statements.instead_of(&first, origin, soon).is_none());
        let later = NOON.plus(2 * MINUTE);
        let second = statements.instead_of(&first, origin, later).unwrap();
        assert_ne!(second.header, first.header);
        // Another lane had its own made meanwhile.
        let third = statements.instead_of(&first, origin, later).unwrap();
        assert_eq!(third.header, second.header);
    }

    #[test]
    fn strangers_cannot_fill_the_memory() {
        let statements = statements();
        for n in 0..2_500 {
            let origin = format!("https://{n}.example");
            assert!(statements.of(&origin, NOON).is_ok());
        }
        assert!(statements.held.lock().len() <= KEPT);
    }
}
