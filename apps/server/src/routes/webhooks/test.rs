//! `POST /api/v1/webhooks/{id}/test`.

use api_types::webhooks::WebhookDeliveryView;
use axum::extract::State;
use kernel::id::{WebhookDeliveryId, kind};
use webhooks::{delivery, outbox};

use super::wire;
use crate::{
    http::{
        auth::{Operator, needs::SettingsWrite},
        created::Created,
        extract::PathId,
        problem::ApiError,
    },
    state::App,
};

/// Sends a message of type `ping`, once, also to a webhook that is switched off; what came of it stands in its delivery.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/test", operation_id = "test_webhook", tag = "webhooks",
    params(("id" = String, Path, description = "whk_…")),
    responses((status = 201, body = WebhookDeliveryView)))]
pub(super) async fn test(
    operator: Operator<SettingsWrite>,
    PathId(id): PathId<kind::Webhook>,
    State(app): State<App>,
) -> Result<Created<WebhookDeliveryView>, ApiError> {
    let tx = app.db.begin().await?;
    let webhook = wire::find(&tx, &operator, id).await?;
    let (workspace, now) = (operator.workspace, app.now());
    let ping = outbox::ping(&tx, workspace, &webhook, &*app.ids, now).await?;
    let ping = WebhookDeliveryId::from_raw(ping);
    let detail = serde_json::json!({});
    wire::log(&app, &tx, &operator, "webhook.test", (id, detail)).await?;
    let made = delivery::detail(&tx, workspace, ping).await?;
    let made = made.ok_or_else(ApiError::not_found)?;
    tx.commit().await?;
    let view = wire::delivery(made.delivery);
    Ok(Created::new("/api/v1/webhook-deliveries", ping, view))
}
