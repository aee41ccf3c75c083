//! Bearer tokens: asked for with the account's statement, renewed before they run out, shared by all lanes.

use std::{fmt, sync::Arc, time::Duration};

use channel_core::{
    NotReady, Reason, ReasonClass,
    http::{Fault, Reply, Way},
};
use http_body_util::Full;
use hyper::{Request, body::Bytes, header::CONTENT_TYPE};
use kernel::time::{Clock, HOUR, MINUTE, Millis, SECOND};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::ServiceAccount;

const GRANT: &str = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
/// So long before its end a token is renewed: long enough to sit out a failure.
const MARGIN: i64 = 10 * MINUTE;
/// After a renewal in advance has failed, the old token serves for so long before the next try.
const PATIENCE: i64 = 10 * SECOND;
/// After a failure without an old token, nobody tries again for so long: all lanes would wait for the same
/// answer, one behind the other.
const AFTER_FAILURE: i64 = 3 * SECOND;
/// The pause where Google could not be asked.
const AWAY: Duration = Duration::from_secs(5);
/// The pause where a person has to mend something.
const MENDING: Duration = Duration::from_mins(5);

/// A bearer token. Its `Debug` shows its times alone.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) header: String,
    renew_at: Millis,
    expires_at: Millis,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Issued {
    access_token: String,
    expires_in: i64,
}

/// The error of RFC 6749.
#[derive(Deserialize, Default)]
struct Refused {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

/// Where everybody of a channel gets the token from.
pub(crate) struct Tokens {
    account: ServiceAccount,
    way: Way,
    clock: Arc<dyn Clock>,
    /// Held while a token is being asked for, so that those who come meanwhile wait for that one.
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    token: Option<Token>,
    /// What the last try came to, and until when nobody tries again.
    failure: Option<(Millis, NotReady)>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

impl Tokens {
    pub(crate) fn new(account: ServiceAccount, way: Way, clock: Arc<dyn Clock>) -> Self {
        Self {
            account,
            way,
            clock,
            held: Mutex::default(),
        }
    }

    /// Returns a token that Firebase should take.
    pub(crate) async fn get(&self) -> Result<Token, NotReady> {
        let mut held = self.held.lock().await;
        let now = self.clock.now();
        if let Some(token) = &mut held.token {
            if now < token.renew_at {
                return Ok(token.clone());
            }
            if now < token.expires_at {
                // There is time: a failure now is no reason to stop.
                match self.ask(now).await {
                    Ok(fresh) => *token = fresh,
                    Err(_) => token.renew_at = now.plus(PATIENCE),
                }
                return Ok(token.clone());
            }
        }
        self.fresh(&mut held, now).await
    }

    /// Returns another token than this one, which Firebase has refused.
    pub(crate) async fn instead_of(&self, refused: &Token) -> Result<Token, NotReady> {
        let mut held = self.held.lock().await;
        match &held.token {
            Some(token) if token.header != refused.header => Ok(token.clone()),
            _ => {
                held.token = None;
                self.fresh(&mut held, self.clock.now()).await
            }
        }
    }

    async fn fresh(&self, held: &mut Held, now: Millis) -> Result<Token, NotReady> {
        if let Some((until, failure)) = &held.failure
            && now < *until
        {
            return Err(failure.clone());
        }
        let issued = self.ask(now).await;
        let failure = issued.as_ref().err();
        held.failure = failure.map(|failure| (now.plus(AFTER_FAILURE), failure.clone()));
        held.token = issued.as_ref().ok().cloned();
        issued
    }

    async fn ask(&self, now: Millis) -> Result<Token, NotReady> {
        let assertion = self.account.assertion(now);
        let assertion = assertion.ok_or_else(|| mending("the statement could not be signed"))?;
        // Neither needs escapes: the statement is base64url and full stops.
        let form = format!("grant_type={GRANT}&assertion={assertion}");
        let request = Request::post(self.account.token_address.target.as_str())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(form)))
            .map_err(|error| mending(&error.to_string()))?;
        let away = |fault: Fault| fault.not_ready(AWAY);
        let address = &self.account.token_address;
        let connection = self.way.open(address).await.map_err(away)?;
        let (reply, _) = connection.send(request).await.map_err(away)?;
        token_of(&reply, now)
    }
}

fn token_of(reply: &Reply, now: Millis) -> Result<Token, NotReady> {
    if reply.status != 200 {
        let said: Refused = serde_json::from_slice(&reply.body).unwrap_or_default();
        let said = format!("{} {}", said.error, said.error_description);
        let (retry_after, class) = match reply.status {
            429 => (AWAY, ReasonClass::RateLimited),
            500.. => (AWAY, ReasonClass::Busy),
            _ => (MENDING, ReasonClass::Authentication),
        };
        return Err(NotReady {
            retry_after,
            reason: Reason::new(class, Some(reply.status), &said),
        });
    }
    let unreadable = || mending("the answer to a request for a token cannot be read");
    let issued: Issued = serde_json::from_slice(&reply.body).map_err(|_| unreadable())?;
    let is_plain = |byte: u8| byte.is_ascii_graphic();
    if issued.access_token.is_empty() || !issued.access_token.bytes().all(is_plain) {
        return Err(unreadable());
    }
    let life = issued.expires_in.clamp(1, 24 * HOUR / SECOND) * SECOND;
    Ok(Token {
        header: format!("Bearer {}", issued.access_token),
        renew_at: now.plus(life - MARGIN.min(life / 2)),
        expires_at: now.plus(life),
    })
}

fn mending(detail: &str) -> NotReady {
    NotReady {
        retry_after: MENDING,
        reason: Reason::new(ReasonClass::Authentication, None, detail),
    }
}
