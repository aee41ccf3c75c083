//! `PUT /api/v1/webhooks/{id}`.

use api_types::webhooks::{WebhookView, WriteWebhook};
use axum::{Json, extract::State};
use kernel::id::kind;
use webhooks::webhook;

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SettingsWrite},
        extract::{PathId, ValidJson},
        problem::ApiError,
    },
    state::App,
};

/// Changes a webhook, or switches it on and off. What waited while it was off is sent when it is on again.
#[utoipa::path(put, path = "/api/v1/webhooks/{id}", operation_id = "update_webhook", tag = "webhooks",
    params(("id" = String, Path, description = "whk_…")), request_body = WriteWebhook,
    responses((status = 200, body = WebhookView), (status = 409)))]
pub(super) async fn update(
    operator: Operator<SettingsWrite>,
    PathId(id): PathId<kind::Webhook>,
    State(app): State<App>,
    ValidJson(body): ValidJson<WriteWebhook>,
) -> Result<Json<WebhookView>, ApiError> {
    let Some(version) = body.version else {
        return Err(wire::invalid(
            "/version",
            "required",
            "give the version that you read",
            "読み込んだ版の番号を入れてください",
        ));
    };
    let tx = app.db.begin().await?;
    let before = wire::find(&tx, &operator, id).await?;
    let body = WriteWebhook {
        enabled: Some(body.enabled.unwrap_or(before.is_enabled())),
        ..body
    };
    let wish = wire::read(&app, &body)?;
    let at = (version, app.now());
    if !webhook::update(&tx, operator.workspace, id, &wish, at).await? {
        return Err(ApiError::conflict());
    }
    let detail = serde_json::json!({
        "host": wire::host(&app, &wish.url), "types": body.types, "enabled": body.enabled,
    });
    wire::log(&app, &tx, &operator, "webhook.change", (id, detail)).await?;
    let changed = wire::find(&tx, &operator, id).await?;
    tx.commit().await?;
    Ok(Json(wire::view(&app, &operator, changed).await?))
}
