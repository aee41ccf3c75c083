//! The Messaging API but for single messages: a thin client, one method for each call.

mod account;
mod audience;
mod insight;
mod menu;
mod person;
pub(crate) mod request;
mod send;

use std::sync::Arc;

use channel_core::Stage;
use http_body_util::Full;
use hyper::{Request, body::Bytes};
use kernel::time::Millis;
use serde::de::DeserializeOwned;

use self::request::Call;
pub use self::{
    account::BotInfo,
    audience::{Narrowcast, NarrowcastPhase, NarrowcastProgress},
    insight::{Counted, CountedKind, LinkInsight, MAX_UNITS, UnitInsight},
    menu::{BatchOperation, BatchPhase, MenuAlias, MenuImage, StoredMenu},
    person::{Followers, LineProfile},
    send::{MonthlyQuota, Purpose, SentMessage},
};
use crate::{
    channel::Shared,
    classify,
    http::{Fault, Reply},
    token::{Token, TokenError},
};

/// Why a call has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineApiError {
    /// LINE's rate for this call is used up; nothing was sent.
    #[error("LINE's rate for this call is used up until {until}")]
    Wait {
        /// When there will be room.
        until: Millis,
    },
    /// No token could be had; nothing was sent.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// LINE did not answer; whether it acted is unknown unless the stage says that it cannot have.
    #[error("LINE did not answer: {text}")]
    NoAnswer {
        /// Whether LINE can have acted.
        stage: Stage,
        /// What happened.
        text: String,
    },
    /// LINE refused.
    #[error("LINE refused ({status}): {text}")]
    Refused {
        /// The status.
        status: u16,
        /// LINE's sentence.
        text: String,
    },
    /// LINE answered something that cannot be read.
    #[error("LINE's answer cannot be read")]
    Unreadable,
    /// What was asked for cannot be asked; nothing was sent.
    #[error("the call cannot be made: {0}")]
    Invalid(String),
}

impl From<Fault> for LineApiError {
    fn from(fault: Fault) -> Self {
        Self::NoAnswer {
            stage: fault.stage,
            text: fault.text,
        }
    }
}

/// The calls of one channel.
#[derive(Debug, Clone)]
pub struct LineApi {
    shared: Arc<Shared>,
}

impl LineApi {
    pub(crate) const fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Makes a call and returns whatever LINE answered, once more with a new token after a 401.
    async fn send(&self, call: Call<'_>) -> Result<Reply, LineApiError> {
        let now = self.shared.clock.now();
        self.shared
            .limits
            .take(call.endpoint, now)
            .map_err(|until| LineApiError::Wait { until })?;
        let token = self.shared.tokens.get().await?;
        let reply = self.send_with(&call, &token).await?;
        let reply = if reply.status == 401 {
            let fresh = self.shared.tokens.instead_of(&token).await?;
            if fresh.value == token.value {
                reply
            } else {
                self.send_with(&call, &fresh).await?
            }
        } else {
            reply
        };
        if reply.status == 429 && classify::sentence(&reply.body).contains("rate limit") {
            self.shared.limits.drain(call.endpoint, now);
        }
        Ok(reply)
    }

    async fn send_with(&self, call: &Call<'_>, token: &Token) -> Result<Reply, LineApiError> {
        let request: Request<Full<Bytes>> = call.request(token).map_err(LineApiError::Invalid)?;
        let pool = if call.is_file {
            &self.shared.data
        } else {
            &*self.shared.api
        };
        Ok(pool.call(request).await?)
    }

    /// Makes a call that must succeed.
    async fn done(&self, call: Call<'_>) -> Result<Reply, LineApiError> {
        let reply = self.send(call).await?;
        if (200..300).contains(&reply.status) {
            return Ok(reply);
        }
        Err(LineApiError::Refused {
            status: reply.status,
            text: classify::without_ids(&classify::sentence(&reply.body)),
        })
    }

    /// Makes a call and reads its answer.
    async fn read<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, LineApiError> {
        let reply = self.done(call).await?;
        serde_json::from_slice(&reply.body).map_err(|_| LineApiError::Unreadable)
    }
}
