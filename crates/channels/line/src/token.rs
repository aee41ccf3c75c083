//! Channel access tokens: issued, renewed before they run out, shared by everybody.

mod assertion;

use std::{sync::Arc, time::Duration};

use channel_core::{Answer, NotReady, Outcome, Reason, ReasonClass};
use http_body_util::Full;
use hyper::{
    Method, Request,
    body::Bytes,
    header::{CONTENT_TYPE, HeaderValue},
};
use kernel::time::{Clock, DAY, Millis, SECOND};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::form_urlencoded;

pub use self::assertion::{AssertionKey, AssertionKeyError};
use crate::{
    Secret, classify,
    http::{Pool, Reply},
};

/// How access tokens are come by.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// A token that was issued by hand and does not run out.
    LongLived(Secret),
    /// Stateless tokens (v3) of 15 minutes, any number of them, for channel id and secret.
    Stateless {
        /// The channel id.
        channel_id: String,
        /// The channel secret.
        channel_secret: Secret,
    },
    /// The same, for an assertion: the channel secret never leaves this machine.
    StatelessSigned {
        /// The channel id.
        channel_id: String,
        /// The key whose public half is registered with the channel.
        key: AssertionKey,
    },
    /// Tokens of a chosen life (v2.1). LINE refuses the thirty-first that is alive, so a process that
    /// is restarted often should choose a short one.
    Signed {
        /// The channel id.
        channel_id: String,
        /// The key whose public half is registered with the channel.
        key: AssertionKey,
        /// The life of a token, at most 30 days.
        life: Duration,
    },
}

/// No token could be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// LINE could not be asked, or did not answer properly; worth another try.
    #[error("no access token could be had: {0}")]
    Away(Reason),
    /// LINE refuses our credentials.
    #[error("LINE refuses the channel's credentials: {0}")]
    Refused(Reason),
}

impl TokenError {
    /// A token that cannot be sent at all.
    pub(crate) fn unusable(why: &str) -> Self {
        Self::Refused(reason(why))
    }
}

impl From<TokenError> for NotReady {
    fn from(error: TokenError) -> Self {
        let (retry_after, reason) = match error {
            TokenError::Away(reason) => (Duration::from_secs(5), reason),
            TokenError::Refused(reason) => (Duration::from_mins(5), reason),
        };
        Self {
            retry_after,
            reason,
        }
    }
}

/// An access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) value: Secret,
    /// From when on a new one is asked for; `None` for never.
    renew_at: Option<Millis>,
    /// From when on LINE refuses it.
    expires_at: Option<Millis>,
}

#[derive(Deserialize)]
struct Issued {
    access_token: String,
    expires_in: i64,
}

const STATELESS: &str = "/oauth2/v3/token";
const SIGNED: &str = "/oauth2/v2.1/token";
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// After a renewal in advance has failed, the old token serves for so long before the next try.
const PATIENCE: i64 = 10 * SECOND;
/// After a failure without an old token, nobody tries again for so long.
const AFTER_FAILURE: i64 = 3 * SECOND;

/// Where everybody of a channel gets the token from.
pub(crate) struct Tokens {
    credentials: Credentials,
    pool: Arc<Pool>,
    clock: Arc<dyn Clock>,
    /// Held while a token is being issued, so that those who come meanwhile wait for that one.
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    token: Option<Token>,
    /// What the last try came to, and until when nobody tries again.
    failure: Option<(Millis, TokenError)>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens")
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}

impl Tokens {
    pub(crate) fn new(credentials: Credentials, pool: Arc<Pool>, clock: Arc<dyn Clock>) -> Self {
        Self {
            credentials,
            pool,
            clock,
            held: Mutex::default(),
        }
    }

    /// Returns a token that LINE should take.
    pub(crate) async fn get(&self) -> Result<Token, TokenError> {
        let mut held = self.held.lock().await;
        let now = self.clock.now();
        if let Some(token) = &mut held.token {
            if token.renew_at.is_none_or(|at| now < at) {
                return Ok(token.clone());
            }
            if token.expires_at.is_some_and(|at| now < at) {
                // There is time: a failure now is no reason to stop.
                if let Ok(fresh) = self.issue(now).await {
                    *token = fresh;
                } else {
                    token.renew_at = Some(now.plus(PATIENCE));
                }
                return Ok(token.clone());
            }
        }
        self.fresh(&mut held, now).await
    }

    /// Returns another token than this one, which LINE has refused; the same when there is no other.
    pub(crate) async fn instead_of(&self, refused: &Token) -> Result<Token, TokenError> {
        let mut held = self.held.lock().await;
        match &held.token {
            Some(token) if token.value != refused.value => Ok(token.clone()),
            _ => {
                held.token = None;
                self.fresh(&mut held, self.clock.now()).await
            }
        }
    }

    /// Asks for a token, unless that has just failed: all lanes would wait for the same answer, one behind
    /// the other.
    async fn fresh(&self, held: &mut Held, now: Millis) -> Result<Token, TokenError> {
        if let Some((until, error)) = &held.failure
            && now < *until
        {
            return Err(error.clone());
        }
        let issued = self.issue(now).await;
        held.failure = issued
            .as_ref()
            .err()
            .map(|error| (now.plus(AFTER_FAILURE), error.clone()));
        held.token = issued.as_ref().ok().cloned();
        issued
    }

    async fn issue(&self, now: Millis) -> Result<Token, TokenError> {
        let (path, form) = match &self.credentials {
            Credentials::LongLived(value) => {
                return Ok(Token {
                    value: value.clone(),
                    renew_at: None,
                    expires_at: None,
                });
            }
            Credentials::Stateless {
                channel_id,
                channel_secret,
            } => (
                STATELESS,
                vec![
                    ("client_id", channel_id.clone()),
                    ("client_secret", channel_secret.reveal().to_owned()),
                ],
            ),
            Credentials::StatelessSigned { channel_id, key } => (
                STATELESS,
                signed_form(key.assertion(channel_id, now, None)?),
            ),
            Credentials::Signed {
                channel_id,
                key,
                life,
            } => (
                SIGNED,
                signed_form(key.assertion(channel_id, now, Some(*life))?),
            ),
        };
        let reply = self.ask(path, &form).await?;
        token_of(&reply, now)
    }

    async fn ask(&self, path: &str, form: &[(&str, String)]) -> Result<Reply, TokenError> {
        let mut request = Request::new(Full::new(Bytes::from(encoded(form))));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = path
            .parse()
            .map_err(|_| away("the path is not an address"))?;
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(CONTENT_TYPE, kind);
        self.pool.call(request).await.map_err(|fault| {
            let outcome = classify::classify(&Answer::from(fault));
            TokenError::Away(
                outcome
                    .reason()
                    .cloned()
                    .unwrap_or_else(|| reason("no answer")),
            )
        })
    }
}

fn encoded(form: &[(&str, String)]) -> String {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.append_pair("grant_type", "client_credentials");
    body.extend_pairs(form);
    body.finish()
}

fn signed_form(assertion: String) -> Vec<(&'static str, String)> {
    vec![
        ("client_assertion_type", ASSERTION.to_owned()),
        ("client_assertion", assertion),
    ]
}

fn token_of(reply: &Reply, now: Millis) -> Result<Token, TokenError> {
    if reply.status != 200 {
        let said = classify::sentence(&reply.body);
        let reason = |class| Reason::new(class, Some(reply.status), &said);
        return Err(match reply.status {
            429 => TokenError::Away(reason(ReasonClass::RateLimited)),
            500.. => TokenError::Away(reason(ReasonClass::Busy)),
            _ => TokenError::Refused(reason(ReasonClass::Authentication)),
        });
    }
    let issued: Issued = serde_json::from_slice(&reply.body)
        .map_err(|_| away("the answer to a token request cannot be read"))?;
    let life = issued.expires_in.clamp(1, 400 * DAY / SECOND) * SECOND;
    // The last tenth of its life, at most a day: long enough to sit out an hour's failure.
    let margin = (life / 10).min(DAY);
    Ok(Token {
        value: Secret::new(issued.access_token),
        renew_at: Some(now.plus(life - margin)),
        expires_at: Some(now.plus(life)),
    })
}

fn reason(detail: &str) -> Reason {
    Reason::new(ReasonClass::Authentication, None, detail)
}

fn away(detail: &str) -> TokenError {
    TokenError::Away(reason(detail))
}

impl From<AssertionKeyError> for TokenError {
    fn from(error: AssertionKeyError) -> Self {
        Self::Refused(reason(&error.to_string()))
    }
}

/// What a refused token means for a message that was to be sent with it.
pub(crate) fn outcome_of(error: TokenError) -> Outcome {
    NotReady::from(error).into()
}
