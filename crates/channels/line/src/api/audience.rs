//! Messages to many who are chosen at LINE.

use channel_core::{Notification, Outcome};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{LineApi, LineApiError, request::Call};
use crate::{Messages, RetryKey, composer, limits::Endpoint};

/// A message to those whom LINE chooses by our description.
#[derive(Debug, Clone)]
pub struct Narrowcast {
    /// What they get.
    pub messages: Messages,
    /// Whether it may make a sound.
    pub notification: Notification,
    /// LINE's recipient object, such as `{"type":"audience","audienceGroupId":1}`.
    pub recipient: Option<Value>,
    /// LINE's demographic filter.
    pub demographic: Option<Value>,
    /// Most recipients.
    pub max: Option<u32>,
}

/// How far a narrowcast is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NarrowcastPhase {
    /// LINE looks for the recipients.
    Waiting,
    /// It is under way.
    Sending,
    /// It is done.
    Succeeded,
    /// Nobody got it, or not everybody; the code says why.
    Failed,
}

/// How far a narrowcast is, with numbers where LINE has them already.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NarrowcastProgress {
    /// How far it is.
    pub phase: NarrowcastPhase,
    /// Who got it.
    pub success_count: Option<i64>,
    /// Who did not.
    pub failure_count: Option<i64>,
    /// Who was meant.
    pub target_count: Option<i64>,
    /// 1 internal, 2 too few recipients, 3 conflict of keys, 4 audience under 50, 5 partial delivery
    /// was forbidden.
    pub error_code: Option<i64>,
    /// LINE's words for it.
    pub failed_description: Option<String>,
}

impl LineApi {
    /// Asks LINE to send to those it chooses. It answers before it has; the reference of an accepted
    /// one asks for the progress.
    ///
    /// # Errors
    /// When nothing was sent: no room in the rate, or no token.
    pub async fn narrowcast(
        &self,
        narrowcast: &Narrowcast,
        key: &RetryKey,
    ) -> Result<Outcome, LineApiError> {
        let mut body = composer::body(&narrowcast.messages, narrowcast.notification, None);
        if let Some(recipient) = &narrowcast.recipient {
            body.insert("recipient".to_owned(), recipient.clone());
        }
        if let Some(demographic) = &narrowcast.demographic {
            body.insert("filter".to_owned(), json!({ "demographic": demographic }));
        }
        if let Some(max) = narrowcast.max {
            body.insert("limit".to_owned(), json!({ "max": max }));
        }
        let call = Call::post(Endpoint::Narrowcast, "/v2/bot/message/narrowcast")
            .json(&Value::Object(body))
            .key(key);
        self.outcome(call).await
    }

    /// Returns how far a narrowcast is.
    ///
    /// # Errors
    /// As every call.
    pub async fn narrowcast_progress(
        &self,
        request_id: &str,
    ) -> Result<NarrowcastProgress, LineApiError> {
        let path = "/v2/bot/message/progress/narrowcast";
        let call = Call::get(Endpoint::Other(path), path).query(&[("requestId", request_id)]);
        self.read(call).await
    }
}
