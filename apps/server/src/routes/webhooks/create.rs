//! `POST /api/v1/webhooks`.

use api_types::webhooks::{WebhookView, WriteWebhook};
use axum::extract::State;
use channel_webhook::Secret;
use kernel::id::fresh;
use ring::rand::SystemRandom;
use webhooks::{keys::Keys, webhook};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SettingsWrite},
        created::Created,
        extract::ValidJson,
        problem::ApiError,
    },
    state::App,
};

/// Makes a webhook; the answer holds its signing secret.
#[utoipa::path(post, path = "/api/v1/webhooks", operation_id = "create_webhook", tag = "webhooks",
    request_body = WriteWebhook,
    responses((status = 201, body = WebhookView)))]
pub(super) async fn create(
    operator: Operator<SettingsWrite>,
    State(app): State<App>,
    ValidJson(body): ValidJson<WriteWebhook>,
) -> Result<Created<WebhookView>, ApiError> {
    let wish = wire::read(&app, &body)?;
    let secret =
        Secret::generate(&SystemRandom::new()).map_err(|error| ApiError::internal(&error))?;
    let (id, now) = (fresh(&*app.ids), app.now());
    let tx = app.db.begin().await?;
    if webhook::list(&tx, operator.workspace).await?.len() >= webhook::MOST {
        return Err(wire::invalid(
            "",
            "too_many",
            "a workspace has at most 20 webhooks; remove one that is of no use any more",
            "Webhookは20件までです。使っていないものを削除してください",
        ));
    }
    let by = (operator.user(), now);
    webhook::insert(&tx, operator.workspace, id, &wish, by).await?;
    let whose = (operator.workspace, id);
    let keys = Keys::of(secret.as_bytes());
    keys.keep(&tx, &app.master_key, whose, now).await?;
    let detail = serde_json::json!({"host": wire::host(&app, &wish.url), "types": body.types});
    wire::log(&app, &tx, &operator, "webhook.create", (id, detail)).await?;
    let made = wire::find(&tx, &operator, id).await?;
    tx.commit().await?;
    let view = WebhookView {
        secret: Some(secret.reveal()),
        ..wire::view(&app, &operator, made).await?
    };
    Ok(Created::new("/api/v1/webhooks", id, view))
}
