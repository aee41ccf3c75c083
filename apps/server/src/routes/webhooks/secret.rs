//! `GET` and `POST /api/v1/webhooks/{id}/secret`.

use api_types::webhooks::{ReplaceWebhookSecret, WebhookSecretView};
use axum::{Json, extract::State};
use channel_webhook::{Secret, SecretError};
use kernel::id::kind;
use ring::rand::SystemRandom;
use webhooks::keys::Keys;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SettingsWrite},
        extract::{PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Shows the present signing secret; that it was looked at stands in the audit log.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/secret", operation_id = "get_webhook_secret", tag = "webhooks",
    params(("id" = String, Path, description = "whk_…")),
    responses((status = 200, body = WebhookSecretView)))]
pub(super) async fn show(
    operator: Operator<SettingsWrite>,
    PathId(id): PathId<kind::Webhook>,
    State(app): State<App>,
) -> Result<Json<WebhookSecretView>, ApiError> {
    let tx = app.db.begin().await?;
    wire::find(&tx, &operator, id).await?;
    let keys = Keys::open(&tx, &app.master_key, (operator.workspace, id)).await?;
    let detail = serde_json::json!({});
    wire::log(&app, &tx, &operator, "webhook.secret_open", (id, detail)).await?;
    tx.commit().await?;
    view(&app, &keys)
}

/// Puts another signing secret in the place of the present one, which signs along for 24 hours.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/secret", operation_id = "replace_webhook_secret", tag = "webhooks",
    params(("id" = String, Path, description = "whk_…")), request_body = ReplaceWebhookSecret,
    responses((status = 200, body = WebhookSecretView)))]
pub(super) async fn replace(
    operator: Operator<SettingsWrite>,
    PathId(id): PathId<kind::Webhook>,
    State(app): State<App>,
    ValidJson(body): ValidJson<ReplaceWebhookSecret>,
) -> Result<Json<WebhookSecretView>, ApiError> {
    let secret = match &body.secret {
        Some(text) => Secret::parse(text),
        None => Secret::generate(&SystemRandom::new()),
    };
    let secret = secret.map_err(|error| match error {
        SecretError::Random => ApiError::internal(&error),
        SecretError::Form | SecretError::Length => wire::invalid(
            "/secret",
            "secret",
            &error.to_string(),
            "whsec_ に続けて、24〜64バイトをbase64で入れてください",
        ),
    })?;
    let (whose, now) = ((operator.workspace, id), app.now());
    let tx = app.db.begin().await?;
    wire::find(&tx, &operator, id).await?;
    let keys = Keys::open(&tx, &app.master_key, whose).await?;
    let keys = keys.replaced(secret.as_bytes(), now);
    keys.keep(&tx, &app.master_key, whose, now).await?;
    let detail = serde_json::json!({});
    wire::log(&app, &tx, &operator, "webhook.secret_replace", (id, detail)).await?;
    tx.commit().await?;
    view(&app, &keys)
}

fn view(app: &App, keys: &Keys) -> Result<Json<WebhookSecretView>, ApiError> {
    let now = app.now();
    let present = keys.signing(now).into_iter().next();
    let present = present.and_then(|bytes| Secret::from_bytes(bytes).ok());
    let secret = present.ok_or_else(ApiError::not_found)?.reveal();
    Ok(Json(WebhookSecretView {
        secret,
        old_secret_until: wire::text(keys.changing_until(now)),
    }))
}
