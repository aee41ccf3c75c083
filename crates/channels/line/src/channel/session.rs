//! A lane: one connection to LINE, at most one request under way.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use channel_core::{
    Answer, Attempt, NotReady, Outcome, Pack, Prepared, Reason, ReasonClass, Session,
    SuppressReason,
};
use http_body_util::Full;
use hyper::{Request, body::Bytes};

use super::Shared;
use crate::{
    RetryKey,
    api::request,
    classify, composer,
    http::{Connection, Fault, Reply},
    limits::{Endpoint, pause},
    retry_key, token,
    token::{Token, TokenError},
};

const PUSH: Endpoint = Endpoint::Other("push");
/// A rate leaves room in well under this; longer means that the clock or the settings are odd.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

pub(super) struct Lane {
    shared: Arc<Shared>,
    connection: Option<Connection>,
    token: Option<Token>,
    /// Whether the rate has let a message through that is not sent yet.
    has_permit: bool,
}

impl Shared {
    /// Waits until LINE's rate has room.
    async fn permit(&self, endpoint: Endpoint) -> Result<(), NotReady> {
        let mut waited = Duration::ZERO;
        loop {
            let now = self.clock.now();
            let Err(until) = self.limits.take(endpoint, now) else {
                return Ok(());
            };
            let wait = pause(now, until).max(Duration::from_millis(1));
            waited += wait;
            if waited > LONGEST_WAIT {
                return Err(NotReady {
                    retry_after: wait,
                    reason: Reason::new(ReasonClass::RateLimited, None, "LINE's rate is used up"),
                });
            }
            tokio::time::sleep(wait).await;
        }
    }
}

impl Lane {
    pub(super) const fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            connection: None,
            token: None,
            has_permit: false,
        }
    }

    async fn connected(&mut self) -> Result<Connection, Fault> {
        if let Some(mut connection) = self.connection.take()
            && connection.is_open()
        {
            return Ok(connection);
        }
        self.shared.api.origin().open().await
    }

    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> Result<Reply, Fault> {
        // Out of `self` meanwhile: a dropped future takes the half-used connection with it.
        let connection = self.connected().await?;
        let (reply, rest) = connection.send(request).await?;
        self.connection = rest;
        Ok(reply)
    }

    /// Sends one request with its key, once more when LINE no longer takes the token.
    async fn hand_over(
        &mut self,
        path: &str,
        body: &Bytes,
        key: &RetryKey,
    ) -> Result<Answer, Outcome> {
        let token = match self.token.take() {
            Some(token) => token,
            None => self.shared.tokens.get().await.map_err(token::outcome_of)?,
        };
        let first = self.try_once(path, body, key, &token).await?;
        if first.code != Some(401) {
            return Ok(first);
        }
        let fresh = self.shared.tokens.instead_of(&token).await;
        let fresh = fresh.map_err(token::outcome_of)?;
        if fresh.value == token.value {
            return Ok(first);
        }
        self.try_once(path, body, key, &fresh).await
    }

    async fn try_once(
        &mut self,
        path: &str,
        body: &Bytes,
        key: &RetryKey,
        token: &Token,
    ) -> Result<Answer, Outcome> {
        let request = request::message(path, body.clone(), token, Some(key))
            .map_err(|text| token::outcome_of(TokenError::unusable(&text)))?;
        Ok(match self.exchange(request).await {
            Ok(reply) => classify::answer_of(&reply),
            Err(fault) => Answer::from(fault),
        })
    }

    async fn push(&mut self, prepared: &Prepared) -> Outcome {
        if !std::mem::take(&mut self.has_permit)
            && let Err(not_ready) = self.shared.permit(PUSH).await
        {
            return not_ready.into();
        }
        let key = RetryKey::of(&prepared.message.idempotency_key);
        let body = Bytes::from(prepared.payload.clone());
        match self.hand_over(request::PUSH, &body, &key).await {
            Ok(answer) => {
                if is_rate_limit(&answer) {
                    self.shared.limits.drain(PUSH, self.shared.clock.now());
                }
                classify::classify(&answer)
            }
            Err(outcome) => outcome,
        }
    }

    async fn multicast(&mut self, pack: &Pack) -> Vec<Outcome> {
        let all = |outcome: Outcome| vec![outcome; pack.messages.len()];
        let Some(body) = composer::multicast(&pack.messages) else {
            let why = "a pack holds 1 to 500 messages of the same content";
            return all(channel_core::Refusal::message(why).into());
        };
        if let Err(not_ready) = self.shared.permit(Endpoint::Multicast).await {
            return all(not_ready.into());
        }
        let key = RetryKey::of(&pack.idempotency_key);
        let answer = self
            .hand_over(request::MULTICAST, &Bytes::from(body), &key)
            .await;
        match answer {
            Ok(answer) => outcomes_of(&answer, pack.messages.len()),
            Err(outcome) => all(outcome),
        }
    }
}

fn is_rate_limit(answer: &Answer) -> bool {
    answer.code == Some(429) && answer.text.contains("rate limit")
}

/// LINE refuses a multicast as a whole for one bad id: that one is suppressed, the others have not been
/// sent and may go at once, in another pack.
fn outcomes_of(answer: &Answer, members: usize) -> Vec<Outcome> {
    let refused = if answer.code == Some(400) {
        classify::refused_members(&answer.text)
    } else {
        Vec::new()
    };
    if refused.is_empty() {
        return vec![classify::classify(answer); members];
    }
    (0..members)
        .map(|index| {
            if refused.contains(&index) {
                Outcome::Suppress {
                    why: SuppressReason::Invalid,
                    reason: Reason::new(ReasonClass::InvalidAddress, Some(400), &answer.text),
                }
            } else {
                Outcome::NotAccepted {
                    retry_after: Duration::from_secs(1),
                    reason: Reason::new(
                        ReasonClass::Other,
                        Some(400),
                        "another member of the pack was refused",
                    ),
                }
            }
        })
        .collect()
}

fn forgotten() -> Outcome {
    Outcome::Unknown {
        reason: Reason::new(
            ReasonClass::Other,
            None,
            "LINE recognises a repeat for 24 hours, which are over",
        ),
    }
}

#[async_trait]
impl Session for Lane {
    async fn ready(&mut self, _prepared: &Prepared) -> Result<(), NotReady> {
        self.token = Some(self.shared.tokens.get().await?);
        let connection = self.connected().await.map_err(|fault| {
            let outcome = classify::classify(&Answer::from(fault));
            NotReady {
                retry_after: Duration::from_secs(5),
                reason: outcome
                    .reason()
                    .cloned()
                    .unwrap_or_else(|| Reason::new(ReasonClass::Connection, None, "no connection")),
            }
        })?;
        self.connection = Some(connection);
        if !self.has_permit {
            self.shared.permit(PUSH).await?;
            self.has_permit = true;
        }
        Ok(())
    }

    async fn deliver(&mut self, prepared: &Prepared) -> Outcome {
        self.push(prepared).await
    }

    async fn redeliver(&mut self, prepared: &Prepared, first_at: kernel::time::Millis) -> Outcome {
        if retry_key::is_recognised(first_at, self.shared.clock.now()) {
            self.push(prepared).await
        } else {
            forgotten()
        }
    }

    async fn deliver_pack(&mut self, pack: &Pack, attempt: Attempt) -> Vec<Outcome> {
        let now = self.shared.clock.now();
        match attempt {
            Attempt::Again { first_at } if !retry_key::is_recognised(first_at, now) => {
                vec![forgotten(); pack.messages.len()]
            }
            _ => self.multicast(pack).await,
        }
    }

    async fn close(&mut self) {
        self.connection = None;
    }
}
