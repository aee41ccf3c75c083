//! Outgoing webhooks.

use api_types::webhooks::{
    ReplaceWebhookSecret, ReplayWebhook, WebhookDeliveryDetail, WebhookDeliveryView,
    WebhookReplayView, WebhookSecretView, WebhookTypeView, WebhookView, WriteWebhook,
};
use web_sys::AbortSignal;

use super::{
    ApiError, Page,
    client::{self, encoded},
};

/// Lists the webhooks.
pub async fn list(signal: &AbortSignal) -> Result<Page<WebhookView>, ApiError> {
    let items = client::get("/webhooks", Some(signal)).await?;
    Ok(Page { items, next: None })
}

/// Lists the types of message there are.
pub async fn types(signal: &AbortSignal) -> Result<Vec<WebhookTypeView>, ApiError> {
    client::get("/webhook-types", Some(signal)).await
}

/// Makes a webhook, or changes one.
pub async fn write(id: Option<&str>, webhook: &WriteWebhook) -> Result<WebhookView, ApiError> {
    match id {
        None => client::post("/webhooks", webhook).await,
        Some(id) => client::put(&of(id, ""), webhook).await,
    }
}

/// Takes a webhook away.
pub async fn remove(id: &str) -> Result<(), ApiError> {
    client::delete(&of(id, "")).await
}

/// Returns the signing secret; that it was looked at is logged.
pub async fn secret(id: &str) -> Result<WebhookSecretView, ApiError> {
    client::get(&of(id, "/secret"), None).await
}

/// Puts another secret in the place of the present one.
pub async fn replace_secret(id: &str) -> Result<WebhookSecretView, ApiError> {
    client::post(&of(id, "/secret"), &ReplaceWebhookSecret::default()).await
}

/// Sends a test.
pub async fn test(id: &str) -> Result<WebhookDeliveryView, ApiError> {
    client::post(&of(id, "/test"), &()).await
}

/// Lists what was sent to a webhook, the newest first.
pub async fn deliveries(
    (id, state, after): (&str, &str, Option<String>),
    signal: Option<&AbortSignal>,
) -> Result<Page<WebhookDeliveryView>, ApiError> {
    let query = client::query(&[
        ("state", Some(state.to_owned())),
        ("after", after),
        ("limit", Some("20".to_owned())),
    ]);
    client::get(&of(id, &format!("/deliveries{query}")), signal).await
}

/// Returns a delivery with everything that came of it.
pub async fn delivery(id: &str) -> Result<WebhookDeliveryDetail, ApiError> {
    client::get(&format!("/webhook-deliveries/{}", encoded(id)), None).await
}

/// Sends a delivery again.
pub async fn replay_one(id: &str) -> Result<WebhookDeliveryView, ApiError> {
    client::post(&format!("/webhook-deliveries/{}/replay", encoded(id)), &()).await
}

/// Sends again what was not taken since an instant.
pub async fn replay_since(id: &str, from: String) -> Result<WebhookReplayView, ApiError> {
    let range = ReplayWebhook {
        from,
        to: None,
        deliveries: "undelivered".to_owned(),
    };
    client::post(&of(id, "/replay"), &range).await
}

fn of(id: &str, rest: &str) -> String {
    format!("/webhooks/{}{rest}", encoded(id))
}
