//! Replies, broadcasts, checking by LINE itself, and what may still be sent this month.

use channel_core::{Notification, Outcome};
use serde::Deserialize;
use serde_json::Value;

use super::{LineApi, LineApiError, request::Call};
use crate::{Messages, RetryKey, classify, composer, limits::Endpoint};

/// LINE's name of a message that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SentMessage {
    /// Its id.
    pub id: String,
    /// With what it can be quoted, where it can.
    #[serde(rename = "quoteToken")]
    pub quote_token: Option<String>,
}

#[derive(Deserialize)]
struct Sent {
    #[serde(rename = "sentMessages")]
    sent: Vec<SentMessage>,
}

/// How many messages the plan allows this month, and how many of them are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthlyQuota {
    /// The plan's number; `None` for no limit. What was bought in addition is in it as far as the
    /// account has set a limit.
    pub limit: Option<i64>,
    /// Recipients written to since the month began. LINE calls it an approximation.
    pub used: i64,
}

impl MonthlyQuota {
    /// Returns how many recipients can still be written to; `None` for no limit.
    pub fn left(&self) -> Option<i64> {
        self.limit.map(|limit| (limit - self.used).max(0))
    }
}

#[derive(Deserialize)]
struct Quota {
    #[serde(rename = "type")]
    kind: String,
    value: Option<i64>,
}

#[derive(Deserialize)]
struct Consumption {
    #[serde(rename = "totalUsage")]
    total: i64,
}

/// For which call LINE checks messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of LINE's calls")]
pub enum Purpose {
    Reply,
    Push,
    Multicast,
    Narrowcast,
    Broadcast,
}

impl Purpose {
    const fn path(self) -> &'static str {
        match self {
            Self::Reply => "/v2/bot/message/validate/reply",
            Self::Push => "/v2/bot/message/validate/push",
            Self::Multicast => "/v2/bot/message/validate/multicast",
            Self::Narrowcast => "/v2/bot/message/validate/narrowcast",
            Self::Broadcast => "/v2/bot/message/validate/broadcast",
        }
    }
}

impl LineApi {
    /// Answers a person at no charge, with a token that serves once and for about a minute.
    ///
    /// A reply has no retry key: after [`LineApiError::NoAnswer`] it must not be tried again.
    ///
    /// # Errors
    /// [`LineApiError::Refused`] when the token is used or too old.
    pub async fn reply(
        &self,
        reply_token: &str,
        messages: &Messages,
        notification: Notification,
    ) -> Result<Vec<SentMessage>, LineApiError> {
        let mut body = composer::body(messages, notification, None);
        body.insert("replyToken".to_owned(), reply_token.into());
        let call = Call::post(Endpoint::Other("reply"), "/v2/bot/message/reply")
            .json(&Value::Object(body));
        Ok(self.read::<Sent>(call).await?.sent)
    }

    /// Sends to every friend of the account. The reference of an accepted one finds its statistics.
    ///
    /// # Errors
    /// When nothing was sent: no room in the rate, or no token.
    pub async fn broadcast(
        &self,
        messages: &Messages,
        notification: Notification,
        key: &RetryKey,
    ) -> Result<Outcome, LineApiError> {
        let body = composer::body(messages, notification, None);
        let call = Call::post(Endpoint::Broadcast, "/v2/bot/message/broadcast")
            .json(&Value::Object(body))
            .key(key);
        self.outcome(call).await
    }

    /// Makes a call whose answer is classified as a message's.
    pub(super) async fn outcome(&self, call: Call<'_>) -> Result<Outcome, LineApiError> {
        match self.send(call).await {
            Ok(reply) => Ok(classify::classify(&classify::answer_of(&reply))),
            Err(LineApiError::NoAnswer { stage, text }) => Ok(classify::classify(
                &channel_core::Answer::broken(stage, text),
            )),
            Err(error) => Err(error),
        }
    }

    /// Lets LINE check messages; it sends nothing and costs nothing.
    ///
    /// # Errors
    /// [`LineApiError::Refused`] with LINE's sentence.
    pub async fn validate(
        &self,
        purpose: Purpose,
        messages: &Messages,
    ) -> Result<(), LineApiError> {
        let body = composer::body(messages, Notification::Normal, None);
        let call =
            Call::post(Endpoint::Other(purpose.path()), purpose.path()).json(&Value::Object(body));
        self.done(call).await.map(|_| ())
    }

    /// Returns what may be sent this month and what has been.
    ///
    /// # Errors
    /// As every call.
    pub async fn quota(&self) -> Result<MonthlyQuota, LineApiError> {
        let path = "/v2/bot/message/quota";
        let quota: Quota = self.read(Call::get(Endpoint::Other(path), path)).await?;
        let path = "/v2/bot/message/quota/consumption";
        let used: Consumption = self.read(Call::get(Endpoint::Other(path), path)).await?;
        Ok(MonthlyQuota {
            limit: quota.value.filter(|_| quota.kind == "limited"),
            used: used.total,
        })
    }
}
