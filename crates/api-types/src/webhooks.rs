//! Outgoing webhooks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A program of the company that is told of what happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookView {
    /// `whk_…`
    pub id: String,
    /// Where it listens.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// The types of message that it is told of; empty for all.
    pub types: Vec<String>,
    /// Whether anything is sent to it.
    pub enabled: bool,
    /// Why nothing is sent: `user`, `gone` (it answered 410) or `exhausted` (it took nothing for three days).
    pub disabled_reason: Option<String>,
    /// Since when nothing is sent.
    pub disabled_at: Option<String>,
    /// It asked to be spared until then.
    pub paused_until: Option<String>,
    /// When it last took a message.
    pub last_success_at: Option<String>,
    /// When it last did not.
    pub last_failure_at: Option<String>,
    /// Until when the secret before the present one signs along.
    pub old_secret_until: Option<String>,
    /// The signing secret; only in the answer that makes the webhook.
    pub secret: Option<String>,
    /// Version to name when changing it.
    pub version: i64,
    /// When it was made.
    pub created_at: String,
}

/// A new or changed webhook.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct WriteWebhook {
    /// Where it listens: an https address without user name, password or fragment.
    pub url: String,
    /// What it is for, at most 200 characters.
    #[serde(default)]
    pub description: String,
    /// The types of message that it is told of; empty for all.
    #[serde(default)]
    pub types: Vec<String>,
    /// Whether anything is sent to it; true when absent.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// The version that was read; needed for a change.
    #[serde(default)]
    pub version: Option<i64>,
}

/// The signing secret of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookSecretView {
    /// `whsec_…`
    pub secret: String,
    /// Until when the secret before signs along.
    pub old_secret_until: Option<String>,
}

/// Another signing secret.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ReplaceWebhookSecret {
    /// `whsec_` and 24 to 64 bytes in base64; one is made when absent.
    #[serde(default)]
    pub secret: Option<String>,
}

/// A type of message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookTypeView {
    /// Its name on the wire.
    pub name: String,
    /// What it tells, in the language of the request.
    pub description: String,
}

/// Telling a webhook of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookDeliveryView {
    /// `whd_…`
    pub id: String,
    /// `whk_…`
    pub webhook_id: String,
    /// `whm_…`: the `webhook-id` header, the same however often it is sent.
    pub message_id: String,
    /// What is told.
    #[serde(rename = "type")]
    pub kind: String,
    /// `waiting`, `delivered` or `failed`.
    pub state: String,
    /// Whether it is a test.
    pub test: bool,
    /// Failures in the present run through the schedule; the tenth is the last.
    pub failures: i32,
    /// When it is sent next, if it waits.
    pub due_at: Option<String>,
    /// The status of the last answer.
    pub last_status: Option<i32>,
    /// When what is told happened.
    pub occurred_at: String,
    /// When it was delivered or given up.
    pub settled_at: Option<String>,
    /// When it was written.
    pub created_at: String,
}

/// One time that a delivery was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookAttemptView {
    /// When.
    pub at: String,
    /// How long the answer took.
    pub duration_ms: i64,
    /// The status of the answer; null when none came.
    pub status: Option<i32>,
    /// `delivered`, or why not: `connection`, `timeout`, `busy`, `rate_limited`, `authentication`, `policy`,
    /// `recipient_disabled`, `too_big`, `invalid_address`, `invalid_message` or `other`.
    pub outcome: String,
    /// The beginning of the answer, or what went wrong.
    pub detail: String,
}

/// A delivery with everything that came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookDeliveryDetail {
    /// The delivery.
    pub delivery: WebhookDeliveryView,
    /// The document that is sent, as it is signed.
    pub body: String,
    /// Every time it was sent, the newest first; at most 100.
    pub attempts: Vec<WebhookAttemptView>,
}

/// Which messages are sent again.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReplayWebhook {
    /// From when, by when the message was written.
    pub from: String,
    /// Until before when; now when absent.
    #[serde(default)]
    pub to: Option<String>,
    /// `undelivered` (given up, or never sent because the webhook was switched off) or `all`.
    pub deliveries: String,
}

/// What was set off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookReplayView {
    /// How many deliveries.
    pub queued: u64,
    /// Whether there may be more: at most 10,000 are set off at once. Ask again.
    pub more: bool,
}
